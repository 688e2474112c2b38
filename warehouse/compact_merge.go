package warehouse

import (
	"container/heap"

	"weir/warehouse/schema"
)

// timeColumn returns the stored column that a table's rows are sorted by: the
// first time that is never null. It is empty if there is none.
func timeColumn(t *schema.Table) string {
	for _, c := range t.Stored() {
		if c.Type == schema.Timestamp && !c.Nullable {
			return c.Name
		}
	}
	return ""
}

// run is a stretch of a file's rows in the order of time. A file has as many
// as it has row groups, or fewer.
type run struct {
	file int
	from int64   // the row of the file that times begins with
	time []int64 // of all rows of the run
	next int     // the first row not yet taken
}

// runsOf parts the rows of a file, given their times, into runs.
func runsOf(file int, times []int64) []*run {
	var runs []*run
	for from := 0; from < len(times); {
		to := from + 1
		for to < len(times) && times[to] >= times[to-1] {
			to++
		}
		runs = append(runs, &run{file: file, from: int64(from), time: times[from:to]})
		from = to
	}
	return runs
}

// merge puts runs into one order: by time, and of equal times first what stood
// first. It deals in rows' numbers alone.
type merge struct {
	runs []*run
	heap runHeap
}

// runHeap has the run with the next row on top.
type runHeap struct {
	runs  []*run
	order []int // numbers of runs
}

// Len implements heap.Interface.
func (h *runHeap) Len() int { return len(h.order) }

// Less implements heap.Interface.
func (h *runHeap) Less(i, j int) bool { return h.less(h.order[i], h.order[j]) }

func (h *runHeap) less(a, b int) bool {
	x, y := h.runs[a], h.runs[b]
	if s, t := x.time[x.next], y.time[y.next]; s != t {
		return s < t
	}
	return a < b
}

// Swap implements heap.Interface.
func (h *runHeap) Swap(i, j int) { h.order[i], h.order[j] = h.order[j], h.order[i] }

// Push implements heap.Interface.
func (h *runHeap) Push(x any) { h.order = append(h.order, x.(int)) }

// Pop implements heap.Interface.
func (h *runHeap) Pop() any {
	last := h.order[len(h.order)-1]
	h.order = h.order[:len(h.order)-1]
	return last
}

func newMerge(runs []*run) *merge {
	m := &merge{runs: runs, heap: runHeap{runs: runs}}
	for i := range runs {
		m.heap.order = append(m.heap.order, i)
	}
	heap.Init(&m.heap)
	return m
}

// slice are the rows that a batch takes from one run: from up to, but without,
// to by the numbers of the file, and the place of each in the batch.
type slice struct {
	file     int
	from, to int64
	places   []int64
}

// take returns the next rows, at most limit, in slices by run; none at the end.
func (m *merge) take(limit int) []slice {
	at := map[int]int{} // run → number of its slice
	var slices []slice
	for place := 0; place < limit && len(m.heap.order) > 0; {
		top := m.heap.order[0]
		r := m.runs[top]
		i, ok := at[top]
		if !ok {
			i = len(slices)
			at[top] = i
			slices = append(slices, slice{file: r.file, from: r.from + int64(r.next)})
		}
		// Rows of one run, as long as no other run comes first.
		for {
			slices[i].places = append(slices[i].places, int64(place))
			place++
			r.next++
			if place == limit || r.next == len(r.time) || !m.leads(top) {
				break
			}
		}
		slices[i].to = r.from + int64(r.next)
		if r.next == len(r.time) {
			heap.Pop(&m.heap)
		} else {
			heap.Fix(&m.heap, 0)
		}
	}
	return slices
}

// leads reports whether the run on top of the heap, which has moved on, still
// comes before all others.
func (m *merge) leads(top int) bool {
	for _, child := range []int{1, 2} {
		if child < len(m.heap.order) && m.heap.less(m.heap.order[child], top) {
			return false
		}
	}
	return true
}
