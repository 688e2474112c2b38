package delta

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Stats are the statistics of a data file. See the package comment for what
// the bounds are.
type Stats struct {
	// NumRecords is the number of rows, -1 if the log does not say.
	NumRecords int64
	// Min and Max bound the values of a column that are not null: int64,
	// float64 or string. A column that is missing has no known bound.
	Min, Max map[string]any
	// NullCount is the number of nulls of a column.
	NullCount map[string]int64
}

// stringBound is the number of characters kept of a string bound, as other
// writers do.
const stringBound = 32

// encodeStats writes stats as the JSON text that add carries, or "" if there
// is nothing to say. The bounds are written by the types of the columns.
func encodeStats(s Stats, types map[string]string) string {
	if s.NumRecords < 0 {
		return ""
	}
	b := append(make([]byte, 0, 64+48*(len(s.Min)+len(s.Max)+len(s.NullCount))), `{"numRecords":`...)
	b = strconv.AppendInt(b, s.NumRecords, 10)
	b = appendBounds(append(b, `,"minValues":`...), s.Min, types, false)
	b = appendBounds(append(b, `,"maxValues":`...), s.Max, types, true)
	b = append(b, `,"nullCount":{`...)
	for i, name := range slices.Sorted(maps.Keys(s.NullCount)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		b = strconv.AppendInt(b, s.NullCount[name], 10)
	}
	return string(append(b, "}}"...))
}

func appendBounds(b []byte, bounds map[string]any, types map[string]string, isMax bool) []byte {
	b = append(b, '{')
	first := true
	for _, name := range slices.Sorted(maps.Keys(bounds)) {
		mark := len(b)
		if !first {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		var ok bool
		if b, ok = appendBound(b, bounds[name], types[name], isMax); !ok {
			b = b[:mark]
			continue
		}
		first = false
	}
	return append(b, '}')
}

// appendBound appends a bound, or returns false if the value cannot be
// written as one.
func appendBound(b []byte, value any, typ string, isMax bool) ([]byte, bool) {
	switch v := value.(type) {
	case int64:
		return appendIntBound(b, v, typ, isMax)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return b, false
		}
		return appendFloat(b, v), true
	case string:
		if typ == "timestamp" || typ == "date" {
			return appendString(b, v), true
		}
		text, ok := cutMin(v)
		if isMax {
			text, ok = cutMax(v)
		}
		return appendString(b, text), ok
	}
	return b, false
}

func appendIntBound(b []byte, v int64, typ string, isMax bool) ([]byte, bool) {
	var text string
	var ok bool
	switch {
	case typ == "timestamp" && isMax:
		text, ok = TimestampMax(v)
	case typ == "timestamp":
		text, ok = TimestampMin(v)
	case typ == "date":
		text, ok = DateBound(v)
	case typ == "double":
		return appendFloat(b, float64(v)), true
	default:
		return strconv.AppendInt(b, v, 10), true
	}
	return appendString(b, text), ok
}

// appendFloat appends a number that every reader takes for a floating-point
// one: it has a point or an exponent.
func appendFloat(b []byte, v float64) []byte {
	mark := len(b)
	b = strconv.AppendFloat(b, v, 'g', -1, 64)
	for _, c := range b[mark:] {
		if c == '.' || c == 'e' {
			return b
		}
	}
	return append(b, ".0"...)
}

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string cannot fail
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// cutMin returns a prefix of a string, which is never greater than it. Text
// that is not UTF-8 has no bound that JSON could carry.
func cutMin(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	return prefix(s), true
}

// cutMax returns a short string that is not less than s by the order of code
// points: s itself or a prefix of it whose last character is raised.
func cutMax(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	cut := prefix(s)
	if len(cut) == len(s) {
		return s, true
	}
	for len(cut) > 0 {
		r, n := utf8.DecodeLastRuneInString(cut)
		cut = cut[:len(cut)-n]
		switch {
		case r == 0xD7FF: // the surrogates between are no characters
			return cut + "\uE000", true
		case r < utf8.MaxRune:
			return cut + string(r+1), true
		}
	}
	return "", false
}

// prefix returns the first characters of a string. It does not share memory
// with a long one.
func prefix(s string) string {
	if len(s) <= stringBound {
		return s
	}
	n := 0
	for i := range s {
		if n == stringBound {
			return strings.Clone(s[:i])
		}
		n++
	}
	return s
}
