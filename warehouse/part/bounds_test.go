package part

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"weir/warehouse/schema"
)

// The bounds of texts are the first and the last of them in the order of bytes,
// whatever they begin with and however short they are.
func TestTextBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		texts := make([][]byte, 1+r.IntN(12))
		v := schema.NewVector(schema.Text, false)
		rows := make([]int32, len(texts))
		for i := range texts {
			x := bytes.Repeat([]byte{"a\x00\xff"[r.IntN(3)]}, r.IntN(9))
			for range r.IntN(3) {
				x = append(x, "\x00ab\xff"[r.IntN(4)])
			}
			texts[i], rows[i] = x, int32(i)
			v.AppendText(x, true)
		}
		b := textBounds(&v, rows)
		if lo, hi := slices.MinFunc(texts, bytes.Compare), slices.MaxFunc(texts, bytes.Compare); !b.known || !bytes.Equal(b.tlo, lo) || !bytes.Equal(b.thi, hi) {
			t.Fatalf("bounds of %q are %q and %q", texts, b.tlo, b.thi)
		}
	}
	v := schema.NewVector(schema.Text, false)
	if textBounds(&v, nil).known {
		t.Error("there are bounds of no texts")
	}
}
