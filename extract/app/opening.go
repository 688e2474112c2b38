package app

import (
	"slices"

	"weir/extract/app/event"
)

// Limits of what is kept of a stream while its protocol is not known.
const (
	// maxHead is how many bytes of a direction are looked at.
	maxHead = 8 << 10
	// maxChunks is how many chunks are told apart. A further one becomes part
	// of the one before.
	maxChunks = 256
)

// chunk is a piece of a direction in order.
type chunk struct {
	at   event.Stamp
	size int32
	dir  int8
}

// opening is what is kept of a stream while its protocol is not known.
type opening struct {
	heads  [2][]byte
	chunks []chunk  // of both heads, in the order in which they came
	lost   [2]int64 // bytes missing after the head
	judged [2]int   // length of the head when it was last judged
}

// add appends a copy of b to the head of a direction, or returns false if
// there are too many chunks.
func (o *opening) add(dir int, b []byte, at event.Stamp) bool {
	last := len(o.chunks) - 1
	switch {
	case last+1 < maxChunks:
		o.chunks = append(o.chunks, chunk{at: at, size: int32(len(b)), dir: int8(dir)})
	case o.chunks[last].dir == int8(dir):
		o.chunks[last].at = at
		o.chunks[last].size += int32(len(b))
	default:
		return false
	}
	o.heads[dir] = append(o.heads[dir], b...)
	return true
}

// drop removes the first chunk of a direction.
func (o *opening) drop(dir int) {
	for i, k := range o.chunks {
		if k.dir == int8(dir) {
			o.heads[dir] = append(o.heads[dir][:0], o.heads[dir][k.size:]...)
			o.chunks = append(o.chunks[:i], o.chunks[i+1:]...)
			break
		}
	}
	if len(o.heads[dir]) == 0 {
		o.lost[dir] = 0
	}
}

// clear removes all of a direction.
func (o *opening) clear(dir int) {
	o.heads[dir], o.lost[dir] = o.heads[dir][:0], 0
	o.chunks = slices.DeleteFunc(o.chunks, func(k chunk) bool { return k.dir == int8(dir) })
}

// replay hands all to a parser, in the order in which it came.
func (o *opening) replay(r reader) {
	heads, last := o.heads, event.Stamp{}
	for _, k := range o.chunks {
		r.Data(int(k.dir), heads[k.dir][:k.size], k.at)
		heads[k.dir], last = heads[k.dir][k.size:], k.at
	}
	for dir, n := range o.lost {
		if n > 0 {
			r.Gap(dir, n, last)
		}
	}
}
