package schema

import (
	"fmt"
	"slices"
	"testing"
)

// A set with columns of all its kinds: those that may be null are null where it finds
// nothing, whatever is left in their cells, and the others are not.
func setCatalogue() *Catalogue[sample] {
	return NewCatalogue("samples", slices.Concat(
		[]Field[sample]{Int(Column{Name: "n", Type: Int64}, func(r sample) int64 { return r.n })},
		Set(func(r sample, to Cells) bool {
			to[0], to[1], to[2], to[3], to[4] = r.n%256, -r.n, r.n%1000, 2*r.n, Bits(float64(r.n)/2)
			return r.n%3 == 1
		},
			Column{Name: "byte", Type: UInt8},
			Column{Name: "long", Type: Int64},
			Column{Name: "port", Type: UInt16, Nullable: true},
			Column{Name: "time", Type: Timestamp, Nullable: true},
			Column{Name: "half", Type: Double, Nullable: true},
		),
		[]Field[sample]{Derive[sample](Column{Name: "twice", Type: Int64, SQL: "2 * n"})},
		Where(func(r sample) bool { return r.n >= 1000 }, Set(func(r sample, to Cells) bool {
			if r.n < 1000 {
				return false
			}
			to[0], to[1] = r.n, r.n
			return true
		}, Column{Name: "late", Type: Int64, Nullable: true}, Column{Name: "later", Type: UInt8, Nullable: true})...),
	))
}

func TestSet(t *testing.T) {
	for _, sizes := range [][]int{{1}, {2}, {chunk}, {chunk + 1, 1, chunk - 1}, {998, 1, 1, 1, 5 * chunk}, {4 * sharedRows}} {
		for _, workers := range []int{1, 2, 3, 100} {
			t.Run(fmt.Sprint(sizes, workers), func(t *testing.T) {
				c := setCatalogue()
				b, n := NewBatch(c.Table, nil), 0
				for _, size := range sizes {
					rows := make([]sample, size)
					for i := range rows {
						rows[i].n = int64(n)
						n++
					}
					c.AppendShared(workers, b, rows, make([]Key, size))
				}
				checkSets(t, b, n)
			})
		}
	}
}

func checkSets(t *testing.T, b *Batch, n int) {
	t.Helper()
	columns := make([][]any, len(b.Vectors))
	for i := range b.Vectors {
		columns[i] = read(&b.Vectors[i])
		if b.Vectors[i].Rows() != n {
			t.Fatalf("%s: %d rows, want %d", b.Columns[i].Name, b.Vectors[i].Rows(), n)
		}
	}
	nulls := make([]int, len(b.Vectors))
	for r := range n {
		want := []any{r, r % 256, -r, nil, nil, nil, nil, nil}
		if r%3 == 1 {
			want[3], want[4], want[5] = r%1000, 2*r, float64(r)/2
		}
		if r >= 1000 {
			want[6], want[7] = r, r
		}
		for i := range want {
			if columns[i][r] != want[i] {
				t.Fatalf("%s of row %d: %v, want %v", b.Columns[i].Name, r, columns[i][r], want[i])
			}
			if want[i] == nil {
				nulls[i]++
			}
		}
	}
	for i := range nulls {
		if b.Vectors[i].Nulls != nulls[i] {
			t.Errorf("%s: %d nulls, want %d", b.Columns[i].Name, b.Vectors[i].Nulls, nulls[i])
		}
	}
	for i, v := range b.Vectors[3].Valid {
		if !v && (b.Vectors[3].Int32[i] != 0 || b.Vectors[4].Int64[i] != 0 || b.Vectors[5].Float64[i] != 0) {
			t.Fatalf("row %d: a null takes a slot that is not zero", i)
		}
	}
}

// What a catalogue cannot fill at once is refused where it is declared.
func TestSetRefused(t *testing.T) {
	none := func(sample, Cells) bool { return false }
	a, b := Column{Name: "a", Type: Int64}, Column{Name: "b", Type: Int64}
	other := Int(Column{Name: "other", Type: Int64}, func(sample) int64 { return 0 })
	pair := Set(none, a, b)
	for name, declare := range map[string]func(){
		"no column":     func() { Set(none) },
		"too many":      func() { Set(none, make([]Column, maxSet+1)...) },
		"text":          func() { Set(none, a, Column{Name: "t", Type: Text}) },
		"another order": func() { NewCatalogue("x", []Field[sample]{pair[1], pair[0]}) },
		"torn apart":    func() { NewCatalogue("x", []Field[sample]{pair[0], other, pair[1]}) },
		"one missing":   func() { NewCatalogue("x", []Field[sample]{other, pair[0]}) },
		"half of it":    func() { NewCatalogue("x", slices.Concat(Where(func(sample) bool { return true }, pair[0]), pair[1:])) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			declare()
		}()
	}
}

// Fetch is called with all rows, in order, no more at once than are filled together.
func TestFetching(t *testing.T) {
	var fetched []sample
	c := sampleCatalogue().Fetching(func(rows []sample) {
		if len(rows) > chunk {
			t.Errorf("%d rows at once", len(rows))
		}
		fetched = append(fetched, rows...)
	})
	rows := make([]sample, 3*chunk+5)
	for i := range rows {
		rows[i].n = int64(i)
	}
	c.Append(NewBatch(c.Table, nil), rows, make([]Key, len(rows)))
	if !slices.Equal(fetched, rows) {
		t.Errorf("%d rows fetched, want those %d that are appended", len(fetched), len(rows))
	}
}

// Shares have all columns in order, no more of them than workers, and do not cut sets.
func TestShares(t *testing.T) {
	c := setCatalogue()
	for _, workers := range []int{1, 2, 3, 4, 100} {
		ends := c.shares(workers)
		if len(ends) > workers || ends[len(ends)-1] != len(c.stored) || !slices.IsSorted(ends) {
			t.Errorf("%d workers: shares end at %d", workers, ends)
		}
		for _, end := range ends[:len(ends)-1] {
			if end == 0 || c.stored[end].place != 0 {
				t.Errorf("%d workers: a share ends before column %s", workers, c.stored[end].Name)
			}
		}
	}
}
