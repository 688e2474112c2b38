package flow

import "weir/extract/decode"

const (
	// Ahead is how many packets Expect is best told of at once.
	Ahead = 16
	// cached is how many flows are about as much as the cache of a processor holds.
	cached = 1024
)

// Expect reads what the next packets will need of the table, no more than Ahead of
// them: where there are many flows, all waits for memory together are then about as
// long as one. It changes nothing.
func (t *Table) Expect(headers []decode.Header, packets []uint32) {
	if t.index.used < cached {
		return
	}
	var next [Ahead]struct {
		flow   *Flow
		header *decode.Header
	}
	n := 0
	for _, i := range packets[:min(len(packets), Ahead)] {
		h := &headers[i]
		if f := t.index.first(h.Hash); f != nil {
			next[n].flow, next[n].header = f, h
			n++
		}
	}
	// A value of each line of the cache that Add will need, those first that tell
	// where the others are.
	sum := int64(0)
	for i := range next[:n] {
		f := next[i].flow
		sum += int64(f.key.PortA) + f.last + f.iat.total
	}
	for i := range next[:n] {
		f, h := next[i].flow, next[i].header
		d := &f.dir[f.direction(h)]
		sum += d.packets + d.iat.total + int64(d.payload.max)
		if h.PayloadLen > 0 {
			sum += f.run.packets
		}
		if s := f.story; s != nil {
			sum += int64(s.nletters) + s.flags.counts[0][fwd]
		}
		if f.app != nil && !f.deaf {
			sum += int64(f.app.Service())
		}
	}
	t.expected = sum // or the compiler would leave the reading out
}

// expectEnd reads what it takes to end flows.
func (t *Table) expectEnd(flows []*Flow) {
	sum := int64(0)
	for _, f := range flows {
		sum += int64(f.key.PortA) + f.last + f.awake + f.run.packets + f.busy.total + f.busy.count
	}
	for _, f := range flows {
		if f.story != nil {
			sum += int64(f.story.nletters)
		}
		if f.app != nil {
			sum += int64(f.app.Service())
		}
	}
	t.expected = sum
}
