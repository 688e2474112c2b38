package schema

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Numbers are found in whatever order they are asked for.
func TestPacketSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, n := range []int{0, 1, 2, 500} {
		var p Packets
		there := map[int64]bool{}
		for len(p) < n {
			if x := r.Int64N(2000); !there[x] {
				there[x] = true
				p = append(p, x)
			}
		}
		slices.Sort(p)
		ascending, random := PacketSearch{Packets: p}, PacketSearch{Packets: p}
		for x := int64(-2); x < 2002; x++ {
			for range 2 {
				if ascending.Has(x) != there[x] {
					t.Fatalf("of %d numbers, %d is there: %t", n, x, !there[x])
				}
			}
			if y := r.Int64N(2100) - 50; random.Has(y) != there[y] {
				t.Fatalf("of %d numbers, %d is there after others: %t", n, y, !there[y])
			}
		}
	}
}
