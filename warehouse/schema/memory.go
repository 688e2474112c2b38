package schema

import (
	"sync"
	"unsafe"
)

// Memory keeps the memory of batches that are done with, for others: what one
// column has outgrown is right for another one. It is safe for concurrent use.
// What it hands out holds no rows, so that it makes no difference which memory it is.
type Memory struct {
	most int

	mu      sync.Mutex
	kept    int // bytes on all shelves
	int32   shelf[int32]
	int64   shelf[int64]
	float64 shelf[float64]
	bool    shelf[bool]
	byte    shelf[byte]
	offset  shelf[uint32]
}

// NewMemory returns a memory that keeps up to that many bytes beside what batches
// have.
func NewMemory(most int) *Memory { return &Memory{most: most} }

// NewBatch returns an empty batch of a partition of t that takes its memory from m,
// to which Release gives it back.
func (m *Memory) NewBatch(t *Table, partition []string) *Batch {
	b := NewBatch(t, partition)
	for i := range b.Vectors {
		b.Vectors[i].memory = m
		if e := b.Vectors[i].Elem; e != nil {
			e.memory = m
		}
	}
	return b
}

// Release gives the memory of the batch back to where it is from. The batch must
// not be used any more.
func (b *Batch) Release() {
	for i := range b.Vectors {
		b.Vectors[i].release()
	}
	b.Vectors, b.Keys = nil, nil
}

func (v *Vector) release() {
	if v.Elem != nil {
		v.Elem.release()
	}
	m := v.memory
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	keep(m, &m.int32, v.Int32)
	keep(m, &m.int64, v.Int64)
	keep(m, &m.float64, v.Float64)
	keep(m, &m.bool, v.Bool)
	keep(m, &m.bool, v.Valid)
	keep(m, &m.byte, v.Bytes)
	keep(m, &m.offset, v.Offsets)
	*v = Vector{}
}

// shelf holds slices without entries, by size: shelf[i] those with room for at least
// size(i) entries.
type shelf[T any] [48][][]T

// size returns the i-th of the sizes in which memory is taken: 64, 96, 128, 192, 256, …
func size(i int) int { return (2 + i&1) << (5 + i>>1) }

// smallRoom is up to how many entries a slice grows to four times its size: a batch
// begins small, and what it holds is copied each time.
const smallRoom = 2048

// room returns s with room for n more entries. It grows to twice its size or more; where
// it is from a memory, what it has outgrown goes back there.
func room[T any](s []T, n int, m *Memory, of func(*Memory) *shelf[T]) []T {
	if len(s)+n <= cap(s) {
		return s
	}
	want := max(len(s)+n, 2*cap(s))
	if m == nil {
		return append(make([]T, 0, want), s...)
	}
	if cap(s) <= smallRoom {
		want = max(want, 4*cap(s))
	}
	i := 0
	for size(i) < want {
		i++
	}
	bigger := append(take(m, of(m), i), s...)
	m.mu.Lock()
	defer m.mu.Unlock()
	keep(m, of(m), s)
	return bigger
}

// take returns a slice of the i-th size, or of up to twice as much.
func take[T any](m *Memory, from *shelf[T], i int) []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, slices := range []*[][]T{&from[i], &from[i+1], &from[i+2]} {
		if last := len(*slices) - 1; last >= 0 {
			s := (*slices)[last]
			(*slices)[last], *slices = nil, (*slices)[:last]
			m.kept -= bytesOf(s)
			return s
		}
	}
	return make([]T, 0, size(i))
}

// keep puts a slice on a shelf, unless there is enough on all of them. The caller
// holds the lock.
func keep[T any](m *Memory, on *shelf[T], s []T) {
	if cap(s) < size(0) || m.kept+bytesOf(s) > m.most {
		return
	}
	i := 0
	for size(i+1) <= cap(s) {
		i++
	}
	on[i] = append(on[i], s[:0])
	m.kept += bytesOf(s)
}

// bytesOf is how much memory a slice of values takes.
func bytesOf[T any](s []T) int {
	var one T
	return cap(s) * int(unsafe.Sizeof(one))
}
