package part

import (
	"bytes"

	"weir/warehouse/schema"
)

// Summary says what a finished file holds.
type Summary struct {
	Rows, Bytes int64
	// CRC32C is the checksum of all bytes of the file, by Castagnoli's polynomial.
	CRC32C uint32
	// Min and Max bound the values of the columns with Column.Stats, by column
	// name: int64 for integers, dates (days) and timestamps (microseconds),
	// float64, or string. Long texts are shortened, so these bounds may lie
	// beyond the values. Columns of nulls, booleans and lists have none.
	Min, Max map[string]any
	// NullCount counts the rows that are null, for the same columns and those
	// that have no bounds.
	NullCount map[string]int64
}

// summary gathers the Summary of a file.
type summary struct {
	rows    int64
	columns []columnSummary
}

type columnSummary struct {
	nulls  int64
	bounds bounds
}

func (s *columnSummary) add(c *chunk, col schema.Column) {
	kind := col.Type.Elem().Kind()
	s.nulls += c.nulls
	s.bounds.merge(c.total, kind)
	if kind == schema.KindBytes && s.bounds.known {
		// The batch's memory is about to be used again.
		s.bounds.tlo, s.bounds.thi = bytes.Clone(s.bounds.tlo), bytes.Clone(s.bounds.thi)
	}
}

func (s *summary) result(columns []schema.Column, size int64) Summary {
	r := Summary{Rows: s.rows, Bytes: size, Min: map[string]any{}, Max: map[string]any{}, NullCount: map[string]int64{}}
	for i, c := range columns {
		if !c.Stats || c.Type.Kind() == schema.KindList {
			continue
		}
		r.NullCount[c.Name] = s.columns[i].nulls
		b := &s.columns[i].bounds
		if !b.known {
			continue
		}
		switch c.Type.Kind() {
		case schema.KindBool:
		case schema.KindFloat64:
			r.Min[c.Name], r.Max[c.Name] = b.flo, b.fhi
		case schema.KindBytes:
			r.Min[c.Name], r.Max[c.Name] = string(lowerText(b.tlo)), string(upperText(b.thi))
		default:
			r.Min[c.Name], r.Max[c.Name] = b.lo, b.hi
		}
	}
	return r
}
