package output

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// zeekWriter writes the log that Zeek's own ASCII writer does: fields between
// tabs, - for what is unset, (empty) for empty texts and sets, T and F, times
// and intervals in seconds with six digits. What would be taken for something
// else is written \xNN. #open is the time of the first row and #close the
// latest of all, so that equal rows give equal bytes.
type zeekWriter struct {
	*text
	types   []string
	columns []warehouse.ResultColumn
	first   float64
	last    float64
	rows    int64
}

func newZeek(w io.Writer, d *schema.Dialect, merged bool) *zeekWriter {
	z := &zeekWriter{text: newText(w)}
	for _, s := range d.Shown(merged) {
		z.types = append(z.types, s.Foreign)
	}
	return z
}

func (z *zeekWriter) Begin(columns []warehouse.ResultColumn) error {
	if len(columns) != len(z.types) {
		return fmt.Errorf("write a Zeek log: %d columns, but %d types", len(columns), len(z.types))
	}
	z.columns = columns
	return nil
}

func (z *zeekWriter) head() {
	z.buf = append(z.buf, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t"...)
	z.buf = appendZeekTime(z.buf, z.first)
	z.buf = append(z.buf, "\n#fields"...)
	for _, c := range z.columns {
		z.buf = append(append(z.buf, '\t'), c.Name...)
	}
	z.buf = append(z.buf, "\n#types"...)
	for _, t := range z.types {
		z.buf = append(append(z.buf, '\t'), t...)
	}
	z.buf = append(z.buf, '\n')
}

func appendZeekTime(dst []byte, seconds float64) []byte {
	return time.UnixMicro(int64(seconds*1e6)).UTC().AppendFormat(dst, "2006-01-02-15-04-05")
}

func (z *zeekWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		z.note(chunk, row)
		if z.rows == 0 {
			z.head()
		}
		z.rows++
		for i := range z.columns {
			if i > 0 {
				z.buf = append(z.buf, '\t')
			}
			z.value(&z.columns[i], z.types[i], &chunk.Vectors[i], row, i == 0)
		}
		z.buf = append(z.buf, '\n')
		if err := z.flush(false); err != nil {
			return err
		}
	}
	return nil
}

// note keeps the first and the last of the times in the rows.
func (z *zeekWriter) note(chunk *warehouse.Chunk, row int) {
	for i, t := range z.types {
		v := &chunk.Vectors[i]
		if t != "time" || z.columns[i].Kind != warehouse.Double || v.Null(row) {
			continue
		}
		at := v.Float64[row]
		if z.rows == 0 {
			z.first, z.last = at, at
		}
		z.last = max(z.last, at)
	}
}

func (z *zeekWriter) Close() error {
	if z.rows == 0 {
		z.head()
	}
	z.buf = append(z.buf, "#close\t"...)
	z.buf = append(appendZeekTime(z.buf, z.last), '\n')
	return z.flush(true)
}

// value appends a field.
func (z *zeekWriter) value(c *warehouse.ResultColumn, typ string, v *schema.Vector, row int, first bool) {
	if v.Null(row) {
		z.buf = append(z.buf, '-')
		return
	}
	switch c.Kind {
	case warehouse.Double:
		digits := -1
		if typ == "time" || typ == "interval" {
			digits = 6
		}
		z.buf = strconv.AppendFloat(z.buf, v.Float64[row], 'f', digits, 64)
	case warehouse.Bool:
		letter := byte('F')
		if v.Bool[row] {
			letter = 'T'
		}
		z.buf = append(z.buf, letter)
	case warehouse.Text, warehouse.JSON:
		z.buf = appendZeekText(z.buf, v.Text(row), false, first)
	case warehouse.List:
		z.set(v, row)
	default:
		z.buf = appendPlain(z.buf, c.Kind, c.Elem, v, row, timestampLayout)
	}
}

// set appends the texts of a list.
func (z *zeekWriter) set(v *schema.Vector, row int) {
	from, to := v.Offsets[row], v.Offsets[row+1]
	if from == to {
		z.buf = append(z.buf, "(empty)"...)
		return
	}
	for j := from; j < to; j++ {
		if j > from {
			z.buf = append(z.buf, ',')
		}
		if v.Elem.Null(int(j)) {
			z.buf = append(z.buf, '-')
			continue
		}
		z.buf = appendZeekText(z.buf, v.Elem.Text(int(j)), true, false)
	}
}

// appendZeekText appends a text, or an element of a set of texts. First tells
// that it begins the line, where # would begin a comment.
func appendZeekText(dst, value []byte, inSet, first bool) []byte {
	if len(value) == 0 {
		return append(dst, "(empty)"...)
	}
	word := string(value) == "-" || string(value) == "(empty)"
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRune(value[i:])
		c := value[i]
		switch {
		case r == utf8.RuneError && size == 1, c < ' ', c == 0x7f, inSet && c == ',', i == 0 && (word || first && c == '#'):
			dst = append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
		case c == '\\':
			dst = append(dst, '\\', '\\')
		default:
			dst = append(dst, value[i:i+size]...)
		}
		i += size
	}
	return dst
}
