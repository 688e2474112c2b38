package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"weir/extract"
)

// The collector's first run is late; from then on it keeps to the limit and to the
// percentage of garbage, and when all is done to what it kept to before.
func TestRememberCollectsLate(t *testing.T) {
	settings := func() (percent, limit uint64) {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64(), s[1].Value.Uint64()
	}
	percentBefore, limitBefore := settings()
	c := extract.DefaultConfig()
	c.MemoryLimit = 1 << 30
	forget, err := remember(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, limit := settings(); limit != firstCollection {
		t.Errorf("the collector begins at %d bytes, want %d", limit, firstCollection)
	}
	runtime.GC()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if percent, _ := settings(); percent == mostGarbage {
			break
		}
	}
	if percent, limit := settings(); percent != mostGarbage || limit != 1<<30-outsideHeap {
		t.Errorf("after its first run the collector keeps to %d %% and %d bytes", percent, limit)
	}
	forget()
	if percent, limit := settings(); percent != percentBefore || limit != limitBefore {
		t.Errorf("at the end it keeps to %d %% and %d bytes, before to %d and %d", percent, limit, percentBefore, limitBefore)
	}
	// One that has never run must not change anything later.
	if forget, err = remember(&c); err != nil {
		t.Fatal(err)
	}
	forget()
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
	if percent, limit := settings(); percent != percentBefore || limit != limitBefore {
		t.Errorf("later it keeps to %d %% and %d bytes, before to %d and %d", percent, limit, percentBefore, limitBefore)
	}
}

// TestCollectLater has the collector run, after which garbage is limited as always, or as a
// command has set meanwhile.
func TestCollectLater(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	percent := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	for _, c := range []struct {
		before, meanwhile int
		want              uint64
	}{{100, 0, 100}, {100, 50, 50}, {30, 0, 30}} {
		debug.SetGCPercent(c.before)
		collectLater()
		if got := percent(); c.before == 100 && got != startGarbage {
			t.Errorf("the first run comes at %d %%", got)
		}
		if c.meanwhile > 0 {
			debug.SetGCPercent(c.meanwhile)
		}
		for range 20 {
			runtime.GC()
			time.Sleep(5 * time.Millisecond) // the cleanup has a goroutine of its own
		}
		if got := percent(); got != c.want {
			t.Errorf("%d %% before and %d meanwhile: %d %% after the first run", c.before, c.meanwhile, got)
		}
	}
}
