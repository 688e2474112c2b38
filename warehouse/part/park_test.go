package part

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"weir/warehouse/schema"
)

// A file that was parked between its row groups, before it is amended and before it is
// closed has the same bytes as one that was not.
func TestParkChangesNothing(t *testing.T) {
	table := allTypes()
	columns := table.Stored()
	late := ""
	for i := range columns {
		if columns[i].Type == schema.Text && !columns[i].Partition && late == "" {
			columns[i].Late, late = true, columns[i].Name
		}
	}
	if late == "" {
		t.Fatal("no text column to amend")
	}
	enc := newEncoders(t, 1)
	for seed := range uint64(6) {
		var files [2]bytes.Buffer
		for i := range files {
			r := rand.New(rand.NewPCG(seed, 3))
			f := Create(&files[i], columns, nil)
			var amended schema.Packets
			for range 3 {
				b := randomBatch(r, table, 1+r.IntN(3000), style{nulls: 0.3, distinct: 20}, seed%2 == 0)
				for j := range b.Columns {
					b.Columns[j].Late = b.Columns[j].Name == late
				}
				if err := f.Write(b, enc...); err != nil {
					t.Fatal(err)
				}
				for _, k := range b.Keys[:len(b.Keys)/3] {
					amended = append(amended, k.Packet)
				}
				if i == 1 {
					if err := f.Park(); err != nil {
						t.Fatal(err)
					}
				}
			}
			slices.Sort(amended)
			f.Amend(late, "amended", amended)
			if i == 1 {
				if err := f.Park(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := f.Close(enc...); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
			t.Errorf("seed %d: files of %d and %d bytes differ", seed, files[0].Len(), files[1].Len())
		}
	}
}

// TestUntil ends a file's context: no more is encoded, and the file stays failed.
func TestUntil(t *testing.T) {
	table := allTypes()
	b := randomBatch(rand.New(rand.NewPCG(1, 1)), table, 100, style{}, false)
	for name, enc := range kinds(t) {
		for _, workers := range [][]*Encoder{enc[:1], enc} {
			ctx, cancel := context.WithCancel(t.Context())
			f := Create(io.Discard, table.Stored(), nil)
			f.Until(ctx)
			if err := f.Write(b, workers...); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			cancel()
			before := f.Size()
			if err := f.Write(b, workers...); !errors.Is(err, context.Canceled) || f.Size() != before {
				t.Errorf("%s, %d encoders: %v, and %d bytes more", name, len(workers), err, f.Size()-before)
			}
			if _, err := f.Close(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: close: %v", name, err)
			}
		}
	}
}
