package flow

import "weir/extract/decode"

// hole is a part of the sequence space that was skipped, [from, to).
type hole struct{ from, to uint32 }

// sequence follows the sequence space of one direction and tells
// retransmissions from packets that arrive out of order.
type sequence struct {
	next  uint32 // one past the highest number seen
	known bool   // next is valid
	used  uint8
	holes *holes // nil before the first
}

// holes are those of a direction, the oldest first; few directions have one.
type holes [8]hole

// Verdicts of sequence.add.
type verdict uint8

const (
	inOrder verdict = iota
	retransmitted
	outOfOrder
)

// add takes a packet of the direction. A packet that takes no sequence space
// is in order. One that fills a hole, wholly or in part, is out of order;
// one that lies at or below what was seen is a retransmission, unless it is a
// keep-alive: at most one byte of payload, one below next. Of more than
// len(holes) holes the two oldest become one, so that what lies between them
// counts as out of order if it is sent again.
func (s *sequence) add(h *decode.Header) verdict {
	space := h.PayloadLen
	if h.Flags&decode.SYN != 0 {
		space++
	}
	if h.Flags&decode.FIN != 0 {
		space++
	}
	from, to := h.Seq, h.Seq+space
	if h.Flags&decode.RST != 0 || space == 0 {
		if !s.known && h.Flags&decode.RST == 0 {
			s.next, s.known = from, true
		}
		return inOrder
	}
	if !s.known {
		s.next, s.known = to, true
		return inOrder
	}
	if ahead := int32(from - s.next); ahead >= 0 {
		if ahead > 0 {
			s.skip(hole{s.next, from})
		}
		s.next = to
		return inOrder
	}
	keepAlive := from == s.next-1 && h.PayloadLen <= 1 && h.Flags&(decode.SYN|decode.FIN) == 0
	filled := s.fill(from, to)
	if int32(to-s.next) > 0 {
		s.next = to
	}
	switch {
	case filled:
		return outOfOrder
	case keepAlive:
		return inOrder
	}
	return retransmitted
}

// skip adds a hole.
func (s *sequence) skip(h hole) {
	if s.holes == nil {
		s.holes = new(holes)
	}
	if int(s.used) == len(s.holes) {
		first := s.holes[0]
		copy(s.holes[:], s.holes[1:])
		s.holes[0] = first.join(s.holes[0])
		s.used--
	}
	s.holes[s.used] = h
	s.used++
}

// join returns the least hole that holds both.
func (h hole) join(other hole) hole {
	if int32(other.from-h.from) < 0 {
		h.from = other.from
	}
	if int32(other.to-h.to) > 0 {
		h.to = other.to
	}
	return h
}

// fill takes [from, to) out of the holes and tells whether it met one. A hole
// of which two parts would be left stays as it is where there is no room for another.
func (s *sequence) fill(from, to uint32) bool {
	met := false
	for i := 0; i < int(s.used); i++ {
		h := s.holes[i]
		if int32(to-h.from) <= 0 || int32(h.to-from) <= 0 {
			continue
		}
		met = true
		left, right := hole{h.from, from}, hole{to, h.to}
		hasLeft, hasRight := int32(from-h.from) > 0, int32(h.to-to) > 0
		switch {
		case hasLeft && hasRight:
			if int(s.used) < len(s.holes) {
				s.holes[i] = left
				s.skip(right)
			}
		case hasLeft:
			s.holes[i] = left
		case hasRight:
			s.holes[i] = right
		default:
			copy(s.holes[i:], s.holes[i+1:s.used])
			s.used--
			i--
		}
	}
	return met
}
