package flow

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
)

// wheel keeps open flows by the time they were last looked at, so that a
// sweep touches a flow about once per idle timeout and not once per sweep.
// Buckets are sparse: a corrupt timestamp costs one bucket.
type wheel struct {
	flows   *pool
	width   int64            // nanoseconds per bucket
	buckets map[int64]*chunk // the one that is being filled, before the others
	ticks   ticks
	spare   [chunkSizes]spareChunks
	entries int // in all buckets, of which some are of flows that have ended

	expected int64 // of no meaning
}

// chunk is a part of a bucket. The first is small, since there may be a bucket for each
// flow, and the next ones are twice as large until they have a page.
type chunk struct {
	next    *chunk
	entries []entry
}

// chunkEntries are a page, with what the runtime keeps of it.
const chunkEntries = 254

// chunkSizes is how many sizes of chunks there are: 1, 2, 4, … 128, chunkEntries.
const chunkSizes = 9

// spareChunks are empty chunks of a size.
type spareChunks struct {
	first *chunk
	count int
}

// mostSpares is how many empty chunks of a size keep their memory.
const mostSpares = 64

// sparesOf returns the spare chunks for that many entries.
func (w *wheel) sparesOf(entries int) *spareChunks { return &w.spare[bits.Len(uint(entries-1))] }

// entry tells whether its flow is still the one that was added: a flow that
// has ended and been reused has another first packet.
type entry struct {
	packet int64
	flow   uint32 // its number
}

// open returns the flow of an entry, or nil if it has ended.
func (w *wheel) open(e entry) *Flow {
	if f := w.flows.at(e.flow); f.packet == e.packet && !f.done {
		return f
	}
	return nil
}

func (w *wheel) init(flows *pool, width int64) {
	*w = wheel{flows: flows, width: width, buckets: map[int64]*chunk{}}
}

func (w *wheel) tick(t int64) int64 {
	if t < 0 {
		return (t+1)/w.width - 1
	}
	return t / w.width
}

func (w *wheel) add(f *Flow) { w.put(w.tick(f.last), entry{f.packet, f.number}) }

func (w *wheel) put(tick int64, e entry) {
	c := w.buckets[tick]
	if c == nil || len(c.entries) == cap(c.entries) {
		if c == nil {
			heap.Push(&w.ticks, tick)
		}
		c = w.chunk(c)
		w.buckets[tick] = c
	}
	c.entries = append(c.entries, e)
	w.entries++
}

// chunk returns an empty chunk before others.
func (w *wheel) chunk(next *chunk) *chunk {
	size := 1
	if next != nil {
		size = min(2*cap(next.entries), chunkEntries)
	}
	s := w.sparesOf(size)
	c := s.first
	if c == nil {
		return &chunk{next: next, entries: make([]entry, 0, size)}
	}
	s.first, c.next = c.next, next
	s.count--
	return c
}

// empty takes a chunk out whose entries have been dealt with, and returns the next.
func (w *wheel) empty(c *chunk) (next *chunk) {
	next = c.next
	w.entries -= len(c.entries)
	if s := w.sparesOf(cap(c.entries)); s.count < mostSpares {
		c.next, c.entries, s.first = s.first, c.entries[:0], c
		s.count++
	}
	return next
}

// take takes the earliest bucket out.
func (w *wheel) take() (tick int64, bucket *chunk) {
	tick = heap.Pop(&w.ticks).(int64)
	bucket = w.buckets[tick]
	delete(w.buckets, tick)
	return tick, bucket
}

// staleEntries is how many entries of flows that have ended may be kept beside
// as many as there are open flows.
const staleEntries = 4096

// compact drops the entries of flows that have ended once they are more than
// those of the open ones: flows that end otherwise than by silence leave theirs.
func (w *wheel) compact(open int) {
	if w.entries <= 2*open+staleEntries {
		return
	}
	old := w.buckets
	w.ticks, w.buckets = w.ticks[:0], map[int64]*chunk{}
	for tick, c := range old {
		for c != nil {
			for _, e := range c.entries {
				if w.open(e) != nil {
					w.put(tick, e)
				}
			}
			c = w.empty(c)
		}
	}
}

// expect reads what it takes to tell whether flows are open, as Table.Expect does.
func (w *wheel) expect(entries []entry) {
	sum := int64(0)
	for _, e := range entries {
		f := w.flows.at(e.flow)
		sum += f.packet + int64(f.key.PortA)
	}
	w.expected = sum
}

// sweep calls visit for the open flows whose last packet is before that time, no more
// than Ahead at once, and forgets them.
func (w *wheel) sweep(before int64, visit func(due []*Flow)) {
	limit := w.tick(before)
	var early []entry // of the last bucket, but not before that time
	due := make([]*Flow, 0, Ahead)
	for len(w.ticks) > 0 && w.ticks[0] <= limit {
		tick, c := w.take()
		for c != nil {
			for some := range slices.Chunk(c.entries, Ahead) {
				w.expect(some)
				due = due[:0]
				for _, e := range some {
					switch f := w.open(e); {
					case f == nil:
					case f.last < before:
						due = append(due, f)
					case w.tick(f.last) > tick:
						w.put(w.tick(f.last), e)
					default:
						early = append(early, e)
					}
				}
				visit(due)
			}
			c = w.empty(c)
		}
	}
	for _, e := range early {
		w.put(limit, e)
	}
}

// evict calls visit for n open flows, in the order of their last packets, and
// forgets them.
func (w *wheel) evict(n int, visit func(*Flow)) {
	for n > 0 && len(w.ticks) > 0 {
		tick, c := w.take()
		var due []*Flow
		for c != nil {
			for _, e := range c.entries {
				switch f := w.open(e); {
				case f == nil:
				case w.tick(f.last) > tick:
					w.put(w.tick(f.last), e)
				default:
					due = append(due, f)
				}
			}
			c = w.empty(c)
		}
		slices.SortFunc(due, func(a, b *Flow) int {
			return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.packet, b.packet))
		})
		most := min(n, len(due))
		for _, f := range due[:most] {
			visit(f)
		}
		for _, f := range due[most:] {
			w.put(tick, entry{f.packet, f.number})
		}
		n -= most
	}
}

// ticks is a heap of bucket numbers.
type ticks []int64

// Len, Less, Swap, Push and Pop make ticks a heap.Interface.
func (t ticks) Len() int           { return len(t) }
func (t ticks) Less(i, j int) bool { return t[i] < t[j] }
func (t ticks) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *ticks) Push(x any)        { *t = append(*t, x.(int64)) }
func (t *ticks) Pop() any {
	old := *t
	x := old[len(old)-1]
	*t = old[:len(old)-1]
	return x
}
