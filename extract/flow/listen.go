package flow

import (
	"weir/extract/app/event"
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
		f.app = t.engine.Open(f.event())
		for dir := range 2 {
			if f.story != nil && f.story.hasSYN[dir] {
				f.app.Begin(dir, f.story.lastSYN[dir]+1)
			}
		}
	}
	dir := f.direction(h)
	if f.story != nil {
		f.deaf = !f.app.Segment(h, dir, packet)
	} else {
		f.deaf = !f.app.Datagram(h, dir, packet)
	}
	if f.deaf && f.app.Plain() {
		f.service = f.app.Service()
		t.engine.Recycle(f.app)
		f.app = nil
	}
	t.weigh(f)
}

// event returns the flow as events refer to it.
func (f *Flow) event() event.Flow {
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

// hangUp ends the conversation with the flow.
func (f *Flow) hangUp() {
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
	return append(dst, name...), name != ""
}
