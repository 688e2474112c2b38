package warehouse

import (
	"cmp"
	"strings"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// condition tells whether a row for which it holds may be in a file, by what
// the log says of the file. Nil is the condition that says nothing: any row
// may be in any file.
type condition func(f *delta.Add) bool

// allOf is the condition that all of some hold.
func allOf(all []condition) condition {
	var known []condition
	for _, c := range all {
		if c != nil {
			known = append(known, c)
		}
	}
	if len(known) == 0 {
		return nil
	}
	return func(f *delta.Add) bool {
		for _, c := range known {
			if !c(f) {
				return false
			}
		}
		return true
	}
}

// oneOf is the condition that at least one of some holds.
func oneOf(all []condition) condition {
	for _, c := range all {
		if c == nil {
			return nil
		}
	}
	return func(f *delta.Add) bool {
		for _, c := range all {
			if c(f) {
				return true
			}
		}
		return false
	}
}

// isNull is the condition that a column is null, isNotNull that it is not.
func isNull(column string) condition {
	return func(f *delta.Add) bool {
		nulls, known := f.Stats.NullCount[column]
		return !known || nulls > 0
	}
}

func isNotNull(column string) condition {
	return func(f *delta.Add) bool {
		nulls, known := f.Stats.NullCount[column]
		return !known || f.Stats.NumRecords < 0 || nulls < f.Stats.NumRecords
	}
}

// operator compares a column, which stands on the left, with a value.
type operator string

const (
	equal          operator = "COMPARE_EQUAL"
	less           operator = "COMPARE_LESSTHAN"
	lessOrEqual    operator = "COMPARE_LESSTHANOREQUALTO"
	greater        operator = "COMPARE_GREATERTHAN"
	greaterOrEqual operator = "COMPARE_GREATERTHANOREQUALTO"
	unequal        operator = "COMPARE_NOTEQUAL"
)

// flipped returns the operator of the sides changed; others than these have none.
func (o operator) flipped() operator {
	switch o {
	case equal, unequal:
		return o
	case less:
		return greater
	case lessOrEqual:
		return greaterOrEqual
	case greater:
		return less
	case greaterOrEqual:
		return lessOrEqual
	}
	return ""
}

// value is what a column is compared with: a number, a text or an instant in
// microseconds since 1970-01-01 UTC, by the column's type. One that is not known
// rules nothing out.
type value struct {
	number int64
	text   string
	known  bool
}

// compares is the condition that a column stands so to a value; it is never
// true of nulls.
func compares(c schema.Column, o operator, v *value) condition {
	present := isNotNull(c.Name)
	return func(f *delta.Add) bool {
		if !present(f) {
			return false
		}
		if !v.known {
			return true
		}
		low, high := boundsAgainst(f.Stats, c, v)
		switch o {
		case equal:
			return low <= 0 && high >= 0
		case less:
			return low < 0
		case lessOrEqual:
			return low <= 0
		case greater:
			return high > 0
		case greaterOrEqual:
			return high >= 0
		}
		return true
	}
}

// boundsAgainst compares the bounds of a column with a value. A bound that is not known is below
// or above every value.
func boundsAgainst(s delta.Stats, c schema.Column, v *value) (low, high int) {
	low, high = -1, 1
	switch c.Type {
	case schema.Text:
		if text, ok := s.Min[c.Name].(string); ok {
			low = strings.Compare(text, v.text)
		}
		if text, ok := s.Max[c.Name].(string); ok {
			high = strings.Compare(text, v.text)
		}
	case schema.Timestamp:
		if from, to, ok := s.TimestampBounds(c.Name); ok {
			low, high = cmp.Compare(from, v.number), cmp.Compare(to, v.number)
		}
	default:
		if n, ok := s.Min[c.Name].(int64); ok {
			low = cmp.Compare(n, v.number)
		}
		if n, ok := s.Max[c.Name].(int64); ok {
			high = cmp.Compare(n, v.number)
		}
	}
	return low, high
}

// beginsWith is the condition that a text begins with another.
func beginsWith(c schema.Column, prefix string) condition {
	present := isNotNull(c.Name)
	return func(f *delta.Add) bool {
		if !present(f) {
			return false
		}
		if low, ok := f.Stats.Min[c.Name].(string); ok && low > prefix && !strings.HasPrefix(low, prefix) {
			return false
		}
		high, ok := f.Stats.Max[c.Name].(string)
		return !ok || high >= prefix
	}
}
