package flow

import (
	"weir/extract/app"
	"weir/extract/app/service"
	"weir/extract/decode"
)

// EndReason says why a flow ended (metering rule 6).
type EndReason uint8

// Reasons in the order of the rules.
const (
	EndIdle EndReason = iota
	EndActive
	EndFIN
	EndRST
	EndNewSYN
	EndEOF
	EndStop
	EndEvicted
)

var endNames = [...]string{"idle", "active", "fin", "rst", "new_syn", "eof", "stop", "evicted"}

// String returns the reason as the column end_reason spells it.
func (r EndReason) String() string { return endNames[r] }

// Origin is the capture that flows were read from.
type Origin struct {
	// ID is the capture id, Source the base name of the file, or interface@host.
	ID, Source string
	// Label is the label of all flows of the capture; empty for none.
	Label string
	// Unit is, unless nil, the capture id that rows have instead of ID, as it
	// stands when a row is written: a live capture commits its rows interval by
	// interval, and a flow that ends has begun in an earlier one. ID names the
	// flow all along.
	Unit *string
}

// captureID returns the capture id of a row that is written now.
func (o *Origin) captureID() string {
	if o.Unit != nil {
		return *o.Unit
	}
	return o.ID
}

// Flow is one flow: what its packets have added up to so far. Each field lies where
// a packet touches the fewest lines of a cache, of 64 bytes: what all packets need
// comes first, then that of a direction, of packets with payload, of few.
type Flow struct {
	key decode.Key
	// reverse tells that the initiator is key.B, firstReverse that the sender
	// of the first packet is.
	reverse, firstReverse bool
	// same tells that both endpoints are equal, so that every packet is forward.
	same bool
	// done tells that the flow has left the table.
	done bool
	hash uint64

	// last is the latest timestamp and start the earliest; opened is the time
	// of the first packet in arrival order and previous that of the last.
	last, opened, previous int64
	// Packet is the number of the flow's first packet in its capture.
	packet int64
	// All pointers are in one line, since that is one for the collector to look at.
	story  *story // TCP only
	origin *Origin
	// app is the application layer; nil before the first payload, and once only
	// service is known of it. Deaf tells that it has nothing more to learn.
	app     *app.Conversation
	held    int32 // bytes that app took when it was last weighed
	deaf    bool
	unread  bool // a parser has failed at it
	end     EndReason
	service service.Name

	iat   spans // one fewer than packets
	gaps  int64 // subflow gaps
	awake int64 // start of the current active period
	start int64

	dir [2]direction

	run   bulkRun
	frags int64
	uid   [16]byte // zero until it is asked for

	calm  periods // idle periods
	busy  periods // active periods that have ended
	slice uint32
	identity
	// number is that of the flow's memory in its pool, by which it is known where a
	// pointer would be one more for the collector to follow.
	number uint32

	_ [12]byte // to whole lines
}

// identity is taken from the flow's first packet.
type identity struct {
	tunnelID     uint32
	vlan         uint16
	icmpType     uint8
	icmpCode     uint8
	hasVLAN      bool
	hasTunnelID  bool
	hasICMP      bool
	hasEtherType bool
}

// Start returns the earliest timestamp, nanoseconds since 1970-01-01 UTC.
func (f *Flow) Start() int64 { return f.start }

// Packet returns the number of the flow's first packet in its capture. It is
// unique among the flows of a capture.
func (f *Flow) Packet() int64 { return f.packet }

// Packets returns the number of packets of both directions.
func (f *Flow) Packets() int64 { return f.packets() }

// Sent returns the packets and the bytes that an endpoint has sent: Key().A, or
// Key().B if reverse.
func (f *Flow) Sent(reverse bool) (packets, bytes int64) {
	dir := fwd
	if reverse != f.reverse {
		dir = bwd
	}
	return f.dir[dir].packets, f.dir[dir].bytes
}

// Key returns what identifies the flow's conversation.
func (f *Flow) Key() decode.Key { return f.key }

// direction returns fwd or bwd for a packet of the flow.
func (f *Flow) direction(h *decode.Header) int {
	if h.Reverse != f.reverse && !f.same {
		return bwd
	}
	return fwd
}

// open starts the flow with its first packet, which is not yet counted.
func (f *Flow) open(h *decode.Header, packet int64) {
	f.key, f.hash, f.packet = h.Key, h.Hash, packet
	f.start, f.last, f.opened, f.awake = h.Time, h.Time, h.Time, h.Time
	f.reverse, f.firstReverse = h.Reverse, h.Reverse
	f.same = h.Key.A == h.Key.B && h.Key.PortA == h.Key.PortB
	f.vlan, f.tunnelID, f.icmpType, f.icmpCode = h.VLAN, h.TunnelID, h.ICMPType, h.ICMPCode
	f.hasVLAN, f.hasTunnelID, f.hasICMP, f.hasEtherType = h.HasVLAN, h.HasTunnelID, h.HasICMP, h.HasEtherType
}

// orient takes the link addresses of the first packet, once the flow's direction
// is known.
func (f *Flow) orient(h *decode.Header) {
	dir := f.direction(h)
	from, to := &f.dir[dir], &f.dir[1-dir]
	from.mac, from.hasMAC = h.SrcMAC, h.HasSrcMAC
	to.mac, to.hasMAC = h.DstMAC, h.HasDstMAC
}

// add counts a packet.
func (f *Flow) add(h *decode.Header, c *limits, turned bool) {
	dir := f.direction(h)
	if n := f.packets(); n > 0 {
		f.gap(since(h.Time, f.previous), h.Time, n == 1, c)
	}
	f.previous = h.Time
	f.start, f.last = min(f.start, h.Time), max(f.last, h.Time)
	f.dir[dir].add(h)
	if h.Fragment {
		f.frags++
	}
	if h.PayloadLen > 0 {
		f.extend(dir, h.Time, int64(h.PayloadLen), c)
	}
	if f.story != nil && h.TCP {
		f.story.add(h, dir, turned)
	}
}

// gap judges the time between two consecutive packets, the later at t.
func (f *Flow) gap(gap, t int64, first bool, c *limits) {
	f.iat.add(gap, first)
	if gap > c.subflow {
		f.gaps++
	}
	if gap > c.activity {
		f.calm.add(gap)
		f.rest()
		f.awake = t
	}
}

// rest ends the active period at the last packet counted; it counts if it is
// longer than 0.
func (f *Flow) rest() {
	if d := since(f.previous, f.awake); d > 0 {
		f.busy.add(d)
	}
}

// finish closes what is still running when the flow ends.
func (f *Flow) finish(reason EndReason, c *limits) {
	f.end, f.done = reason, true
	if f.story != nil && f.story.closed {
		f.end = f.story.closedBy
	}
	f.endRun(c.bulkPackets)
	f.rest()
}

func (f *Flow) closed() bool { return f.story != nil && f.story.closed }

func (f *Flow) packets() int64 { return f.dir[fwd].packets + f.dir[bwd].packets }

func (f *Flow) payload() int64 { return f.dir[fwd].payloadBytes + f.dir[bwd].payloadBytes }
