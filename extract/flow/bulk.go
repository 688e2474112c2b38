package flow

// bulk finds runs of packets with payload in one direction that nothing of
// the other direction interrupts (metering rule 7).
type bulk struct {
	count, packets, bytes, duration int64 // of finished bulks

	runPackets, runBytes, runStart, runLast int64
}

// add takes a packet with payload into the run, or starts a new one after a
// gap longer than maxGap.
func (b *bulk) add(t, payload, maxGap int64, least int) {
	if b.runPackets > 0 && since(t, b.runLast) > maxGap {
		b.end(least)
	}
	if b.runPackets == 0 {
		b.runStart = t
	}
	b.runLast = t
	b.runPackets++
	b.runBytes += payload
}

// end closes the run: it counts if it has at least that many packets.
func (b *bulk) end(least int) {
	if b.runPackets >= int64(least) {
		b.count++
		b.packets += b.runPackets
		b.bytes += b.runBytes
		b.duration = plus(b.duration, since(b.runLast, b.runStart))
	}
	b.runPackets, b.runBytes = 0, 0
}
