package extract

import (
	"math"
	"sync/atomic"

	"weir/extract/capture"
	"weir/extract/decode"
)

// parcel is a slab of packets on its way through the pipeline. Each stage
// has it alone, but for the shards, which share it for reading.
type parcel struct {
	slab    capture.Slab
	headers []decode.Header
	frags   []decode.Fragment
	lists   [][]uint32 // per shard, the packets it meters, in order
	total   total
	decoded chan struct{}
	pending atomic.Int32 // shards that have not finished with it
	// closing tells that an epoch ends with this parcel, at that clock.
	closing bool
	clock   int64
	// interval is, in a live capture, the one that ends with this parcel.
	interval *Interval
}

func newParcel(shards int) *parcel {
	return &parcel{lists: make([][]uint32, shards), decoded: make(chan struct{}, 1)}
}

// decode fills headers, frags and lists. A packet on which the decoder
// panics is rejected as malformed, so that no capture can end the program.
func (p *parcel) decode(d *decode.Decoder) {
	n := len(p.slab.Packets)
	if cap(p.headers) < n {
		p.headers = make([]decode.Header, n)
	}
	p.headers = p.headers[:n]
	p.frags = p.frags[:0]
	for i := 0; i < n; {
		i = p.decodeFrom(d, i)
	}
	p.deal()
}

// decodeFrom decodes packets from the i-th on and returns the number of the
// next to decode.
func (p *parcel) decodeFrom(d *decode.Decoder, i int) (next int) {
	defer func() {
		if recover() != nil {
			p.headers[i] = decode.Header{Reject: decode.Malformed}
			next = i + 1
		}
	}()
	for ; i < len(p.slab.Packets); i++ {
		packet := &p.slab.Packets[i]
		h := &p.headers[i]
		if packet.Malformed {
			*h = decode.Header{Reject: decode.Malformed}
			continue
		}
		h.Time = packet.Time // before anything is read of h: a fresh page that is read first is mapped twice
		p.frags = d.Decode(uint16(packet.Link), p.slab.Data(i), packet.Length, i, h, p.frags)
	}
	return i
}

// total is what the packets of a parcel add up to.
type total struct {
	rejected [decode.Rejects]int64 // packets by Reject
	bytes    int64                 // lengths on the wire
	// First and last are the earliest and the latest timestamp, clock is the
	// earliest of the packets that are metered.
	first, last, clock int64
}

// deal lists the packets of each shard, and adds up all of them.
func (p *parcel) deal() {
	for i := range p.lists {
		p.lists[i] = p.lists[i][:0]
	}
	t := total{first: math.MaxInt64, last: math.MinInt64, clock: math.MaxInt64}
	n := uint64(len(p.lists))
	for i := range p.headers {
		h, packet := &p.headers[i], &p.slab.Packets[i]
		t.rejected[h.Reject]++
		t.bytes += int64(packet.Length)
		t.first, t.last = min(t.first, packet.Time), max(t.last, packet.Time)
		if h.Reject == decode.Accepted {
			t.clock = min(t.clock, packet.Time)
			s := h.Hash & 0xffff % n
			p.lists[s] = append(p.lists[s], uint32(i))
		}
	}
	p.total = t
}
