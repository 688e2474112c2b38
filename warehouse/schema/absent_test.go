package schema

import (
	"fmt"
	"testing"
)

// Rows of nulls alone take no memory, and when a value comes they are there as if they
// had been appended one by one.
func TestAbsentNulls(t *testing.T) {
	for _, c := range []struct {
		of     Type
		append func(v *Vector)
	}{
		{UInt16, func(v *Vector) { v.AppendInt32(7, true) }},
		{Int64, func(v *Vector) { v.AppendInt64(7, true) }},
		{Double, func(v *Vector) { v.AppendFloat64(7, true) }},
		{Bool, func(v *Vector) { v.AppendBool(true, true) }},
		{Text, func(v *Vector) { v.AppendString("seven", true) }},
	} {
		v, want := NewVector(c.of, true), NewVector(c.of, true)
		empty := v.Size()
		v.addNulls(3)
		v.AppendNull()
		if v.Rows() != 4 || v.Nulls != 4 || !v.Null(0) || !v.Null(3) || v.Size() != empty || len(v.Text(1)) > 0 {
			t.Errorf("%v: %d rows, %d nulls, %d bytes more", c.of, v.Rows(), v.Nulls, v.Size()-empty)
		}
		v.Truncate(2)
		if v.Rows() != 2 || v.Nulls != 2 {
			t.Errorf("%v: %d rows and %d nulls after Truncate(2)", c.of, v.Rows(), v.Nulls)
		}
		c.append(&v)
		v.addNulls(2)
		c.append(&v)
		want.storeNulls(2)
		c.append(&want)
		want.storeNulls(1)
		want.storeNulls(1)
		c.append(&want)
		if got, w := fmt.Sprintf("%+v", v), fmt.Sprintf("%+v", want); got != w {
			t.Errorf("%v:\ngot  %s\nwant %s", c.of, got, w)
		}
		if v.Reset(); v.Rows() != 0 || v.Nulls != 0 {
			t.Errorf("%v: %d rows after Reset", c.of, v.Rows())
		}
		v.addNulls(1)
		if v.Reset(); v.Rows() != 0 || v.Nulls != 0 {
			t.Errorf("%v: %d rows after Reset of nulls", c.of, v.Rows())
		}
	}
}

// Fields that some rows have no values of are not asked where there are only such, and
// say the same as if they had been.
func TestWhere(t *testing.T) {
	asked := 0
	declare := func() []Field[int] {
		return []Field[int]{
			NullInt(Column{Name: "a", Type: Int64}, func(r int) (int64, bool) { asked++; return int64(r), r%2 == 1 }),
			NullStr(Column{Name: "b"}, func(dst []byte, r int) ([]byte, bool) {
				asked++
				if r%2 == 0 {
					return dst, false
				}
				return fmt.Append(dst, r), true
			}),
			Int(Column{Name: "c", Type: Int64}, func(r int) int64 { asked++; return int64(r % 2 * r) }),
			Int(Column{Name: "d", Type: UInt16}, func(r int) int64 { asked++; return int64(r % 2 * r) }),
			NullFloat(Column{Name: "e"}, func(r int) (float64, bool) { asked++; return float64(r), r%2 == 1 }),
		}
	}
	fill := func(fields []Field[int], rows []int) string {
		c := NewCatalogue("t", fields)
		b := NewBatch(c.Table, nil)
		for len(rows) > 0 { // as chunks come
			n := min(chunk, len(rows))
			c.Append(b, rows[:n], make([]Key, n))
			rows = rows[n:]
		}
		return fmt.Sprintf("%+v", b.Vectors)
	}
	var even, mixed []int
	for i := range 3 * chunk {
		even = append(even, 2*i)
		mixed = append(mixed, 2*i+i/chunk%2) // the second chunk has values
	}
	odd := func(r int) bool { return r%2 == 1 }
	for _, rows := range [][]int{even, mixed, mixed[chunk:]} {
		if got, want := fill(Where(odd, declare()...), rows), fill(declare(), rows); got != want {
			t.Errorf("rows from %d:\ngot  %s\nwant %s", rows[0], got, want)
		}
	}
	asked = 0
	if fill(Where(odd, declare()...), even); asked > 0 {
		t.Errorf("asked %d times for what is not there", asked)
	}
}
