package output

import (
	"slices"

	"github.com/mattn/go-runewidth"
)

// longestCell is the widest cell of a table that must be clipped, in columns
// of the terminal.
const longestCell = 60

// shownColumn is a column of the drawn table; one of them may stand for all
// hidden columns.
type shownColumn struct {
	source int // -1 for the hidden ones
	width  int // in columns of the terminal
	right  bool
}

// fit chooses the columns that the width has room for: all of them, where
// need be with their longest cells cut, or the first and the last ones with
// one column of … between.
func (t *tableWriter) fit(rows ...[][]tableCell) []shownColumn {
	all := t.measure(rows...)
	if t.options.Width <= 0 || boxWidth(all) <= t.options.Width {
		return all
	}
	most := t.options.Width - 4
	if len(all) > 1 {
		most -= 4 // one column and the one of … at least
	}
	wanted := make([]int, len(all))
	for i := range all {
		wanted[i] = all[i].width
		all[i].width = max(1, min(all[i].width, longestCell, most))
	}
	if spare := t.options.Width - boxWidth(all); spare >= 0 {
		for i := range all {
			more := min(spare, wanted[i]-all[i].width)
			all[i].width += more
			spare -= more
		}
		return all
	}
	return elide(all, t.options.Width)
}

// measure returns all columns as wide as their widest text.
func (t *tableWriter) measure(rows ...[][]tableCell) []shownColumn {
	all := make([]shownColumn, len(t.columns))
	for i, c := range t.columns {
		w := max(runewidth.StringWidth(Printable(c.Name)), runewidth.StringWidth(typeName(c.Type)))
		for _, part := range rows {
			for _, row := range part {
				w = max(w, runewidth.StringWidth(row[i].text))
			}
		}
		all[i] = shownColumn{source: i, width: w, right: c.Kind.Numeric()}
	}
	return all
}

// boxWidth returns the width of a box of the columns with its borders.
func boxWidth(columns []shownColumn) int {
	total := 1
	for _, c := range columns {
		total += c.width + 3
	}
	return total
}

// elide takes columns out of the middle until the rest, with the column that
// stands for them, fits the width. The first one always stays.
func elide(all []shownColumn, width int) []shownColumn {
	room := width - 1 - 4 // the border and the column of …
	left, right := 0, len(all)
	for fromLeft := true; left < right; fromLeft = !fromLeft {
		// A side whose next column is too wide leaves the room to the other one.
		takesLeft, takesRight := all[left].width+3 <= room, all[right-1].width+3 <= room
		switch {
		case takesLeft && (fromLeft || !takesRight):
			room -= all[left].width + 3
			left++
		case takesRight:
			right--
			room -= all[right].width + 3
		default:
			return joined(all, left, right)
		}
	}
	return joined(all, left, right)
}

// joined returns the columns before left and from right on, and the one that
// stands for those between.
func joined(all []shownColumn, left, right int) []shownColumn {
	left = max(left, 1)
	right = max(right, left)
	shown := slices.Clone(all[:left])
	if right > left {
		shown = append(shown, shownColumn{source: -1, width: 1})
	}
	return append(shown, all[right:]...)
}
