package output

import (
	"bytes"
	"io"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// text gathers output and passes it on in large pieces. The first error sticks.
type text struct {
	w   io.Writer
	buf []byte
	err error
}

const flushAt = 1 << 16

func newText(w io.Writer) *text { return &text{w: w, buf: make([]byte, 0, flushAt+flushAt/4)} }

// flush writes what is gathered if it is enough, or in any case if all is set.
func (t *text) flush(all bool) error {
	if t.err == nil && len(t.buf) > 0 && (all || len(t.buf) >= flushAt) {
		_, t.err = t.w.Write(t.buf)
		t.buf = t.buf[:0]
	}
	return t.err
}

// delimitedWriter writes CSV by RFC 4180, with line feeds, and TSV by the
// same rules.
type delimitedWriter struct {
	*text
	delimiter byte
	safe      bool
	bare      bool // empty texts stand without quotes
	style     schema.TextStyle
	special   [256]bool // bytes that make a cell be quoted
	columns   []warehouse.ResultColumn
}

func newDelimited(w io.Writer, delimiter byte, o Options) *delimitedWriter {
	d := &delimitedWriter{text: newText(w), delimiter: delimiter, safe: o.SafeCells}
	if o.Dialect != nil {
		d.bare, d.style = true, o.Dialect.Text
	}
	for _, c := range []byte{delimiter, '"', '\n', '\r'} {
		d.special[c] = true
	}
	return d
}

func (d *delimitedWriter) Begin(columns []warehouse.ResultColumn) error {
	d.columns = columns
	for i, c := range columns {
		if i > 0 {
			d.buf = append(d.buf, d.delimiter)
		}
		d.cell([]byte(c.Name))
	}
	d.buf = append(d.buf, '\n')
	return d.flush(false)
}

func (d *delimitedWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		for i := range d.columns {
			if i > 0 {
				d.buf = append(d.buf, d.delimiter)
			}
			c, v := &d.columns[i], &chunk.Vectors[i]
			switch {
			case v.Null(row):
			case c.Kind == warehouse.Text || c.Kind == warehouse.JSON:
				d.cell(v.Text(row))
			case c.Kind == warehouse.List:
				d.cell(appendList(nil, c.Elem, v, row))
			case c.Kind == warehouse.Double:
				d.buf = appendStyledDouble(d.buf, v.Float64[row], d.style)
			case c.Kind == warehouse.Bool:
				d.buf = appendStyledBool(d.buf, v.Bool[row], d.style)
			default:
				d.buf = appendPlain(d.buf, c.Kind, c.Elem, v, row, timestampLayout)
			}
		}
		d.buf = append(d.buf, '\n')
		if err := d.flush(false); err != nil {
			return err
		}
	}
	return nil
}

func (d *delimitedWriter) Close() error { return d.flush(true) }

// cell appends a text cell, in quotes where it must be.
func (d *delimitedWriter) cell(value []byte) {
	formula := d.safe && len(value) > 0 && bytes.IndexByte([]byte("=+-@\t\r"), value[0]) >= 0
	if !formula && !d.quoted(value) {
		d.buf = append(d.buf, value...)
		return
	}
	d.buf = append(d.buf, '"')
	if formula {
		d.buf = append(d.buf, '\'')
	}
	for _, c := range value {
		if c == '"' {
			d.buf = append(d.buf, '"')
		}
		d.buf = append(d.buf, c)
	}
	d.buf = append(d.buf, '"')
}

// quoted reports whether the cell needs quotes: the empty text does, to
// differ from null, unless the dialect has no nulls, and so do outer spaces,
// which readers trim.
func (d *delimitedWriter) quoted(value []byte) bool {
	if len(value) == 0 {
		return !d.bare
	}
	if value[0] == ' ' || value[len(value)-1] == ' ' {
		return true
	}
	for _, c := range value {
		if d.special[c] {
			return true
		}
	}
	return false
}
