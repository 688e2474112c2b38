package block

import (
	"testing"
	"unsafe"
)

type value struct {
	next *value
	_    [12]uint64
}

// Values are zero, as many as asked for or more, and begin with a page.
func TestOf(t *testing.T) {
	for _, n := range []int{1, 100, 10_000} {
		b := Of[value](n)
		if len(b) < n {
			t.Errorf("%d values, want %d", len(b), n)
		}
		for i := range b {
			if b[i] != (value{}) {
				t.Fatalf("value %d is not zero", i)
			}
		}
		if at := uintptr(unsafe.Pointer(&b[0])) % pageBytes; at != 0 {
			t.Errorf("%d values begin %d bytes into a page", n, at)
		}
	}
}

// What is mapped stays as it was, wherever it lies.
func TestMap(t *testing.T) {
	b := make([]byte, 5*pageBytes)
	for i := range b {
		b[i] = 1
	}
	for _, part := range [][]byte{b[:0], b[:10], b[10 : 3*pageBytes], b} {
		for i := range part {
			part[i] = 0
		}
		Map(part)
		for i := range part {
			if part[i] != 0 {
				t.Fatalf("byte %d is %d", i, part[i])
			}
			part[i] = 1
		}
	}
	for i := range b {
		if b[i] != 1 {
			t.Fatalf("byte %d is %d", i, b[i])
		}
	}
}

func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		Of[value](1 << 14)
	}
}
