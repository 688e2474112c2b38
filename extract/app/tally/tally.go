// Package tally finds the most common of a flow's values, the one first seen
// where several are equally common.
package tally

// few is how many distinct values are counted. A flow with more is judged by
// those first seen.
const few = 16

// Tally counts values. The zero Tally is empty.
type Tally[T comparable] struct {
	values []T
	counts []int64
}

// Add counts a value.
func (t *Tally[T]) Add(v T) {
	for i, w := range t.values {
		if v == w {
			t.counts[i]++
			return
		}
	}
	if len(t.values) < few {
		t.values, t.counts = append(t.values, v), append(t.counts, 1)
	}
}

// Top returns the most common value, or false if none was counted.
func (t *Tally[T]) Top() (v T, ok bool) {
	best := int64(0)
	for i, n := range t.counts {
		if n > best {
			v, best, ok = t.values[i], n, true
		}
	}
	return v, ok
}

// Reset empties the tally and keeps its memory.
func (t *Tally[T]) Reset() { t.values, t.counts = t.values[:0], t.counts[:0] }
