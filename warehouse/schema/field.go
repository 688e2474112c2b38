package schema

import (
	"slices"
	"sync"
)

// Field is a column together with the way its value is found in a row of
// type R. Derived and partition columns have no value function.
type Field[R any] struct {
	Column
	fill  func(v *Vector, rows []R) // nil for one of a set
	set   *set[R]
	place int       // in the set
	where *where[R] // nil for all rows
}

// width is how many columns are filled at once, this one and those after it.
func (f *Field[R]) width() int {
	if f.set != nil {
		return f.set.width
	}
	return 1
}

// where tells the rows that some columns have values of.
type where[R any] struct{ has func(R) bool }

// in tells whether there are such rows among those.
func (w *where[R]) in(rows []R) bool { return slices.ContainsFunc(rows, w.has) }

// Where tells of fields, which are no lists, that they are null, or 0 if they are never
// null, in all rows that has does not hold of: where there are only such rows they are
// not asked.
func Where[R any](has func(R) bool, fields ...Field[R]) []Field[R] {
	w := &where[R]{has}
	for i := range fields {
		fields[i].where = w
	}
	return fields
}

// Derive declares a column that is computed by its SQL expression when asked for.
func Derive[R any](c Column) Field[R] { return Field[R]{Column: c} }

// PartitionBy declares a partition column; its values are handed over with
// the batch.
func PartitionBy[R any](c Column) Field[R] {
	c.Partition = true
	return Field[R]{Column: c}
}

// Int declares a stored integer, date or timestamp column that is never null.
func Int[R any](c Column, value func(R) int64) Field[R] {
	if c.Type.Kind() == KindInt32 {
		return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
			values := v.addInt32(len(rows))
			for i, r := range rows {
				values[i] = int32(value(r))
			}
		}}
	}
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		values := v.addInt64(len(rows))
		for i, r := range rows {
			values[i] = value(r)
		}
	}}
}

// NullInt declares a stored integer, date or timestamp column that is null
// where value returns false.
func NullInt[R any](c Column, value func(R) (int64, bool)) Field[R] {
	c.Nullable = true
	if c.Type.Kind() == KindInt32 {
		return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
			if rows = leadingNulls(v, rows, value); len(rows) == 0 {
				return
			}
			values, valid := v.addInt32(len(rows)), v.addValid(len(rows))
			known := 0
			for i, r := range rows {
				x, ok := value(r)
				if ok {
					known++
				} else {
					x = 0
				}
				values[i], valid[i] = int32(x), ok
			}
			v.Nulls += len(rows) - known
		}}
	}
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		fillNullable(v, rows, value, (*Vector).addInt64)
	}}
}

// fillNullable appends rows to a vector; add appends the slots of its values.
func fillNullable[R, T any](v *Vector, rows []R, value func(R) (T, bool), add func(*Vector, int) []T) {
	if rows = leadingNulls(v, rows, value); len(rows) == 0 {
		return
	}
	values, valid := add(v, len(rows)), v.addValid(len(rows))
	known := 0
	var none T
	for i, r := range rows {
		x, ok := value(r)
		if ok {
			known++
		} else {
			x = none
		}
		values[i], valid[i] = x, ok
	}
	v.Nulls += len(rows) - known
}

// NullFloat declares a stored DOUBLE column that is null where value returns
// false.
func NullFloat[R any](c Column, value func(R) (float64, bool)) Field[R] {
	c.Type, c.Nullable = Double, true
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		fillNullable(v, rows, value, (*Vector).addFloat64)
	}}
}

// NullBool declares a stored BOOLEAN column that is null where value returns
// false as its second result.
func NullBool[R any](c Column, value func(R) (bool, bool)) Field[R] {
	c.Type, c.Nullable = Bool, true
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		fillNullable(v, rows, value, (*Vector).addBool)
	}}
}

// Str declares a stored text column that is never null. Text appends the
// value to dst and returns it, so that no string is made.
func Str[R any](c Column, text func(dst []byte, r R) []byte) Field[R] {
	c.Type = Text
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		b := v.roomForTexts(len(rows))
		ends := v.addOffsets(len(rows))
		for i, r := range rows {
			b = text(b, r)
			ends[i] = uint32(len(b))
		}
		v.Bytes = b
	}}
}

// NullStr declares a stored text column that is null where text returns
// false, in which case it must have appended nothing.
func NullStr[R any](c Column, text func(dst []byte, r R) ([]byte, bool)) Field[R] {
	c.Type, c.Nullable = Text, true
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		if rows = leadingNulls(v, rows, func(r R) ([]byte, bool) { return text(v.Bytes, r) }); len(rows) == 0 {
			return
		}
		b := v.roomForTexts(len(rows))
		ends, valid := v.addOffsets(len(rows)), v.addValid(len(rows))
		known := 0
		for i, r := range rows {
			var ok bool
			if b, ok = text(b, r); ok {
				known++
			}
			valid[i] = ok
			ends[i] = uint32(len(b))
		}
		v.Bytes = b
		v.Nulls += len(rows) - known
	}}
}

// List declares a stored list column. Fill appends the elements to elem;
// where it returns false the list is null.
func List[R any](c Column, fill func(elem *Vector, r R) bool) Field[R] {
	c.Nullable = true
	return Field[R]{Column: c, fill: func(v *Vector, rows []R) {
		ends, valid := v.addOffsets(len(rows)), v.addValid(len(rows))
		known := 0
		for i, r := range rows {
			ok := fill(v.Elem, r)
			if ok {
				known++
			}
			ends[i], valid[i] = uint32(v.Elem.rows), ok
		}
		v.Nulls += len(rows) - known
	}}
}

// Catalogue is a table whose columns know their values in a row of type R.
type Catalogue[R any] struct {
	Table  *Table
	stored []Field[R]
	fetch  func(rows []R) // nil for none
	tiles  sync.Pool      // *tile
}

// Fetching has the catalogue call fetch with some rows at a time before it fills their
// columns one after the other, and returns the catalogue. Fetch reads what values
// will need, so that the processor waits for memory once and not value by value; several
// goroutines may read the same rows.
func (c *Catalogue[R]) Fetching(fetch func(rows []R)) *Catalogue[R] {
	c.fetch = fetch
	return c
}

// NewCatalogue returns the table of that name with the fields in order. It panics
// where stored columns of a set do not follow each other in the set's order.
func NewCatalogue[R any](name string, fields []Field[R]) *Catalogue[R] {
	c := &Catalogue[R]{Table: &Table{Name: name}, tiles: sync.Pool{New: func() any { return new(tile) }}}
	for _, f := range fields {
		c.Table.Columns = append(c.Table.Columns, f.Column)
		if f.fill != nil || f.set != nil {
			c.stored = append(c.stored, f)
		}
	}
	for i := 0; i < len(c.stored); i += c.stored[i].width() {
		c.stored[i].checkSet(c.stored[i:])
	}
	return c
}

// chunk is how many rows are taken through all columns before the next ones:
// few enough that they stay in the cache.
const chunk = 64

// Append appends rows to a batch of the catalogue's table, column by column.
// Keys has one entry per row.
func (c *Catalogue[R]) Append(b *Batch, rows []R, keys []Key) {
	b.Keys = append(b.Keys, keys...)
	c.fill(b, rows, 0, len(c.stored))
}

// AppendShared is Append by as many goroutines as workers, which share the
// columns. The result is the same.
func (c *Catalogue[R]) AppendShared(workers int, b *Batch, rows []R, keys []Key) {
	if workers < 2 || len(rows) < sharedRows {
		c.Append(b, rows, keys)
		return
	}
	b.Keys = append(b.Keys, keys...)
	var wg sync.WaitGroup
	from := 0
	for _, end := range c.shares(workers) {
		first := from
		wg.Go(func() { c.fill(b, rows, first, end) })
		from = end
	}
	wg.Wait()
}

// shares returns where the shares of the columns end that weigh about the same.
func (c *Catalogue[R]) shares(workers int) (ends []int) {
	sum := 0
	for i := range c.stored {
		sum += c.stored[i].weight()
	}
	weight := 0
	for i := 0; i < len(c.stored); {
		end, more := i+c.stored[i].width(), 0
		for j := i; j < end; j++ {
			more += c.stored[j].weight()
		}
		if due := sum * (len(ends) + 1); i > 0 && (2*weight+more)*workers > 2*due {
			ends = append(ends, i)
		}
		weight += more
		i = end
	}
	return append(ends, len(c.stored))
}

// sharedRows is how many rows are worth several goroutines.
const sharedRows = 1024

// fill appends rows to some of the columns.
func (c *Catalogue[R]) fill(b *Batch, rows []R, from, to int) {
	t := c.tiles.Get().(*tile)
	defer c.tiles.Put(t)
	for len(rows) > 0 {
		n := min(chunk, len(rows))
		if c.fetch != nil {
			c.fetch(rows[:n])
		}
		var last *where[R]
		some := false
		for i := from; i < to; {
			f := &c.stored[i]
			vectors := b.Vectors[i : i+f.width()]
			i += len(vectors)
			if f.where != last && f.where != nil {
				last, some = f.where, f.where.in(rows[:n])
			}
			switch {
			case f.where != nil && !some:
				for j := range vectors {
					vectors[j].addDefaults(n)
				}
			case f.set != nil:
				fillSet(f.set, vectors, rows[:n], t)
			default:
				f.fill(&vectors[0], rows[:n])
			}
		}
		rows = rows[n:]
	}
}

// weight is about how long a value of the column takes, in nanoseconds: a text that
// is hardly ever the same has been computed, and many rows lack what has a condition.
func (f *Field[R]) weight() int {
	w := 4
	switch kind := f.Type.Kind(); {
	case f.set != nil:
		w = 2
	case kind == KindBytes && (f.Encoding == Hash || f.Encoding == Plain):
		w = 150
	case kind == KindBytes || kind == KindList:
		w = 30
	}
	if f.where != nil {
		w = (w + 1) / 2
	}
	return w
}
