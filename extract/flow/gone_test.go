package flow

import (
	"math/rand/v2"
	"testing"
)

// TestGone holds what is remembered against a map, through many puts and takes of
// hashes that often have one home.
func TestGone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var g gone
	want := map[uint64]int64{}
	for i := range int64(200_000) {
		hash := r.Uint64N(3000)<<20 | r.Uint64N(2)
		if r.IntN(5) < 3 {
			g.put(hash, i)
			want[hash] = i
		} else {
			packet, ok := g.take(hash)
			if first, known := want[hash]; ok != known || packet != first {
				t.Fatalf("step %d: got %d, %v, want %d, %v", i, packet, ok, first, known)
			}
			delete(want, hash)
		}
		if g.lately.used != len(want) {
			t.Fatalf("step %d: %d remembered, want %d", i, g.lately.used, len(want))
		}
	}
	before := g.lately.used
	g = gone{before: g.lately}
	for hash, first := range want {
		if packet, ok := g.take(hash); !ok || packet != first {
			t.Fatalf("%x: got %d, %v, want %d", hash, packet, ok, first)
		}
	}
	if before == 0 || g.before.used != 0 {
		t.Errorf("%d, then %d remembered", before, g.before.used)
	}
}
