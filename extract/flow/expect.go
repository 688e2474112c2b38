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
	var flows [Ahead]*Flow
	n := 0
	for _, i := range packets[:min(len(packets), Ahead)] {
		if f := t.index.first(headers[i].Hash); f != nil {
			flows[n] = f
			n++
		}
	}
	// A value of each line of the cache that Add may need.
	sum := int64(0)
	for _, f := range flows[:n] {
		a, b := &f.dir[fwd], &f.dir[bwd]
		sum += int64(f.key.PortA) + f.last + a.payloadBytes + a.iat.count + int64(a.frame.max) + int64(a.ttlMin) +
			b.payloadBytes + b.iat.count + int64(b.frame.max) + int64(b.ttlMin) + f.gaps + f.awake + int64(f.held)
	}
	for _, f := range flows[:n] {
		if s := f.story; s != nil {
			sum += int64(s.flags.used) + s.flags.few[0].packets[0] + int64(s.sequence[fwd].next) + int64(s.sequence[bwd].next) + s.ackTime + s.retransmitted[0]
		}
	}
	t.expected = sum // or the compiler would leave the reading out
}
