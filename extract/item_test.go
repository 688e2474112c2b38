package extract

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"weir/extract/decode"
)

// Items come in the order of rows however many they are and wherever their numbers lie.
func TestInRowOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, fewItems - 1, fewItems, 5000} {
		for _, width := range []int{1, 11, 12, 22, 40, 62} {
			var items []item
			first := r.Int64N(1 << 40)
			for range n {
				items = append(items, item{packet: first + r.Int64N(1<<width), part: partitionFor(r.Int64N(1<<(width/2))-3, decode.Family(r.IntN(3)), uint8(r.IntN(256)))})
			}
			want := slices.Clone(items)
			slices.SortStableFunc(want, func(a, b item) int {
				return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.packet, b.packet))
			})
			if got := inRowOrder(items); !slices.Equal(got, want) {
				t.Errorf("%d items of %d bits are not in order", n, width)
			}
		}
	}
}

// The flows of any number of shards come in the order in which all of them sort.
func TestMergeItems(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for shards := range 20 {
		var all []item
		lists := make([][]item, shards)
		for i := range lists {
			for range r.IntN(3) * r.IntN(40) {
				all = append(all, item{packet: int64(len(all)), part: partitionFor(int64(r.IntN(3))-1, decode.IPv4, uint8(r.IntN(2)))})
				lists[i] = append(lists[i], all[len(all)-1])
			}
			r.Shuffle(len(lists[i]), func(a, b int) { lists[i][a], lists[i][b] = lists[i][b], lists[i][a] })
			slices.SortFunc(lists[i], item.compare)
		}
		slices.SortFunc(all, func(a, b item) int {
			return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.packet, b.packet))
		})
		if got := mergeItems(nil, lists); !slices.Equal(got, all) {
			t.Fatalf("%d shards: %v, want %v", shards, got, all)
		}
	}
}
