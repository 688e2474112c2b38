package schema

import (
	"fmt"
	"math"
)

// Cells take the values of one row of the columns of a set, in their order:
// integers, dates and timestamps as they are, a DOUBLE as Bits of it.
type Cells []int64

// Bits is a DOUBLE as Cells hold it.
func Bits(x float64) int64 { return int64(math.Float64bits(x)) }

// set is what finds the values of several columns at once.
type set[R any] struct {
	values func(r R, to Cells) bool
	width  int
}

// maxSet is how many columns a set has at most: of a chunk of rows the values stay
// in the cache.
const maxSet = 24

// Set declares stored columns of integers, dates, timestamps or DOUBLE whose values
// are found together, which takes a fraction of the time that one by one does. Values
// puts those of a row in its cells, of which it sets all; where it returns false, the
// columns that are Nullable are null, whatever their cells hold, and the others still
// have what it has put there.
func Set[R any](values func(r R, to Cells) bool, columns ...Column) []Field[R] {
	if len(columns) == 0 || len(columns) > maxSet {
		panic(fmt.Sprintf("schema: a set of %d columns", len(columns)))
	}
	s := &set[R]{values, len(columns)}
	fields := make([]Field[R], len(columns))
	for i, c := range columns {
		switch c.Type.Kind() {
		case KindInt32, KindInt64, KindFloat64:
		default:
			panic(fmt.Sprintf("schema: column %s, of type %s, in a set", c.Name, c.Type))
		}
		fields[i] = Field[R]{Column: c, set: s, place: i}
	}
	return fields
}

// checkSet panics unless the fields begin with all of f's set in order, and with the
// same condition.
func (f *Field[R]) checkSet(fields []Field[R]) {
	for i := range f.width() {
		if i >= len(fields) || fields[i].set != f.set || fields[i].place != i || fields[i].where != f.where {
			panic(fmt.Sprintf("schema: the set of column %s is not together", f.Name))
		}
	}
}

// tile is room for the cells of a chunk of rows, row by row.
type tile struct {
	cells [chunk * maxSet]int64
	valid [chunk]bool
}

// fillSet appends rows, a chunk at the most, to the columns of a set.
func fillSet[R any](s *set[R], vectors []Vector, rows []R, t *tile) {
	width, n, known := len(vectors), len(rows), 0
	for i, r := range rows {
		cells := Cells(t.cells[i*width : (i+1)*width : (i+1)*width])
		if t.valid[i] = s.values(r, cells); t.valid[i] {
			known++
			continue
		}
		for j := range vectors {
			if vectors[j].Valid != nil {
				cells[j] = 0
			}
		}
	}
	for i := range vectors {
		v, cells := &vectors[i], t.cells[i:n*width]
		if v.Valid != nil && known == 0 {
			v.addNulls(n)
			continue
		}
		switch v.Kind {
		case KindInt32:
			fillColumn(v.addInt32(n), cells, width, func(x int64) int32 { return int32(x) })
		case KindInt64:
			fillColumn(v.addInt64(n), cells, width, func(x int64) int64 { return x })
		default:
			fillColumn(v.addFloat64(n), cells, width, func(x int64) float64 { return math.Float64frombits(uint64(x)) })
		}
		if v.Valid != nil {
			copy(v.addValid(n), t.valid[:n])
			v.Nulls += n - known
		}
	}
}

// fillColumn sets values to every width-th cell.
func fillColumn[T any](values []T, cells []int64, width int, of func(int64) T) {
	at := 0
	for i := range values {
		values[i] = of(cells[at])
		at += width
	}
}
