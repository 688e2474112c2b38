package part

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
)

// The library reads what appendAligned writes, whatever the differences are.
func TestAligned(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var library delta.BinaryPackedEncoding
	for _, n := range []int{0, 1, 2, 3, deltaValues, deltaValues + 1, deltaBlock, deltaBlock + 1, deltaBlock + 2, 1000} {
		for width := range 63 {
			long, short := make([]int64, n), make([]int32, n)
			x := r.Int64()
			for i := range long {
				x += r.Int64N(1<<width) - 1<<width/3
				long[i], short[i] = x, int32(x)
			}
			got, err := library.DecodeInt64(nil, appendAligned(nil, long))
			if err != nil || !slices.Equal(got, long) {
				t.Fatalf("%d values of %d bits: %v, %v, want %v", n, width, got, err, long)
			}
			got32, err := library.DecodeInt32(nil, appendAligned(nil, short))
			if err != nil || !slices.Equal(got32, short) {
				t.Fatalf("%d short values of %d bits: %v, %v, want %v", n, width, got32, err, short)
			}
		}
	}
	ends := []int64{math.MinInt64, math.MaxInt64, 0, math.MaxInt64, math.MinInt64, -1}
	if got, err := library.DecodeInt64(nil, appendAligned(nil, ends)); err != nil || !slices.Equal(got, ends) {
		t.Errorf("%v, %v, want %v", got, err, ends)
	}
	ends32 := []int32{math.MinInt32, math.MaxInt32, 0, math.MaxInt32, math.MinInt32, -1}
	if got, err := library.DecodeInt32(nil, appendAligned(nil, ends32)); err != nil || !slices.Equal(got, ends32) {
		t.Errorf("%v, %v, want %v", got, err, ends32)
	}
	before := []byte("before")
	if got := appendAligned(before, []int64{5, 6}); string(got[:len(before)]) != "before" {
		t.Errorf("%q stands before the values", got[:len(before)])
	}
}
