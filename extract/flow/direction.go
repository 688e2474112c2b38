package flow

import "weir/extract/decode"

// Directions of a flow's packets.
const (
	fwd = 0 // from the initiator
	bwd = 1 // from the responder
)

// direction is what is counted of the packets of one direction, the most needed
// first: it fills three lines of a cache.
type direction struct {
	packets, bytes, ipBytes, payloadBytes, dataPackets, headerBytes int64

	previous  int64  // time of the last packet in arrival order
	window    uint16 // raw TCP window of the first packet with a TCP header
	headerMin uint16
	hasWindow bool
	ttlMin    uint8
	ttlMax    uint8
	dscp      uint8 // of the first packet

	iat     spans // one fewer than packets
	frame   lengths
	payload lengths
	bulks   bulks

	mac    [6]byte // link address of this end, from the flow's first packet
	hasMAC bool
}

func (d *direction) add(h *decode.Header) {
	first := d.packets == 0
	if first {
		d.headerMin, d.ttlMin, d.ttlMax, d.dscp = h.HeaderLen, h.TTL, h.TTL, h.DSCP
	} else {
		d.iat.add(since(h.Time, d.previous), d.packets == 1)
		d.headerMin = min(d.headerMin, h.HeaderLen)
		d.ttlMin, d.ttlMax = min(d.ttlMin, h.TTL), max(d.ttlMax, h.TTL)
	}
	if h.TCP && !d.hasWindow {
		d.window, d.hasWindow = h.Window, true
	}
	d.previous = h.Time
	d.packets++
	d.bytes += int64(h.FrameLen)
	d.ipBytes += int64(h.IPLen)
	d.payloadBytes += int64(h.PayloadLen)
	d.headerBytes += int64(h.HeaderLen)
	if h.PayloadLen > 0 {
		d.dataPackets++
	}
	d.payload.add(h.PayloadLen, first)
	d.frame.add(h.FrameLen, first)
}
