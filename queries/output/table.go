package output

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"weir/warehouse"
)

// tableWriter draws a box as the duckdb shell does: names, types under them,
// numbers to the right. It holds the rows it shows and counts the others. A
// table that is too wide loses columns from the middle, and single cells
// longer than longestCell are cut.
type tableWriter struct {
	w       io.Writer
	options Options
	columns []warehouse.ResultColumn
	cells   [][]string // per row
	rows    int64
	plan    bool // the result of EXPLAIN, which is a drawing already
	plans   strings.Builder
}

// longestCell is the widest cell of a clipped table, in terminal columns.
const longestCell = 60

func (t *tableWriter) Begin(columns []warehouse.ResultColumn) error {
	t.columns = columns
	t.plan = len(columns) == 2 && columns[0].Name == "explain_key" && columns[1].Name == "explain_value"
	return nil
}

func (t *tableWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		t.rows++
		if t.plan {
			for line := range strings.Lines(string(chunk.Vectors[1].Text(row))) {
				t.plans.WriteString(Printable(strings.TrimSuffix(line, "\n")) + "\n")
			}
			continue
		}
		if t.options.MaxRows > 0 && len(t.cells) >= t.options.MaxRows {
			continue
		}
		t.cells = append(t.cells, readableRow(t.columns, chunk, row))
	}
	return nil
}

// readableRow returns the cells of a row as people read them.
func readableRow(columns []warehouse.ResultColumn, chunk *warehouse.Chunk, row int) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		v := &chunk.Vectors[i]
		if v.Null(row) {
			cells[i] = "NULL"
			continue
		}
		cells[i] = Printable(string(appendPlain(nil, c.Kind, c.Elem, v, row, readableLayout)))
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

// shownColumn is a column of the drawn table; one of them may stand for all
// hidden columns.
type shownColumn struct {
	source int // -1 for the hidden ones
	width  int
	right  bool
}

func (t *tableWriter) Close() error {
	if len(t.columns) == 0 {
		return nil
	}
	if t.plan {
		_, err := io.WriteString(t.w, t.plans.String())
		return err
	}
	shown := t.fit()
	var b strings.Builder
	t.rule(&b, shown, "┌", "┬", "┐")
	t.line(&b, shown, func(c int) string { return Printable(t.columns[c].Name) }, "…", true)
	t.line(&b, shown, func(c int) string { return typeName(t.columns[c].Type) }, "", true)
	t.rule(&b, shown, "├", "┼", "┤")
	for _, row := range t.cells {
		t.line(&b, shown, func(c int) string { return row[c] }, "…", false)
	}
	t.rule(&b, shown, "└", "┴", "┘")
	b.WriteString(t.footer(shown))
	_, err := io.WriteString(t.w, b.String())
	return err
}

// footer counts rows and columns and says how many are hidden.
func (t *tableWriter) footer(shown []shownColumn) string {
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
	s := counted(t.rows, "row") + note(t.rows, len(t.cells))
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

// fit chooses the columns that the width has room for: all of them, or the
// first and the last ones with one column of … between.
func (t *tableWriter) fit() []shownColumn {
	all, total := make([]shownColumn, len(t.columns)), 1
	for i, c := range t.columns {
		w := max(runewidth.StringWidth(Printable(c.Name)), runewidth.StringWidth(typeName(c.Type)))
		for _, row := range t.cells {
			w = max(w, runewidth.StringWidth(row[i]))
		}
		if t.options.Width > 0 {
			w = max(1, min(w, longestCell, t.options.Width-4))
		}
		all[i] = shownColumn{source: i, width: w, right: c.Kind.Numeric()}
		total += w + 3
	}
	if t.options.Width <= 0 || total <= t.options.Width {
		return all
	}
	room := t.options.Width - 1 - 4 // the border and the column of …
	left, right := 0, len(all)
	for fromLeft := true; left < right; fromLeft = !fromLeft {
		next := left
		if !fromLeft {
			next = right - 1
		}
		if room -= all[next].width + 3; room < 0 {
			break
		}
		if fromLeft {
			left++
		} else {
			right--
		}
	}
	if left == 0 {
		left = 1 // a first column is always shown
		right = max(right, left)
	}
	shown := append([]shownColumn(nil), all[:left]...)
	if right > left {
		shown = append(shown, shownColumn{source: -1, width: 1})
	}
	return append(shown, all[right:]...)
}

func (t *tableWriter) rule(b *strings.Builder, shown []shownColumn, left, middle, right string) {
	for i, c := range shown {
		if i == 0 {
			b.WriteString(left)
		} else {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat("─", c.width+2))
	}
	b.WriteString(right + "\n")
}

func (t *tableWriter) line(b *strings.Builder, shown []shownColumn, cell func(int) string, hidden string, center bool) {
	for _, c := range shown {
		text := hidden
		if c.source >= 0 {
			text = cell(c.source)
		}
		if runewidth.StringWidth(text) > c.width {
			text = runewidth.Truncate(text, c.width, "…")
		}
		space := c.width - runewidth.StringWidth(text)
		before := 0
		if center {
			before = space / 2
		} else if c.right {
			before = space
		}
		b.WriteString("│ " + strings.Repeat(" ", before) + text + strings.Repeat(" ", space-before) + " ")
	}
	b.WriteString("│\n")
}
