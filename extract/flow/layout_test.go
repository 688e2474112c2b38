package flow

import (
	"testing"
	"unsafe"
)

// What a packet touches lies in whole lines of a cache: a flow and a story are made
// of such, and blocks of them are large enough to begin with one.
func TestLayout(t *testing.T) {
	const line = 64
	var f Flow
	var s story
	for name, at := range map[string]uintptr{
		"Flow": unsafe.Sizeof(f), "Flow.last": unsafe.Offsetof(f.last), "Flow.iat": unsafe.Offsetof(f.iat), "Flow.dir": unsafe.Offsetof(f.dir),
		"direction": unsafe.Sizeof(f.dir[0]), "direction.iat": unsafe.Offsetof(f.dir[0].iat), "direction.payload": unsafe.Offsetof(f.dir[0].payload),
		"Flow.run": unsafe.Offsetof(f.run), "story": unsafe.Sizeof(s), "story.flags.counts": unsafe.Offsetof(s.flags) + unsafe.Offsetof(s.flags.counts),
	} {
		if at%line != 0 {
			t.Errorf("%s: %d bytes are no whole lines", name, at)
		}
	}
	for name, at := range map[string]uintptr{
		"Flow.story": unsafe.Offsetof(f.story), "Flow.origin": unsafe.Offsetof(f.origin), "Flow.app": unsafe.Offsetof(f.app),
	} {
		if at/line != 1 {
			t.Errorf("%s: %d bytes are not in the line with the pointers", name, at)
		}
	}
	for name, at := range map[string]uintptr{
		"story.space": unsafe.Offsetof(s.space) + unsafe.Offsetof(s.space.holes), "story.flags": unsafe.Offsetof(s.flags) + unsafe.Offsetof(s.flags.more),
	} {
		if at/line != 0 {
			t.Errorf("%s: %d bytes are not in the line with the pointers", name, at)
		}
	}
	var p pool
	for range 3 * atOnce {
		f, _ := p.take(true)
		if at := uintptr(unsafe.Pointer(f)) | uintptr(unsafe.Pointer(f.story)); at%line != 0 {
			t.Fatalf("a flow or its story begins %d bytes into a line", at%line)
		}
	}
}
