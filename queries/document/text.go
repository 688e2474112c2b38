package document

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"weir/queries/output"
)

// widestCell bounds the cells of plain text in columns.
const widestCell = 90

// WriteText writes the document as plain text for a terminal. Control
// characters are escaped.
func (d *Document) WriteText(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	var b strings.Builder
	if d.Title != "" {
		fmt.Fprintf(&b, "%s\n\n", output.Printable(d.Title))
	}
	rows := make([][]string, len(d.Summary))
	for i, l := range d.Summary {
		rows[i] = []string{l.Name, l.Text}
	}
	WriteRows(&b, rows, []bool{false, false})
	for _, s := range d.Sections {
		title := cmp.Or(s.Alone, s.Title)
		switch {
		case len(s.Shown.Columns) == 0 || !s.present():
		case len(s.Shown.Rows) == 0:
			fmt.Fprintf(&b, "\n%s\n  %s\n", title, s.Empty)
		default:
			fmt.Fprintf(&b, "\n%s\n", title)
			rows, right := s.Shown.cells(widestCell)
			WriteRows(&b, rows, right)
			if s.More > 0 {
				fmt.Fprintf(&b, "  … %s more\n", Thousands(int64(s.More)))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cells returns the table's header and rows as text, and which columns are
// flush right.
func (t Table) cells(widest int) (rows [][]string, right []bool) {
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Name
		right = append(right, c.Unit.right())
	}
	rows = append(rows, head)
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, value := range row {
			if cells[i] = Human(value, t.Columns[i].Unit); widest > 0 {
				cells[i] = runewidth.Truncate(cells[i], widest, "…")
			}
		}
		rows = append(rows, cells)
	}
	return rows, right
}

// WriteRows writes rows in columns, each flush left or right.
func WriteRows(b *strings.Builder, rows [][]string, right []bool) {
	widths := make([]int, len(right))
	for _, row := range rows {
		for i := range row {
			row[i] = output.Printable(row[i])
			widths[i] = max(widths[i], runewidth.StringWidth(row[i]))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-runewidth.StringWidth(cell))
			if line.WriteString("  "); right[i] {
				line.WriteString(space + cell)
			} else {
				line.WriteString(cell + space)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
