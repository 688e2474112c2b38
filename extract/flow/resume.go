package flow

import "weir/extract/decode"

// Opened is what must be known of an open flow, besides its packets, to make it
// again.
type Opened struct {
	// Packet is the number of its first packet.
	Packet int64
	// Slice counts the flows before it that the active timeout cut from the
	// same conversation. Reverse is the direction that it has from them, and
	// means nothing in a flow that has it from its own first packet.
	Slice   uint32
	Reverse bool
}

// Opened tells how the flow was opened.
func (f *Flow) Opened() Opened {
	if f.slice == 0 {
		return Opened{Packet: f.packet}
	}
	return Opened{Packet: f.packet, Slice: f.slice, Reverse: f.reverse}
}

// Resume takes a packet again that was metered before, to make the flows again
// that were open afterwards, of which opened tells by first packets. No such flow can
// have ended since its first packet, so its packets are only counted. Those of
// all other flows are passed over.
func (t *Table) Resume(h *decode.Header, packet int64, opened map[int64]Opened) {
	if o, ok := opened[packet]; ok {
		var before *Flow
		if o.Slice > 0 {
			before = &Flow{slice: o.Slice - 1, reverse: o.Reverse}
		}
		t.start(h, packet, before)
		return
	}
	if f := t.index.find(h); f != nil {
		f.add(h, &t.limits, false)
		t.listen(f, h, packet)
	}
}
