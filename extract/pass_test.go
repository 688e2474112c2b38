package extract

import (
	"context"
	"errors"
	"testing"
)

// Each pass sees all packets, whatever it makes of them, and ends where it is told to.
func TestPass(t *testing.T) {
	frames := traffic(7, epochPackets+20_000)
	for last := Reading; last <= Listening; last++ {
		packets, err := Pass(t.Context(), DefaultConfig(), &memorySource{frames: frames, slab: 1000}, last)
		if packets != int64(len(frames)) || err != nil {
			t.Errorf("stage %d: %d packets, %v, want %d", last, packets, err, len(frames))
		}
	}
	failure := errors.New("failure")
	if _, err := Pass(t.Context(), DefaultConfig(), &memorySource{frames: frames, slab: 1000, failAt: 5000, failure: failure}, Listening); !errors.Is(err, failure) {
		t.Errorf("error %v, want %v", err, failure)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Pass(ctx, DefaultConfig(), &memorySource{frames: frames, slab: 1000}, Reading); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
