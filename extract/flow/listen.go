package flow

import (
	"weir/extract/app/event"
	"weir/extract/app/service"
	"weir/extract/decode"
)

// listen hands the payload of a packet that the flow has counted to the
// application layer. Once that has no more to learn the flow is deaf.
func (t *Table) listen(f *Flow, h *decode.Header, packet int64) {
	if h.PayloadLen == 0 || f.deaf || !h.HasTransport {
		return
	}
	if f.app == nil {
		if t.engine == nil || !f.isIP() || f.story == nil && f.key.Protocol != protocolUDP {
			f.deaf = true
			return
		}
		f.app = t.engine.Open((*subject)(f))
		for dir := range 2 {
			if f.story != nil && f.story.sent[dir].has(sentSYN) {
				f.app.Begin(dir, f.story.lastSYN[dir]+1)
			}
		}
	}
	f.deaf = !f.hear(h, packet)
	if f.deaf && f.app != nil && f.app.Plain() {
		f.service = f.app.Service()
		t.engine.Recycle(f.app)
		f.app = nil
	}
	t.weigh(f)
}

// hear hands a packet to the conversation and reports whether it wants more.
func (f *Flow) hear(h *decode.Header, packet int64) (more bool) {
	defer f.guard()
	if f.story != nil {
		return f.app.Segment(h, f.direction(h), packet)
	}
	return f.app.Datagram(h, f.direction(h), packet)
}

// guard is deferred where parsers run. One that panics has a fault that somebody's
// packets have found: it costs the flow its application layer, and nothing else. The
// conversation is not used again, because nobody knows what state it is in.
func (f *Flow) guard() {
	if recover() != nil {
		f.app, f.unread = nil, true
	}
}

// Unread reports whether a parser failed at what the flow carries, so that its
// application layer, counts included, is left out.
func (f *Flow) Unread() bool { return f.unread }

// subject is a flow as its conversation needs it.
type subject Flow

// Event implements app.Subject.
func (s *subject) Event() event.Flow {
	f := (*Flow)(s)
	e := event.Flow{
		UID: f.UID(), CaptureID: f.origin.ID, Unit: f.origin.Unit, Family: f.key.Family, Ports: f.key.Ports,
		Initiator: f.key.A, Responder: f.key.B, InitiatorPort: f.key.PortA, ResponderPort: f.key.PortB,
	}
	if f.reverse {
		e.Initiator, e.Responder = e.Responder, e.Initiator
		e.InitiatorPort, e.ResponderPort = e.ResponderPort, e.InitiatorPort
	}
	return e
}

// Ports implements app.Subject.
func (s *subject) Ports() (initiator, responder uint16, ok bool) {
	if s.reverse {
		return s.key.PortB, s.key.PortA, s.key.Ports
	}
	return s.key.PortA, s.key.PortB, s.key.Ports
}

// hangUp ends the conversation with the flow.
func (f *Flow) hangUp() {
	defer f.guard()
	if f.app != nil {
		f.app.Close()
	}
}

// take returns a flow of the free list. The conversations of flows whose rows
// have been taken go back to the engine.
func (t *Table) take(tcp bool) *Flow {
	f, conversations := t.free.take(tcp)
	for _, c := range conversations {
		t.engine.Recycle(c)
	}
	return f
}

func (f *Flow) appendService(dst []byte) ([]byte, bool) {
	name := f.service
	if f.app != nil {
		name = f.app.Service()
	}
	return append(dst, name.String()...), name != service.None
}
