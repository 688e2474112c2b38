package app

import (
	"slices"

	"weir/extract/app/event"
)

// Limits of the hold-back of one direction.
const (
	maxHeld     = 256 << 10
	maxSegments = 256
	// maxJump is how far ahead of the expected number a segment may lie; one
	// beyond it is of another connection, or garbage, and is left out.
	maxJump = 16 << 20
)

// segment is a piece of payload that came too early.
type segment struct {
	seq  uint32
	wire uint32 // length on the wire; data may be shorter
	data []byte
	at   event.Stamp
}

// stream puts the segments of one direction in order.
type stream struct {
	next  uint32
	known bool   // next is valid
	early *early // nil before the first that came too early
}

// early are the segments of a direction that came too early.
type early struct {
	held  []segment
	bytes int
	last  event.Stamp // of what was handed over last since the first was held
}

// spareSegments is how many segments there is room for in an early that waits to be
// used again. Few streams hold more at once.
const spareSegments = 16

// reset empties e, which another stream may use then, and reports whether it is small
// enough to wait for one.
func (e *early) reset() bool {
	if cap(e.held) > spareSegments {
		return false
	}
	clear(e.held)
	*e = early{held: e.held[:0]}
	return true
}

// receiver takes the bytes of a stream in order, and what is missing.
type receiver interface {
	data(dir int, b []byte, at event.Stamp)
	gap(dir int, lost int64, at event.Stamp)
	// early returns an empty one for a stream.
	early() *early
}

// begin tells that the stream's first byte has that number.
func (s *stream) begin(seq uint32) { s.next, s.known = seq, true }

// add takes a segment: wire bytes from seq on, of which data was captured.
// The data is copied if it has to wait.
func (s *stream) add(dir int, seq, wire uint32, data []byte, at event.Stamp, to receiver) {
	if !s.known {
		s.begin(seq)
	}
	ahead := int32(seq - s.next)
	switch {
	case ahead > maxJump || ahead < -maxJump:
		return
	case ahead <= 0:
		s.deliver(dir, segment{seq, wire, data, at}, to)
		s.drain(dir, false, to)
		return
	}
	if s.early == nil {
		s.early = to.early()
	}
	e := s.early
	e.hold(segment{seq, wire, data, at})
	for e.bytes > maxHeld || len(e.held) > maxSegments {
		s.drain(dir, true, to)
	}
}

// hold keeps a segment with a copy of its data.
func (e *early) hold(g segment) {
	i := len(e.held)
	for i > 0 && int32(e.held[i-1].seq-g.seq) > 0 {
		i--
	}
	if i > 0 && e.held[i-1].seq == g.seq && e.held[i-1].wire >= g.wire {
		return // held already
	}
	e.held = append(e.held, segment{})
	copy(e.held[i+1:], e.held[i:])
	g.data = append([]byte(nil), g.data...)
	e.held[i] = g
	e.bytes += len(g.data)
}

// deliver hands over what is new of a segment that does not lie ahead. Bytes
// that had to wait are of the packet for which they waited.
func (s *stream) deliver(dir int, g segment, to receiver) {
	skip := s.next - g.seq
	if skip >= g.wire {
		return
	}
	s.next = g.seq + g.wire
	at := g.at
	if e := s.early; e != nil {
		if at.Packet >= e.last.Packet {
			e.last = at
		}
		at = e.last
	}
	if skip < uint32(len(g.data)) {
		to.data(dir, g.data[skip:], at)
		skip = uint32(len(g.data))
	}
	if skip < g.wire {
		to.gap(dir, int64(g.wire-skip), at)
	}
}

// drain hands over the held segments that are due. With lost set the first
// one is due whatever is missing before it.
func (s *stream) drain(dir int, lost bool, to receiver) {
	e := s.early
	if e == nil {
		return
	}
	n := 0
	for ; n < len(e.held); n++ {
		g := e.held[n]
		if ahead := int32(g.seq - s.next); ahead > 0 {
			if !lost {
				break
			}
			to.gap(dir, int64(ahead), g.at)
			s.next = g.seq
		}
		lost = false
		e.bytes -= len(g.data)
		s.deliver(dir, g, to)
	}
	if n > 0 {
		e.held = slices.Delete(e.held, 0, n)
	}
}

// end hands over all that is held.
func (s *stream) end(dir int, to receiver) {
	for s.early != nil && len(s.early.held) > 0 {
		s.drain(dir, true, to)
	}
}
