package part

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"weir/warehouse/claim"
	"weir/warehouse/schema"
)

// flat appends the values of a page of a column without lists straight from the
// library's memory. It reports false, and appends nothing, for kinds of pages that
// only the library's own readers understand.
func (a *appender) flat(p parquet.Page) (bool, error) {
	f := flatPage{rows: int(min(a.left, p.NumRows())), levels: p.DefinitionLevels(), whole: byte(a.leaf.whole)}
	data := p.Data()
	if d := p.Dictionary(); d != nil {
		f.ids, f.coded = data.Int32(), true
		data = d.Page().Data()
	}
	if a.leaf.whole > 0 != (f.levels != nil) {
		return false, nil
	}
	v := a.v
	switch kind := data.Kind(); {
	case v.Kind == schema.KindInt32 && kind == encoding.Int32:
		eachFlat(&f, data.Int32(), v.AppendInt32)
	case v.Kind == schema.KindInt64 && kind == encoding.Int64:
		eachFlat(&f, data.Int64(), v.AppendInt64)
	case v.Kind == schema.KindFloat64 && kind == encoding.Double:
		eachFlat(&f, data.Double(), v.AppendFloat64)
	case v.Kind == schema.KindBytes && kind == encoding.ByteArray:
		bytes, offsets := data.ByteArray()
		f.each(func(i int, ok bool) {
			if !ok {
				v.AppendText(nil, false)
			} else if from, to := offsets[i], offsets[i+1]; a.room >= int(to-from) {
				a.room -= int(to - from)
				v.AppendText(bytes[from:to], true)
			} else {
				a.room = -1
			}
		})
		if a.room < 0 {
			return true, fmt.Errorf("its texts are too long: the column %w", claim.Err)
		}
	default: // bits, of which a part of a page does not tell where it begins
		return false, nil
	}
	a.left -= int64(f.rows)
	a.done = a.left == 0
	return true, nil
}

// flatPage is a page whose rows have one value or none.
type flatPage struct {
	rows   int
	levels []byte // of all rows, or nil in a required column
	whole  byte   // the level of a value that is there
	ids    []int32
	coded  bool // by a dictionary, whose ids stand for values
}

// each calls add for all rows with the number of the value, unless it is null.
func (f *flatPage) each(add func(i int, ok bool)) {
	next := 0
	for r := range f.rows {
		if f.levels != nil && f.levels[r] != f.whole {
			add(0, false)
			continue
		}
		i := next
		next++
		if f.coded {
			i = int(f.ids[i])
		}
		add(i, true)
	}
}

func eachFlat[T any](f *flatPage, values []T, add func(x T, ok bool)) {
	var null T
	f.each(func(i int, ok bool) {
		if ok {
			add(values[i], true)
		} else {
			add(null, false)
		}
	})
}
