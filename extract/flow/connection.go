package flow

import "weir/extract/decode"

// endpointState is the state of one end of a TCP connection, as Zeek's
// analyzer of the same packets would have it.
type endpointState uint8

const (
	inactive endpointState = iota
	synSent
	synAckSent
	partial
	established
	closed
	reset
)

// connection follows the two ends of a TCP connection by Zeek's state
// machine, which conn_state is defined by (Zeek, base/protocols/conn).
type connection struct {
	state, before [2]endpointState
}

func (c *connection) set(dir int, s endpointState) {
	c.before[dir], c.state[dir] = c.state[dir], s
}

func (c *connection) add(h *decode.Header, dir int) {
	switch c.state[dir] {
	case inactive:
		c.wake(h, dir)
	case synSent, synAckSent:
		if h.Flags&decode.FIN != 0 {
			c.set(dir, closed)
		}
		if h.Flags&decode.RST != 0 {
			c.set(dir, reset)
		}
	case established, partial:
		c.talk(h, dir)
	case closed:
		// A reset after both ends have sent their FIN changes nothing.
		if h.Flags&decode.RST != 0 && c.state[1-dir] != closed {
			c.set(dir, reset)
		}
	}
}

// wake judges the first packets of an end that was silent so far.
func (c *connection) wake(h *decode.Header, dir int) {
	peer := 1 - dir
	syn, ack := h.Flags&decode.SYN != 0, h.Flags&decode.ACK != 0
	switch {
	case syn && dir == fwd && ack:
		c.set(dir, synAckSent)
	case syn && dir == fwd:
		c.set(dir, synSent)
	case syn:
		if c.state[peer] == synSent || c.state[peer] == synAckSent && !ack {
			c.set(peer, established)
		}
		c.set(dir, established)
	}
	if h.Flags&decode.FIN != 0 {
		c.set(dir, closed)
	}
	if h.Flags&decode.RST != 0 {
		c.set(dir, reset)
	}
	if c.state[dir] != inactive {
		return
	}
	switch {
	case dir == bwd && h.PayloadLen == 0 && c.state[fwd] == synSent:
		// Some servers acknowledge a SYN before they answer it.
	case ack && c.state[peer] == established:
		c.set(dir, established) // the SYN itself was missed
	default:
		c.set(dir, partial)
	}
}

// talk judges the packets of an end that is up.
func (c *connection) talk(h *decode.Header, dir int) {
	peer := 1 - dir
	syn, ack := h.Flags&decode.SYN != 0, h.Flags&decode.ACK != 0
	rst := h.Flags&decode.RST != 0
	if syn && !ack && c.state[dir] == partial && c.state[peer] == inactive {
		c.set(dir, synSent)
	}
	if h.Flags&decode.FIN != 0 && !rst {
		c.set(dir, closed)
		if c.state[peer] == reset && c.before[peer] == closed {
			c.set(peer, closed) // a FIN followed by a RST was a normal end
		}
	}
	if rst {
		c.set(dir, reset)
	}
}

// name returns Zeek's conn_state code. Silent tells that neither end has
// sent payload, attempt that the initiator sent a SYN and, before anything
// but data, a RST.
func (c *connection) name(silent, attempt bool) string {
	o, r := c.state[fwd], c.state[bwd]
	oQuiet := o == inactive || o == partial
	rQuiet := r == inactive || r == partial
	switch {
	case r == reset:
		switch {
		case o == synSent || o == synAckSent || o == reset && silent:
			return "REJ"
		case oQuiet:
			return "RSTRH"
		}
		return "RSTR"
	case o == reset:
		switch {
		case !rQuiet:
			return "RSTO"
		case attempt:
			return "RSTOS0"
		}
		return "OTH"
	case o == closed && r == closed:
		return "SF"
	case o == closed:
		if rQuiet {
			return "SH"
		}
		return "S2"
	case r == closed:
		if oQuiet {
			return "SHR"
		}
		return "S3"
	case o == synSent && r == inactive:
		return "S0"
	case o == established && r == established:
		return "S1"
	}
	return "OTH"
}
