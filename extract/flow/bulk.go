package flow

// bulks are the finished bulks of one direction (metering rule 7).
type bulks struct{ count, packets, bytes, duration int64 }

// bulkRun is a run of packets with payload in one direction that nothing of the
// other direction interrupts, so that a flow has one at the most. It becomes a
// bulk if it is long enough.
type bulkRun struct {
	dir                         int
	packets, bytes, start, last int64
}

// extend takes a packet with payload into the run, or ends it and starts a new
// one: after a gap longer than the longest of a bulk, and in the other direction.
func (f *Flow) extend(dir int, t, payload int64, c *limits) {
	r := &f.run
	if r.packets > 0 && (r.dir != dir || since(t, r.last) > c.bulkGap) {
		f.endRun(c.bulkPackets)
	}
	if r.packets == 0 {
		r.dir, r.start = dir, t
	}
	r.last = t
	r.packets++
	r.bytes += payload
}

// endRun closes the run: it is a bulk if it has at least that many packets.
func (f *Flow) endRun(least int) {
	r := &f.run
	if r.packets >= int64(least) {
		b := &f.dir[r.dir].bulks
		b.count++
		b.packets += r.packets
		b.bytes += r.bytes
		b.duration = plus(b.duration, since(r.last, r.start))
	}
	r.packets, r.bytes = 0, 0
}
