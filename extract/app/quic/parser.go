package quic

import (
	"weir/extract/app/event"
	"weir/extract/app/tls"
)

// Bounds of the work that a flow may cause.
const (
	// maxFailures is how many packets of a flow may turn out not to open; after
	// that none is tried.
	maxFailures = 32
	// maxOpened is how many Initial packets of each side of a connection are opened.
	maxOpened = 64
)

// Handshake messages that stand in Initial packets.
const (
	clientHello = 1
	serverHello = 2
)

// messageHead is the length of a handshake message's type and length.
const messageHead = 4

// Parser follows the QUIC connections of one flow. The zero Parser is made
// ready by Reset.
type Parser struct {
	// Summary is of the flow's first connection of which a ServerHello was read, else of
	// the first one; its Handshakes count the hellos of all. It is complete after End.
	Summary tls.Summary

	sink     *Sink
	flow     *event.Flow
	conn     connection
	past     past
	failures int
	// serial is the number of the present connection, from 1, and owner that of
	// the one that Summary describes.
	serial, owner int
	handshakes    int64
}

// Reset makes the parser that of another flow. Connections of the flow before
// that were not ended by End are dropped.
func (p *Parser) Reset(f *event.Flow, sink *Sink) {
	p.conn.reset()
	*p = Parser{flow: f, sink: sink, conn: p.conn}
}

// Datagram takes the payload of the flow's next datagram of a direction: 0 is
// from the flow's initiator. b is what was captured of it and is valid during
// the call only, wire is its length.
func (p *Parser) Datagram(dir int, b []byte, wire int, at event.Stamp) {
	for len(b) > 0 {
		if b[0]&0x80 == 0 {
			p.short(dir, b, wire)
			return
		}
		h, ok := parseHeader(b)
		if !ok {
			return
		}
		if h.kind == retry && len(b) == wire {
			p.retry(dir, b, h)
			return
		}
		if h.kind >= retry || h.end > len(b) {
			return
		}
		p.conn.answered(dir, h.scid)
		if h.kind == initial {
			p.initial(dir, b[:h.end], h, at)
		}
		b, wire = b[h.end:], wire-h.end
	}
}

// End ends the flow: the row that is pending is emitted.
func (p *Parser) End() { p.finish() }

// minShort is the length of the shortest 1-RTT packet that can be opened: the
// sample for its header protection must fit.
const minShort = 1 + sampleAt + sampleLen

// short takes a packet with a short header.
func (p *Parser) short(dir int, b []byte, wire int) {
	c := &p.conn
	if !c.hasPeer || b[0]&fixedBit == 0 || wire < minShort {
		return
	}
	if s := &c.sides[c.sideOf(dir)]; !s.short {
		s.short = true
		p.settle()
	}
}

// retry takes a Retry packet: it gives the client another connection id to
// derive keys from (RFC 9001, section 5.2).
func (p *Parser) retry(dir int, packet []byte, h header) {
	c := &p.conn
	if !c.open || c.retried || c.sideOf(dir) != server || c.sides[server].opened > 0 || p.failures >= maxFailures {
		return
	}
	if !authentic(packet, h.version, c.key.bytes[:c.key.n]) {
		p.failures++
		return
	}
	p.rekey(h.scid)
}

// rekey makes a Retry's connection id the one to derive keys from.
func (p *Parser) rekey(id []byte) {
	c := &p.conn
	p.past.add(c.key)
	c.retried = true
	c.key.set(id)
	c.sides[client].opener, c.sides[server].opener = nil, nil
}

// initial takes a whole Initial packet.
func (p *Parser) initial(dir int, packet []byte, h header, at event.Stamp) {
	c := &p.conn
	switch {
	case !c.open:
		p.begin(dir, packet, h, at)
	case c.sideOf(dir) == server:
		p.read(server, packet, h, at)
	case c.addressed(h):
		p.read(client, packet, h, at)
	case p.past.has(h.dcid):
	case !p.begin(dir, packet, h, at) && !c.hasPeer:
		p.read(client, packet, h, at) // the server's packets are not captured
	}
}

// begin tries to open a client's Initial packet with the keys of its own
// destination connection id: it is then the first of a connection, or the
// first after a Retry that was not captured.
func (p *Parser) begin(dir int, packet []byte, h header, at event.Stamp) bool {
	candidates, n := salts(h.version)
	for _, s := range candidates[:n] {
		if p.failures >= maxFailures {
			return false
		}
		o, err := openerFor(s, h.version, h.dcid, client)
		if err != nil {
			return false
		}
		frames, ok := o.open(packet, h.number, &p.sink.scratch)
		if !ok {
			p.failures++
			continue
		}
		p.turn(dir, h)
		c := &p.conn
		c.salt, c.sides[client].opener, c.sides[client].version = s, o, h.version
		p.feed(dir, frames, at)
		return true
	}
	return false
}

// turn goes on to the connection whose first Initial packet with new keys has
// been opened.
func (p *Parser) turn(dir int, h header) {
	c := &p.conn
	if c.resumes(h) {
		p.rekey(h.dcid)
		return
	}
	if c.open {
		p.past.add(c.key)
	}
	p.finish()
	c.open, c.client, c.version = true, dir, h.version
	c.key.set(h.dcid)
	p.serial++
}

// read opens a packet of a side of the present connection if there is
// something to read of it.
func (p *Parser) read(who int, packet []byte, h header, at event.Stamp) {
	c := &p.conn
	s := &c.sides[who]
	if s.done() || s.opened >= maxOpened || p.failures >= maxFailures {
		return
	}
	if s.opener == nil || s.version != h.version {
		salt := c.salt
		if h.version != c.version { // compatible versions may follow each other (RFC 9368)
			all, _ := salts(h.version)
			salt = all[0]
		}
		o, err := openerFor(salt, h.version, c.key.bytes[:c.key.n], who)
		if err != nil {
			return
		}
		s.opener, s.version = o, h.version
	}
	frames, ok := s.opener.open(packet, h.number, &p.sink.scratch)
	if !ok {
		p.failures++
		return
	}
	dir := c.client
	if who == server {
		dir = 1 - dir
	}
	p.feed(dir, frames, at)
}

// feed takes the frames of an opened packet.
func (p *Parser) feed(dir int, frames []byte, at event.Stamp) {
	s := &p.conn.sides[p.conn.sideOf(dir)]
	s.opened++
	eachCrypto(frames, s.stream.add)
	for !s.done() {
		m, ok := s.stream.message()
		s.broken = !ok
		if m == nil {
			return
		}
		p.message(dir, m, at)
		s.stream.drop(len(m))
	}
}

// message takes a handshake message with its head.
func (p *Parser) message(dir int, m []byte, at event.Stamp) {
	c := &p.conn
	who := c.sideOf(dir)
	s := &c.sides[who]
	kind, body := m[0], m[messageHead:]
	if kind != [...]uint8{client: clientHello, server: serverHello}[who] {
		s.broken = true
		return
	}
	s.hellos++
	if who == server {
		if h, err := tls.ParseServerHello(body); err == nil && h.Retry { // both say their hello once more
			c.sides[client].wanted, s.wanted = 2, 2
		}
	}
	c.session.Message(dir, kind, body, at)
	p.handshakes++
	p.summarise()
	p.settle()
}

// summarise brings the summary up to date with the present connection.
func (p *Parser) summarise() {
	s := &p.conn.session.Summary
	if p.owner == 0 || p.owner == p.serial || s.HasCipher && !p.Summary.HasCipher {
		p.Summary, p.owner = *s, p.serial
	}
	p.Summary.Handshakes = p.handshakes
}

// settle emits the row once nothing of it can change.
func (p *Parser) settle() {
	c := &p.conn
	if c.established() && c.sides[client].done() && c.sides[server].done() {
		p.emit()
		for i := range c.sides { // a long flow need not hold what only hellos take
			c.sides[i].opener, c.sides[i].stream = nil, assembly{}
		}
	}
}

// emit emits the row of the present connection if it has one that has not left yet.
func (p *Parser) emit() {
	c := &p.conn
	if c.emitted {
		return
	}
	if e := c.session.Event(p.flow, c.established()); e != nil {
		c.emitted = true
		p.sink.emit(e)
	}
}

// finish ends the present connection.
func (p *Parser) finish() {
	if p.conn.open {
		p.emit()
	}
	p.conn.reset()
}
