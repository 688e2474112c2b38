package warehouse

import (
	"fmt"
	"slices"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// checkRows reads all values of a file, which verifies its pages, and holds
// them to what the log says: bounds, nulls, and the date of the partition.
// The error is for values that cannot be read.
func (s *tableStore) checkRows(in *input, f delta.Add) (broken []string, err error) {
	timed := timeColumn(s.table)
	date, dated := dateOf(s.table)
	for number, c := range in.reader.Columns() {
		known, ok := s.table.Column(c.Name)
		if ok && (known.Type.Kind() != c.Type.Kind() || known.Type.Elem().Kind() != c.Type.Elem().Kind()) {
			broken = append(broken, fmt.Sprintf("column %s is %s, and the catalogue says %s", c.Name, c.Type, known.Type))
		}
		check := columnCheck{stats: f.Stats, column: c}
		if dated && c.Name == timed {
			check.date = f.PartitionValues[date]
		}
		v := schema.NewVector(c.Type, c.Nullable)
		for g := range in.starts[:len(in.starts)-1] {
			v.Reset()
			if err := in.read(number, in.starts[g], in.starts[g+1], &v); err != nil {
				return nil, err
			}
			check.add(&v)
		}
		broken = append(broken, check.end()...)
	}
	for _, c := range s.table.Stored() {
		// A file of an older release may lack columns, but has the time.
		if c.Name == timed && in.reader.Column(c.Name) < 0 {
			broken = append(broken, fmt.Sprintf("column %s is missing", c.Name))
		}
	}
	return broken, nil
}

// columnCheck compares the values of a column with the statistics in the log.
type columnCheck struct {
	column schema.Column
	stats  delta.Stats
	// date is the partition that all times must lie in; empty if it says nothing.
	date    string
	nulls   int64
	outside int64 // values beyond the bounds
	astray  int64 // times of other dates
}

// add takes the values of a row group.
func (c *columnCheck) add(v *schema.Vector) {
	c.nulls += int64(v.Nulls)
	lo, hi := c.stats.Min[c.column.Name], c.stats.Max[c.column.Name]
	switch {
	case c.column.Type == schema.Timestamp:
		c.times(v)
	case v.Kind == schema.KindInt32 && c.column.Type != schema.Date:
		lo, isLo := lo.(int64)
		hi, isHi := hi.(int64)
		count(c, v, v.Int32, func(x int32) bool { return isLo && int64(x) < lo || isHi && int64(x) > hi })
	case v.Kind == schema.KindInt64:
		lo, isLo := lo.(int64)
		hi, isHi := hi.(int64)
		count(c, v, v.Int64, func(x int64) bool { return isLo && x < lo || isHi && x > hi })
	case v.Kind == schema.KindFloat64:
		lo, isLo := lo.(float64)
		hi, isHi := hi.(float64)
		count(c, v, v.Float64, func(x float64) bool { return isLo && x < lo || isHi && x > hi })
	case v.Kind == schema.KindBytes:
		lo, isLo := lo.(string)
		hi, isHi := hi.(string)
		for i := range v.Rows() {
			if x := v.Text(i); !v.Null(i) && (isLo && string(x) < lo || isHi && string(x) > hi) {
				c.outside++
			}
		}
	}
}

// count adds the values that are outside.
func count[T any](c *columnCheck, v *schema.Vector, values []T, outside func(T) bool) {
	for i, x := range values {
		if !v.Null(i) && outside(x) {
			c.outside++
		}
	}
}

func (c *columnCheck) times(v *schema.Vector) {
	lo, hi, bounded := c.stats.TimestampBounds(c.column.Name)
	count(c, v, v.Int64, func(x int64) bool { return bounded && (x < lo || x > hi) })
	if c.date == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, c.date)
	if err != nil {
		c.astray = int64(v.Rows())
		return
	}
	from, to := day.UnixMicro(), day.AddDate(0, 0, 1).UnixMicro()
	for i, x := range v.Int64 {
		if !v.Null(i) && (x < from || x >= to) {
			c.astray++
		}
	}
}

// end returns what is wrong.
func (c *columnCheck) end() (broken []string) {
	name := c.column.Name
	if want, ok := c.stats.NullCount[name]; ok && want != c.nulls {
		broken = append(broken, fmt.Sprintf("column %s has %d nulls, and the log says %d", name, c.nulls, want))
	}
	if c.outside > 0 {
		broken = append(broken, fmt.Sprintf("column %s has %d values beyond the bounds in the log, %v to %v", name, c.outside, c.stats.Min[name], c.stats.Max[name]))
	}
	if c.astray > 0 {
		broken = append(broken, fmt.Sprintf("column %s has %d times outside of the partition's date %s", name, c.astray, c.date))
	}
	return slices.Clip(broken)
}
