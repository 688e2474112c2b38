package output

import (
	"bytes"
	"math"
	"strconv"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// appendStyledDouble appends a number as the style spells it.
func appendStyledDouble(dst []byte, x float64, style schema.TextStyle) []byte {
	switch style {
	case schema.Python:
		return appendPython(dst, x)
	case schema.Java:
		return appendJava(dst, x)
	default:
		return appendDouble(dst, x)
	}
}

// appendPython spells a number as repr of Python does: with a point, or from
// 1e16 and below 1e-4 with an exponent of two digits at least.
func appendPython(dst []byte, x float64) []byte {
	if abs := math.Abs(x); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return appendPointed(dst, x)
}

// appendJava spells a number as Double.toString of Java does: with a point,
// or from 1E7 and below 1E-3 with a bare exponent.
func appendJava(dst []byte, x float64) []byte {
	abs := math.Abs(x)
	if abs == 0 || abs >= 1e-3 && abs < 1e7 {
		return appendPointed(dst, x)
	}
	var room [32]byte
	mantissa, exponent, _ := bytes.Cut(strconv.AppendFloat(room[:0], x, 'e', -1, 64), []byte("e"))
	dst = append(dst, mantissa...)
	if bytes.IndexByte(mantissa, '.') < 0 {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	if exponent[0] == '-' {
		dst = append(dst, '-')
	}
	return append(dst, bytes.TrimLeft(exponent[1:], "0")...)
}

// appendPointed spells a number without an exponent and with a point.
func appendPointed(dst []byte, x float64) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, x, 'f', -1, 64)
	if bytes.IndexByte(dst[from:], '.') < 0 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendStyledBool appends a truth value as the style spells it.
func appendStyledBool(dst []byte, x bool, style schema.TextStyle) []byte {
	switch {
	case style == schema.Python && x:
		return append(dst, "True"...)
	case style == schema.Python:
		return append(dst, "False"...)
	default:
		return strconv.AppendBool(dst, x)
	}
}

// headed gives the columns the headers of a dialect, which need not differ.
type headed struct {
	Writer
	headers []string
}

// Begin names the columns by the headers, as far as there are some.
func (h headed) Begin(columns []warehouse.ResultColumn) error {
	renamed := append([]warehouse.ResultColumn(nil), columns...)
	for i := range min(len(renamed), len(h.headers)) {
		renamed[i].Name = h.headers[i]
	}
	return h.Writer.Begin(renamed)
}

// headers returns the headers of a dialect's file.
func headers(d *schema.Dialect, merged bool) []string {
	var names []string
	for _, s := range d.Shown(merged) {
		names = append(names, s.Header)
	}
	return names
}
