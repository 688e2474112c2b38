package output

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// drawing is a box of the shown columns as it grows, line by line.
type drawing struct {
	strings.Builder
	shown []shownColumn
	color bool
}

// What a terminal takes to write in grey, and to end that.
const grey, plain = "\x1b[90m", "\x1b[0m"

// faint writes the frame and what stands for no value.
func (d *drawing) faint(text string) {
	if d.color {
		text = grey + text + plain
	}
	d.WriteString(text)
}

func (d *drawing) rule(left, middle, right string) {
	var b strings.Builder
	for i, c := range d.shown {
		if i == 0 {
			b.WriteString(left)
		} else {
			b.WriteString(middle)
		}
		b.WriteString(strings.Repeat("─", c.width+2))
	}
	d.faint(b.String() + right)
	d.WriteByte('\n')
}

// placement tells where the text of a cell stands.
type placement int

const (
	byType placement = iota // numbers to the right, all else to the left
	centred
)

// line writes a row; cell returns the text of a column, and faint, if any,
// whether it is to be faint.
func (d *drawing) line(cell func(column int) string, where placement, faint func(column int) bool) {
	for _, c := range d.shown {
		text, dim := "…", true
		if c.source >= 0 {
			text, dim = cell(c.source), faint != nil && faint(c.source)
		}
		if runewidth.StringWidth(text) > c.width {
			text = runewidth.Truncate(text, c.width, "…")
		}
		space := c.width - runewidth.StringWidth(text)
		before := 0
		switch {
		case where == centred:
			before = space / 2
		case c.right:
			before = space
		}
		d.faint("│")
		d.WriteString(strings.Repeat(" ", before+1))
		if dim {
			d.faint(text)
		} else {
			d.WriteString(text)
		}
		d.WriteString(strings.Repeat(" ", space-before+1))
	}
	d.faint("│")
	d.WriteByte('\n')
}

func (d *drawing) rows(rows [][]tableCell) {
	for _, row := range rows {
		d.line(func(c int) string { return row[c].text }, byType, func(c int) bool { return row[c].null })
	}
}

// dots writes the rows that stand for the hidden ones, each dot under the
// middle of the shorter one of the cells above and below.
func (d *drawing) dots(above, below [][]tableCell) {
	dot := func(c int) string {
		width := 0
		if len(above) > 0 {
			width = runewidth.StringWidth(above[len(above)-1][c].text)
		}
		if len(below) > 0 {
			width = min(width, runewidth.StringWidth(below[0][c].text))
		}
		for _, shown := range d.shown {
			if shown.source == c {
				width = min(width, shown.width)
				if shown.right {
					return "·" + strings.Repeat(" ", max(0, width-1)/2)
				}
			}
		}
		return strings.Repeat(" ", max(0, width-1)/2) + "·"
	}
	for range dotRows {
		d.line(dot, byType, func(int) bool { return true })
	}
}
