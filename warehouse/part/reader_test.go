package part

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"weir/warehouse/schema"
)

// TestReaderReadsBack reads random files in random ranges of rows: each value
// is the one written, at its place in the order of keys.
func TestReaderReadsBack(t *testing.T) {
	table := allTypes()
	enc := newEncoders(t, 2)
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		var batches []*schema.Batch
		for range 1 + r.IntN(3) {
			batches = append(batches, randomBatch(r, table, 1+r.IntN(3000), style{}, r.IntN(2) == 0))
		}
		data, _ := writeFile(t, table, enc, batches...)
		f, err := OpenReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Groups()) != len(batches) || f.Column("none") != -1 {
			t.Fatalf("%d row groups of %d", len(f.Groups()), len(batches))
		}
		for g, b := range batches {
			if f.Groups()[g] != int64(b.Rows()) {
				t.Fatalf("row group of %d rows, want %d", f.Groups()[g], b.Rows())
			}
			order := expectedOrder(b)
			for c, col := range b.Columns {
				got := f.Columns()[c]
				if got.Name != col.Name || got.Nullable != col.Nullable || got.Type.Kind() != col.Type.Kind() || f.Column(col.Name) != c {
					t.Fatalf("column %+v, want %+v", got, col)
				}
				from := r.IntN(b.Rows())
				to := from + 1 + r.IntN(b.Rows()-from)
				for _, span := range [][2]int{{0, b.Rows()}, {from, to}, {from, from}} {
					v := schema.NewVector(col.Type, col.Nullable)
					if err := f.Read(g, c, int64(span[0]), int64(span[1]), &v); err != nil {
						t.Fatal(err)
					}
					if v.Rows() != span[1]-span[0] {
						t.Fatalf("%s: %d rows, want %d", col.Name, v.Rows(), span[1]-span[0])
					}
					for i := range v.Rows() {
						if got, want := cell(&v, i), cell(&b.Vectors[c], order[span[0]+i]); got != want {
							t.Fatalf("seed %d, %s, row %d: %s, want %s", seed, col.Name, span[0]+i, got, want)
						}
					}
				}
			}
		}
	}
}

// TestReaderSeesDamage changes bytes all over a small file: reading
// all columns fails, because pages have checksums, or the header of a page no
// longer describes it.
func TestReaderSeesDamage(t *testing.T) {
	table := allTypes()
	b := randomBatch(rand.New(rand.NewPCG(3, 3)), table, 200, style{}, true)
	data, _ := writeFile(t, table, newEncoders(t, 1), b)
	readAll := func(data []byte) error {
		f, err := OpenReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		for c, col := range f.Columns() {
			v := schema.NewVector(col.Type, col.Nullable)
			for g, rows := range f.Groups() {
				if err := f.Read(g, c, 0, rows, &v); err != nil {
					return err
				}
			}
		}
		return nil
	}
	f, err := OpenReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(readAll(data), f.CheckIndex()); err != nil {
		t.Fatal(err)
	}
	found, harmless := 0, 0
	for i := 4; i < len(data); i += 211 {
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x41
		switch err := readAll(damaged); {
		case err == nil:
			harmless++ // statistics, names, page index
		case strings.Contains(err.Error(), "checksum"):
			found++
		}
	}
	if found == 0 {
		t.Error("no damage was found by a checksum")
	}
	t.Logf("%d bytes changed: %d found by checksum, %d do not matter to the values", len(data)/211, found, harmless)
	long := bytes.Clone(data)
	long[len(long)-5] = 0x40 // a footer of a gigabyte
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = readAll(long)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; err == nil || n > 1<<20 {
		t.Errorf("a footer longer than its file: %d bytes allocated, error %v", n, err)
	}
	for n := 0; n < len(data); n += 997 {
		if readAll(data[:n]) == nil {
			t.Fatalf("a file cut at %d of %d bytes is read", n, len(data))
		}
	}
}
