// Package block makes values many at a time, for those who keep free lists of them:
// the flows and conversations of a capture are made by the million.
package block

import "unsafe"

const (
	// leastBytes is a size from which on the runtime keeps nothing of its own in the
	// memory that it gives, so that a block begins with a page.
	leastBytes = 33 << 10
	pageBytes  = 4096
)

// Of returns zero values, at least that many. Their memory is mapped at once: a page
// that is first read is mapped twice, and while the collector runs, storing a pointer
// begins with reading what was there.
func Of[T any](least int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	b := make([]T, max(least, leastBytes/size+1))
	Map(b)
	return b
}

// Map maps the memory of zero values that have just been made.
func Map[T any](b []T) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b))), len(b)*int(unsafe.Sizeof(*new(T))))
	if populate(bytes) {
		return
	}
	for i := 0; i < len(bytes); i += pageBytes {
		bytes[i] = 0
	}
}
