package part

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	czstd "github.com/DataDog/zstd"
	"github.com/klauspost/compress/zstd"

	"weir/warehouse/schema"
)

// TestLiterals reads frames of literals with a decoder of zstd: of digits of
// hashes, which take half of their bytes, and of what does not pay.
func TestLiterals(t *testing.T) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	e := newEncoders(t, 1)[0]
	r := rand.New(rand.NewPCG(7, 8))
	random := make([]byte, 300_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	digits := []byte(hex.EncodeToString(random))
	for _, n := range []int{0, 1, literalLeast - 1, literalLeast, 5000, literalBlock, literalBlock + 1, 2*literalBlock + literalLeast, len(digits)} {
		frame, ok := e.appendLiterals([]byte("before"), digits[:n])
		if ok != (n >= literalLeast) {
			t.Fatalf("%d digits: coded %t", n, ok)
		}
		if !ok {
			continue
		}
		got, err := d.DecodeAll(frame[len("before"):], nil)
		if err != nil || !bytes.Equal(got, digits[:n]) {
			t.Fatalf("%d digits: read back wrong, %v", n, err)
		}
		if most := n/2 + n/50 + 100; len(frame) > most {
			t.Errorf("%d digits take %d bytes, want at most %d", n, len(frame), most)
		}
	}
	for name, src := range map[string][]byte{"random": random, "equal": make([]byte, 5000)} {
		if frame, ok := e.appendLiterals([]byte("before"), src); ok || string(frame) != "before" {
			t.Errorf("%s bytes are coded in %d", name, len(frame))
		}
	}
}

// Short pages are frames that both decoders of zstd read.
func TestStored(t *testing.T) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for n := range shortPage + 1 {
		src := bytes.Repeat([]byte("p"), n)
		frame := appendStored([]byte("before"), src)[len("before"):]
		if got, err := d.DecodeAll(frame, nil); err != nil || !bytes.Equal(got, src) {
			t.Errorf("%d bytes: %q, %v", n, got, err)
		}
		if got, err := czstd.Decompress(nil, frame); err != nil || !bytes.Equal(got, src) {
			t.Errorf("%d bytes, by the library in C: %q, %v", n, got, err)
		}
	}
}

// TestHashes holds the room of a column of hashes to the least there is, with
// either kind of encoder.
func TestHashes(t *testing.T) {
	table := &schema.Table{Name: "hashes", Columns: []schema.Column{{Name: "uid", Type: schema.Text, Encoding: schema.Hash}}}
	const rows = 30_000
	b := schema.NewBatch(table, nil)
	r := rand.New(rand.NewPCG(9, 10))
	for i := range rows {
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
		b.Vectors[0].AppendString(fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()), true)
	}
	for name, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		checkValues(t, table, data, b)
		if perRow := float64(len(data)) / rows; perRow > 16.2 {
			t.Errorf("%s: a hash of 16 bytes takes %.2f", name, perRow)
		}
	}
}

// kinds returns an encoder of each kind.
func kinds(t testing.TB) map[string][]*Encoder {
	return map[string][]*Encoder{"fast": newEncoders(t, 1), "dense": newDenseEncoders(t, 1)}
}
