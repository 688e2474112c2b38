package quic

import "weir/extract/app/tls"

// connection is the state of the flow's present connection.
type connection struct {
	// open tells that a client's Initial has been opened. Nothing else is valid before.
	open bool
	// retried tells that a Retry changed the keys, emitted that the row has left.
	retried, emitted bool
	// client is the direction of the client's packets.
	client int
	// version is that of the client's first Initial packet, salt what opened it.
	version uint32
	salt    salt
	// key is the connection id that keys are derived from, peer the one that
	// the server has chosen, if hasPeer.
	key, peer cid
	hasPeer   bool
	sides     [2]side
	session   tls.Session
}

// side is what is known of the client or the server.
type side struct {
	opener  *opener
	version uint32 // of the opener
	stream  assembly
	opened  int
	// hellos counts the messages read, wanted those to read.
	hellos, wanted int
	broken         bool // what comes in its place is no hello
	short          bool // a 1-RTT packet has been seen
}

// done tells that nothing more is to be read of the side.
func (s *side) done() bool { return s.broken || s.hellos >= s.wanted }

// reset makes c a connection that has not begun and keeps its memory.
func (c *connection) reset() {
	a, b := c.sides[client].stream, c.sides[server].stream
	a.reset()
	b.reset()
	*c = connection{session: tls.NewSession(tls.QUIC)}
	c.sides[client] = side{stream: a, wanted: 1}
	c.sides[server] = side{stream: b, wanted: 1}
}

// sideOf returns the side that sends in a direction.
func (c *connection) sideOf(dir int) int {
	if dir == c.client {
		return client
	}
	return server
}

// answered notes the connection id that the server chose in its first packet.
func (c *connection) answered(dir int, scid []byte) {
	if c.open && !c.hasPeer && c.sideOf(dir) == server {
		c.hasPeer = true
		c.peer.set(scid)
	}
}

// addressed tells whether a client's Initial packet is for the present
// connection by its destination.
func (c *connection) addressed(h header) bool {
	if c.hasPeer && c.peer.is(h.dcid) {
		return true
	}
	return c.key.is(h.dcid) && h.version == c.version
}

// resumes tells whether a client's Initial packet with a new key continues
// the present connection: it bears the token of a Retry.
func (c *connection) resumes(h header) bool {
	return c.open && !c.retried && len(h.token) > 0 && h.version == c.version && c.sides[server].opened == 0
}

// established tells whether both sides have sent 1-RTT packets.
func (c *connection) established() bool { return c.sides[client].short && c.sides[server].short }

// past holds the last connection ids that keys were derived from and no longer
// are, so that late packets for them begin no connection again.
type past struct {
	ids     [4]cid
	next, n uint8
}

func (p *past) add(id cid) {
	p.ids[p.next] = id
	p.next = (p.next + 1) % uint8(len(p.ids))
	p.n = min(p.n+1, uint8(len(p.ids)))
}

func (p *past) has(id []byte) bool {
	for i := range p.ids[:p.n] {
		if p.ids[i].is(id) {
			return true
		}
	}
	return false
}
