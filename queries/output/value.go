package output

import (
	"math"
	"strconv"
	"time"

	"weir/warehouse"
	"weir/warehouse/schema"
)

const (
	dateLayout      = "2006-01-02"
	timestampLayout = "2006-01-02T15:04:05.000000Z"
	readableLayout  = "2006-01-02 15:04:05.000000"
	secondsPerDay   = 24 * 60 * 60
)

// appendDouble appends the shortest text that reads back as x, with an
// exponent for very large and small values only.
func appendDouble(dst []byte, x float64) []byte {
	format := byte('f')
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

func appendDate(dst []byte, days int64) []byte {
	return time.Unix(days*secondsPerDay, 0).UTC().AppendFormat(dst, dateLayout)
}

func appendTimestamp(dst []byte, micros int64, layout string) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(dst, layout)
}

// appendPlain appends row i, which is not null, as it stands in a CSV cell
// before quoting.
func appendPlain(dst []byte, kind, elem warehouse.Kind, v *schema.Vector, i int, layout string) []byte {
	switch kind {
	case warehouse.Integer:
		return strconv.AppendInt(dst, v.Int64[i], 10)
	case warehouse.Double:
		return appendDouble(dst, v.Float64[i])
	case warehouse.Bool:
		return strconv.AppendBool(dst, v.Bool[i])
	case warehouse.Date:
		return appendDate(dst, v.Int64[i])
	case warehouse.Timestamp:
		return appendTimestamp(dst, v.Int64[i], layout)
	case warehouse.List:
		return appendList(dst, elem, v, i)
	default:
		return append(dst, v.Text(i)...)
	}
}

// appendJSON appends row i as a JSON value.
func appendJSON(dst []byte, kind, elem warehouse.Kind, v *schema.Vector, i int) []byte {
	if v.Null(i) {
		return append(dst, "null"...)
	}
	switch kind {
	case warehouse.Text:
		return appendString(dst, v.Text(i))
	case warehouse.Date, warehouse.Timestamp:
		dst = append(dst, '"')
		dst = appendPlain(dst, kind, elem, v, i, timestampLayout)
		return append(dst, '"')
	case warehouse.List:
		return appendList(dst, elem, v, i)
	default:
		return appendPlain(dst, kind, elem, v, i, timestampLayout)
	}
}

func appendList(dst []byte, elem warehouse.Kind, v *schema.Vector, i int) []byte {
	dst = append(dst, '[')
	for j := v.Offsets[i]; j < v.Offsets[i+1]; j++ {
		if j > v.Offsets[i] {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, elem, warehouse.Text, v.Elem, int(j))
	}
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// appendString appends text as a JSON string. Control characters are escaped,
// and so are the two line separators that JavaScript does not allow in one.
func appendString(dst, text []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < ' ' || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c == 0xe2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2]&^1 == 0xa8:
			dst = append(dst, '\\', 'u', '2', '0', '2', '8'+text[i+2]&1)
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
