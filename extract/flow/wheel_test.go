package flow

import (
	"math/rand/v2"
	"testing"
)

// The wheel visits the flows that a look at each one finds, whatever the number in a
// bucket: some go on, some end and are used again, and some times are corrupt.
func TestWheelSweeps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 3, 300, 3000} {
		var flows pool
		var w wheel
		w.init(&flows, 100)
		open := map[*Flow]bool{}
		packet := int64(0)
		begin := func(f *Flow, now int64) {
			packet++
			*f = Flow{number: f.number, last: now, packet: packet}
			if r.IntN(50) == 0 {
				f.last = r.Int64() - r.Int64()
			}
			w.add(f)
			open[f] = true
		}
		for range n {
			f, _ := flows.take(false)
			begin(f, 0)
		}
		for now := int64(0); now < 3000; now += 90 {
			for f := range open {
				switch r.IntN(10) {
				case 0, 1:
					f.last = max(f.last, now)
				case 2:
					f.done = true
					delete(open, f)
				case 3:
					begin(f, now)
				}
			}
			w.compact(len(open))
			before := now - 370
			w.sweep(before, func(due []*Flow) {
				for _, f := range due {
					if f.last >= before || !open[f] {
						t.Fatalf("a flow last seen at %d is visited before %d", f.last, before)
					}
					f.done = true
					delete(open, f)
				}
			})
			for f := range open {
				if f.last < before {
					t.Fatalf("a flow last seen at %d is not visited before %d", f.last, before)
				}
			}
		}
		left := 0
		last := int64(-1 << 63)
		w.evict(len(open)/2, func(f *Flow) {
			if f.last < last {
				t.Errorf("a flow last seen at %d is evicted after one at %d", f.last, last)
			}
			last = f.last
			f.done = true
			delete(open, f)
			left++
		})
		half := left
		w.evict(len(open)+1, func(f *Flow) { left++ })
		if all := half + len(open); left != all || w.entries != 0 {
			t.Errorf("%d flows are evicted of %d, and %d entries are left", left, all, w.entries)
		}
	}
}

// Flows that are each alone in their bucket take little.
func TestWheelOfLoneFlows(t *testing.T) {
	var p pool
	var w wheel
	w.init(&p, 1)
	flows := make([]*Flow, 1000)
	for i := range flows {
		flows[i], _ = p.take(false)
	}
	if n := testing.AllocsPerRun(1, func() {
		for i := range flows {
			flows[i].last = int64(i)
			w.add(flows[i])
		}
	}); n > 3000 {
		t.Errorf("%v allocations", n)
	}
	for tick, c := range w.buckets {
		if cap(c.entries) > 4 {
			t.Fatalf("the bucket %d has room for %d flows", tick, cap(c.entries))
		}
	}
}
