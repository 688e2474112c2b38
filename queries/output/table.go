package output

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"weir/warehouse"
)

// tableWriter draws a box as the duckdb shell does: names, types under them,
// numbers to the right. Of more rows than it may show it draws the first and
// the last ones, with dots between, and counts them all; it holds no others. A
// table that is too wide first has its longest cells cut, then loses columns
// from the middle.
type tableWriter struct {
	w       io.Writer
	options Options
	columns []warehouse.ResultColumn
	first   [][]tableCell // the rows from the start, as many as may be held
	last    [][]tableCell // the rows at the end, as many as are drawn below the dots
	rows    int64
	plan    bool // the result of EXPLAIN, which is a drawing already
	plans   strings.Builder
}

// tableCell is the text of a cell, and whether it is null.
type tableCell struct {
	text string
	null bool
}

// dotRows is how many rows of dots stand for the hidden rows. So many rows
// above the limit are drawn instead.
const dotRows = 3

func (t *tableWriter) Begin(columns []warehouse.ResultColumn) error {
	t.columns = columns
	t.plan = len(columns) == 2 && columns[0].Name == "explain_key" && columns[1].Name == "explain_value"
	return nil
}

func (t *tableWriter) Write(chunk *warehouse.Chunk) error {
	t.rows += int64(chunk.Rows)
	below := t.options.MaxRows / 2
	for row := range chunk.Rows {
		switch {
		case t.plan:
			for line := range strings.Lines(string(chunk.Vectors[1].Text(row))) {
				t.plans.WriteString(Printable(strings.TrimSuffix(line, "\n")) + "\n")
			}
		case t.options.MaxRows <= 0 || len(t.first) < t.options.MaxRows+dotRows:
			t.first = append(t.first, readableRow(t.columns, chunk, row))
		}
	}
	if t.options.MaxRows > 0 && !t.plan {
		for row := max(0, chunk.Rows-below); row < chunk.Rows; row++ {
			t.last = append(t.last, readableRow(t.columns, chunk, row))
		}
		t.last = slices.Delete(t.last, 0, max(0, len(t.last)-below))
	}
	return nil
}

// drawn returns the rows above and below the dots; without dots, all are above.
func (t *tableWriter) drawn() (above, below [][]tableCell) {
	if int64(len(t.first)) == t.rows {
		return t.first, nil
	}
	return t.first[:t.options.MaxRows-t.options.MaxRows/2], t.last
}

// readableRow returns the cells of a row as people read them.
func readableRow(columns []warehouse.ResultColumn, chunk *warehouse.Chunk, row int) []tableCell {
	cells := make([]tableCell, len(columns))
	for i, c := range columns {
		v := &chunk.Vectors[i]
		if v.Null(row) {
			cells[i] = tableCell{text: "NULL", null: true}
			continue
		}
		cells[i].text = Printable(string(appendPlain(nil, c.Kind, c.Elem, v, row, readableLayout)))
	}
	return cells
}

// Printable returns text with everything taken out that could move a
// terminal's cursor or hide what follows: control characters are shown as
// \n, \t or \x1b, and so are the marks that reverse the direction of writing.
func Printable(text string) string {
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unprintable(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029
}

func (t *tableWriter) Close() error {
	if len(t.columns) == 0 {
		return nil
	}
	if t.plan {
		_, err := io.WriteString(t.w, t.plans.String())
		return err
	}
	above, below := t.drawn()
	d := drawing{shown: t.fit(above, below), color: t.options.Color}
	d.rule("┌", "┬", "┐")
	d.line(func(c int) string { return Printable(t.columns[c].Name) }, centred, nil)
	d.line(func(c int) string { return typeName(t.columns[c].Type) }, centred, func(int) bool { return true })
	if t.rows > 0 {
		d.rule("├", "┼", "┤")
	}
	d.rows(above)
	if len(below) > 0 || int64(len(above)) < t.rows {
		d.dots(above, below)
	}
	d.rows(below)
	d.rule("└", "┴", "┘")
	d.WriteString(t.footer(d.shown, len(above)+len(below)))
	_, err := io.WriteString(t.w, d.String())
	return err
}

// footer counts rows and columns and says how many are hidden.
func (t *tableWriter) footer(shown []shownColumn, rows int) string {
	columns := 0
	for _, c := range shown {
		if c.source >= 0 {
			columns++
		}
	}
	note := func(all int64, visible int) string {
		if int64(visible) == all {
			return ""
		}
		return fmt.Sprintf(" (%s shown)", group(int64(visible)))
	}
	s := counted(t.rows, "row") + note(t.rows, rows)
	if columns < len(t.columns) {
		s += ", " + counted(int64(len(t.columns)), "column") + note(int64(len(t.columns)), columns)
	}
	return s + "\n"
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return group(n) + " " + noun + "s"
}

// group writes a number with commas between thousands.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// typeName shortens DuckDB's type names as its shell does.
func typeName(name string) string {
	switch base, list := strings.CutSuffix(name, "[]"); {
	case list:
		return typeName(base) + "[]"
	case name == "TIMESTAMP WITH TIME ZONE":
		return "timestamptz"
	case name == "BIGINT":
		return "int64"
	case name == "INTEGER":
		return "int32"
	case name == "HUGEINT":
		return "int128"
	default:
		return strings.ToLower(name)
	}
}
