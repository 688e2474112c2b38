package schema

import (
	"fmt"
	"testing"
)

// memoryTable has a column of each kind.
func memoryTable() *Catalogue[int] {
	return NewCatalogue("t", []Field[int]{
		Int(Column{Name: "a", Type: UInt16}, func(r int) int64 { return int64(r) }),
		NullInt(Column{Name: "b", Type: Int64}, func(r int) (int64, bool) { return int64(r), r%3 > 0 }),
		NullFloat(Column{Name: "c"}, func(r int) (float64, bool) { return float64(r), r%2 > 0 }),
		NullStr(Column{Name: "d"}, func(dst []byte, r int) ([]byte, bool) {
			if r%5 == 0 {
				return dst, false
			}
			return fmt.Appendf(dst, "row %d", r), true
		}),
		List(Column{Name: "e", Type: TextList}, func(e *Vector, r int) bool {
			for i := range r % 4 {
				e.AppendString(fmt.Sprint(r, i), true)
			}
			return r%7 > 0
		}),
		NullBool(Column{Name: "f"}, func(r int) (bool, bool) { return r%2 > 0, r%4 > 0 }),
	})
}

func fillFrom(c *Catalogue[int], b *Batch, from, rows int) {
	for r := range rows {
		c.Append(b, []int{from + r}, []Key{{Packet: int64(from + r)}})
	}
}

// TestMemoryShowsNothingOfBefore fills batches from memory that held other rows.
func TestMemoryShowsNothingOfBefore(t *testing.T) {
	c, m := memoryTable(), NewMemory(1<<20)
	for round := range 5 {
		rows := 700 - 100*round
		used, fresh := m.NewBatch(c.Table, nil), NewBatch(c.Table, nil)
		fillFrom(c, used, round, rows)
		fillFrom(c, fresh, round, rows)
		for i := range fresh.Vectors {
			if got, want := valuesOf(&used.Vectors[i]), valuesOf(&fresh.Vectors[i]); got != want {
				t.Fatalf("round %d, column %s:\n got %s\nwant %s", round, c.Table.Columns[i].Name, got, want)
			}
		}
		used.Release()
	}
}

func valuesOf(v *Vector) string {
	elem := ""
	if v.Elem != nil {
		elem = valuesOf(v.Elem)
	}
	return fmt.Sprint(v.Int32, v.Int64, v.Float64, v.Bool, string(v.Bytes), v.Offsets, v.Valid, v.Nulls, v.Rows(), elem)
}

// TestMemoryIsUsedAgain takes the memory of one batch for the next one.
func TestMemoryIsUsedAgain(t *testing.T) {
	c, m := memoryTable(), NewMemory(1<<20)
	first := m.NewBatch(c.Table, nil)
	fillFrom(c, first, 0, 1000)
	had := &first.Vectors[1].Int64[0]
	first.Release()
	second := m.NewBatch(c.Table, nil)
	fillFrom(c, second, 0, 1000)
	if &second.Vectors[1].Int64[0] != had {
		t.Error("the second batch took other memory")
	}
	if m.kept < 0 {
		t.Errorf("%d bytes kept", m.kept)
	}
}

// TestMemoryIsBounded gives back more than is to be kept.
func TestMemoryIsBounded(t *testing.T) {
	const most = 20 << 10
	c, m := memoryTable(), NewMemory(most)
	var batches []*Batch
	for range 5 {
		b := m.NewBatch(c.Table, nil)
		fillFrom(c, b, 0, 1000)
		batches = append(batches, b)
	}
	for _, b := range batches {
		b.Release()
		if m.kept > most {
			t.Fatalf("%d bytes kept", m.kept)
		}
	}
	if m.kept < most/2 {
		t.Errorf("only %d bytes kept", m.kept)
	}
}
