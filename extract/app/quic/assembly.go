package quic

// Bounds of the handshake bytes that are held of one side.
const (
	// maxStream is how many bytes beyond the last whole message may be waited
	// for; a longer message ends the reading of its side.
	maxStream = 16 << 10
	// maxSpans is how many separate pieces may be held; more are forgotten.
	maxSpans = 64
)

// span is a piece of the stream, [from, to).
type span struct{ from, to int }

// assembly puts the data of CRYPTO frames in order.
type assembly struct {
	// base is the stream's offset of data[0]: all before has been taken.
	base uint64
	data []byte
	// spans are the pieces of data that have arrived, ascending, apart from each other.
	spans []span
}

// add takes the data of a frame. What lies before the base or beyond the
// bound is ignored. Data that arrive twice are the same by the protocol; the
// last wins.
func (a *assembly) add(offset uint64, b []byte) {
	if offset < a.base {
		old := a.base - offset
		if old >= uint64(len(b)) {
			return
		}
		b, offset = b[old:], a.base
	}
	at := offset - a.base
	if at >= maxStream {
		return
	}
	b = b[:min(len(b), maxStream-int(at))]
	s := span{int(at), int(at) + len(b)}
	if len(b) == 0 || !a.cover(s) {
		return
	}
	if need := s.to - len(a.data); need > 0 {
		a.data = append(a.data, make([]byte, need)...)
	}
	copy(a.data[s.from:], b)
}

// cover adds a piece to the spans, or returns false if there is no room for
// another one.
func (a *assembly) cover(s span) bool {
	i := 0
	for i < len(a.spans) && a.spans[i].to < s.from {
		i++
	}
	j := i
	for j < len(a.spans) && a.spans[j].from <= s.to {
		s.from, s.to = min(s.from, a.spans[j].from), max(s.to, a.spans[j].to)
		j++
	}
	if i < j {
		a.spans[i] = s
		a.spans = append(a.spans[:i+1], a.spans[j:]...)
		return true
	}
	if len(a.spans) == maxSpans {
		return false
	}
	a.spans = append(a.spans, span{})
	copy(a.spans[i+1:], a.spans[i:])
	a.spans[i] = s
	return true
}

// message returns the next whole handshake message with its head of four
// bytes, or nil if it is incomplete. It is valid until the next add. It returns
// false if the message is longer than is waited for.
func (a *assembly) message() (m []byte, ok bool) {
	if len(a.spans) == 0 || a.spans[0].from > 0 || a.spans[0].to < messageHead {
		return nil, true
	}
	n := messageHead + int(a.data[1])<<16 + int(a.data[2])<<8 + int(a.data[3])
	if n > maxStream {
		return nil, false
	}
	if a.spans[0].to < n {
		return nil, true
	}
	return a.data[:n], true
}

// drop takes the first n bytes, which have arrived, off the stream.
func (a *assembly) drop(n int) {
	a.base += uint64(n)
	a.data = a.data[:copy(a.data, a.data[n:])]
	kept := a.spans[:0]
	for _, s := range a.spans {
		if s.to > n {
			kept = append(kept, span{max(s.from, n) - n, s.to - n})
		}
	}
	a.spans = kept
}

// keptData is how many bytes of memory an assembly keeps for the next connection.
const keptData = 4 << 10

// reset empties the assembly and keeps its memory, unless it is much.
func (a *assembly) reset() {
	if a.base, a.data, a.spans = 0, a.data[:0], a.spans[:0]; cap(a.data) > keptData {
		a.data = nil
	}
}
