package flow

import (
	"runtime"
	"unsafe"
)

// lineBytes is what a cache fetches from memory at once.
const lineBytes = 64

// fetch reads flows and their stories, a byte of each line of a cache. Flows have
// long left the caches once they become rows; asked for together they arrive in
// a fraction of the time that they take one line after the other.
func fetch(flows []*Flow) {
	var sum byte
	for _, f := range flows {
		sum += lines(f)
		if f.story != nil {
			sum += lines(f.story)
		}
	}
	runtime.KeepAlive(sum) // or the compiler would leave the reading out
}

func lines[T any](p *T) (sum byte) {
	for at := uintptr(0); at < unsafe.Sizeof(*p); at += lineBytes {
		sum += *(*byte)(unsafe.Add(unsafe.Pointer(p), at))
	}
	return sum
}
