package main

import (
	"runtime"
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
