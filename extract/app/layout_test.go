package app

import (
	"testing"
	"unsafe"
)

// A conversation of an unknown protocol is two lines of a cache, and lies in blocks that
// begin with one.
func TestLayout(t *testing.T) {
	const line = 64
	if n := unsafe.Sizeof(Conversation{}); n != 2*line {
		t.Errorf("a conversation is of %d bytes", n)
	}
	e := NewEngine()
	for range 1000 {
		if c := e.Open(&subject{}); uintptr(unsafe.Pointer(c))%line != 0 {
			t.Fatalf("a conversation begins %d bytes into a line", uintptr(unsafe.Pointer(c))%line)
		}
	}
}
