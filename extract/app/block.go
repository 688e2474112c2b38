package app

import "unsafe"

const (
	// largeBlock is a size from which on the runtime keeps nothing of its own in the
	// memory that it gives.
	largeBlock = 33 << 10
	pageBytes  = 4096
)

// perBlock is how many values are made at once.
func perBlock[T any]() int { return largeBlock/int(unsafe.Sizeof(*new(T))) + 1 }

// touch writes to each page of what was just made and is empty. A fresh page that is
// read first is mapped twice, and while the collector runs, storing a pointer begins
// with reading what was there.
func touch[T any](block []T) {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(block))), len(block)*int(unsafe.Sizeof(*new(T))))
	for i := 0; i < len(bytes); i += pageBytes {
		bytes[i] = 0
	}
}
