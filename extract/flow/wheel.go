package flow

import (
	"cmp"
	"container/heap"
	"slices"
)

// wheel keeps open flows by the time they were last looked at, so that a
// sweep touches a flow about once per idle timeout and not once per sweep.
// Buckets are sparse: a corrupt timestamp costs one bucket.
type wheel struct {
	width   int64 // nanoseconds per bucket
	buckets map[int64][]entry
	ticks   ticks
	spare   [][]entry
	entries int // in all buckets, of which some are of flows that have ended
}

// entry tells whether its flow is still the one that was added: a flow that
// has ended and been reused has another first packet.
type entry struct {
	flow   *Flow
	packet int64
}

func (w *wheel) init(width int64) {
	*w = wheel{width: width, buckets: map[int64][]entry{}}
}

func (w *wheel) tick(t int64) int64 {
	if t < 0 {
		return (t+1)/w.width - 1
	}
	return t / w.width
}

func (w *wheel) add(f *Flow) { w.put(w.tick(f.last), entry{f, f.packet}) }

func (w *wheel) put(tick int64, e entry) {
	b, ok := w.buckets[tick]
	if !ok {
		heap.Push(&w.ticks, tick)
		if n := len(w.spare); n > 0 {
			b, w.spare = w.spare[n-1], w.spare[:n-1]
		}
	}
	w.buckets[tick] = append(b, e)
	w.entries++
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
	w.ticks, w.entries, w.spare = w.ticks[:0], 0, nil
	for tick, b := range w.buckets {
		kept := slices.DeleteFunc(b, func(e entry) bool { return e.flow.packet != e.packet || e.flow.done })
		if len(kept) == 0 {
			delete(w.buckets, tick)
			continue
		}
		if cap(kept) > 4*len(kept) {
			kept = slices.Clone(kept)
		}
		w.buckets[tick] = kept
		w.entries += len(kept)
		w.ticks = append(w.ticks, tick)
	}
	heap.Init(&w.ticks)
}

// take takes a bucket out.
func (w *wheel) take(tick int64) []entry {
	b := w.buckets[tick]
	delete(w.buckets, tick)
	w.entries -= len(b)
	return b
}

// spareBuckets is how many empty buckets keep their memory.
const spareBuckets = 8

func (w *wheel) keep(b []entry) {
	if len(w.spare) < spareBuckets {
		w.spare = append(w.spare, b[:0])
	}
}

// sweep calls visit for each open flow whose last packet is before that
// time, and forgets it.
func (w *wheel) sweep(before int64, visit func(*Flow)) {
	limit := w.tick(before)
	var again []entry
	for len(w.ticks) > 0 && w.ticks[0] <= limit {
		tick := heap.Pop(&w.ticks).(int64)
		b := w.take(tick)
		for _, e := range b {
			switch f := e.flow; {
			case f.packet != e.packet || f.done:
			case f.last < before:
				visit(f)
			default:
				again = append(again, e)
			}
		}
		w.keep(b)
	}
	for _, e := range again {
		w.put(w.tick(e.flow.last), e)
	}
}

// evict calls visit for n open flows, in the order of their last packets, and
// forgets them.
func (w *wheel) evict(n int, visit func(*Flow)) {
	for n > 0 && len(w.ticks) > 0 {
		tick := heap.Pop(&w.ticks).(int64)
		b := w.take(tick)
		due := b[:0]
		for _, e := range b {
			switch f := e.flow; {
			case f.packet != e.packet || f.done:
			case w.tick(f.last) > tick:
				w.put(w.tick(f.last), e)
			default:
				due = append(due, e)
			}
		}
		slices.SortFunc(due, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.flow.last, b.flow.last), cmp.Compare(a.packet, b.packet))
		})
		for i, e := range due {
			if n == 0 {
				w.buckets[tick] = slices.Clone(due[i:])
				w.entries += len(due) - i
				heap.Push(&w.ticks, tick)
				break
			}
			visit(e.flow)
			n--
		}
		w.keep(b)
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
