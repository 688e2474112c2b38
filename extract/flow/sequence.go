package flow

import "weir/extract/decode"

// hole is a part of the sequence space that was skipped, [from, to).
type hole struct{ from, to uint32 }

// space follows the sequence spaces of both directions and tells retransmissions
// from packets that arrive out of order.
type space struct {
	of    [2]sequence
	holes *[2]holes // nil before the first
}

// sequence is what is known of one direction.
type sequence struct {
	next  uint32 // one past the highest number seen
	known bool   // next is valid
	used  uint8  // how many holes there are
}

// holes are those of a direction, the oldest first; few directions have one.
type holes [8]hole

// Verdicts of space.add.
type verdict uint8

const (
	inOrder verdict = iota
	retransmitted
	outOfOrder
)

// add takes a packet of a direction. A packet that takes no sequence space
// is in order. One that fills a hole, wholly or in part, is out of order;
// one that lies at or below what was seen is a retransmission, unless it is a
// keep-alive: at most one byte of payload, one below next. Of more than
// len(holes) holes the two oldest become one, so that what lies between them
// counts as out of order if it is sent again.
func (p *space) add(h *decode.Header, dir int) verdict {
	s := &p.of[dir]
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
			p.skip(dir, hole{s.next, from})
		}
		s.next = to
		return inOrder
	}
	keepAlive := from == s.next-1 && h.PayloadLen <= 1 && h.Flags&(decode.SYN|decode.FIN) == 0
	filled := p.fill(dir, from, to)
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
func (p *space) skip(dir int, h hole) {
	if p.holes == nil {
		p.holes = new([2]holes)
	}
	used, known := &p.of[dir].used, &p.holes[dir]
	if int(*used) == len(known) {
		first := known[0]
		copy(known[:], known[1:])
		known[0] = first.join(known[0])
		*used--
	}
	known[*used] = h
	*used++
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
func (p *space) fill(dir int, from, to uint32) bool {
	used := &p.of[dir].used
	if *used == 0 {
		return false
	}
	known := &p.holes[dir]
	met := false
	for i := 0; i < int(*used); i++ {
		h := known[i]
		if int32(to-h.from) <= 0 || int32(h.to-from) <= 0 {
			continue
		}
		met = true
		left, right := hole{h.from, from}, hole{to, h.to}
		hasLeft, hasRight := int32(from-h.from) > 0, int32(h.to-to) > 0
		switch {
		case hasLeft && hasRight:
			if int(*used) < len(known) {
				known[i] = left
				p.skip(dir, right)
			}
		case hasLeft:
			known[i] = left
		case hasRight:
			known[i] = right
		default:
			copy(known[i:], known[i+1:*used])
			*used--
			i--
		}
	}
	return met
}
