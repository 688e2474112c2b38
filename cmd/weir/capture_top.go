package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"weir/extract"
)

// width is how many columns messages may take.
func (l *liveCapture) width() int {
	columns, _ := l.size()
	return columns
}

// size is that of the terminal, or of a usual one where it does not tell.
func (l *liveCapture) size() (columns, rows int) {
	if l.screen != nil {
		columns, rows = l.screen()
	}
	if columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// drawTop draws the table over the whole terminal.
func (l *liveCapture) drawTop(status string) {
	columns, rows := l.size()
	flows, talkers := l.cut.Largest()
	lines := append([]string{status, ""}, topTable(flows, talkers, columns, rows-3)...)
	var b strings.Builder
	b.WriteString("\x1b[H")
	for _, line := range lines[:min(len(lines), max(1, rows-1))] {
		b.WriteString(clip(line, columns) + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	fmt.Fprint(l.err, b.String())
}

// topTable lays out the largest open flows and the largest senders in so many
// columns and rows.
func topTable(flows, talkers []extract.Talk, columns, rows int) []string {
	const numbers, headings = 14 + 11, 3
	names := max(10, min(columns-numbers, 58))
	room := max(1, (rows-headings)/2)
	table := func(title string, talks []extract.Talk) []string {
		lines := []string{fmt.Sprintf("%-*s %13s %10s", names, clip(title, names), "PACKETS", "BYTES")}
		for _, t := range talks[:min(room, len(talks))] {
			name := clip(t.Name, names)
			lines = append(lines, fmt.Sprintf("%s%*s %13s %10s", name, names-utf8.RuneCountInString(name), "", humanize.Comma(t.Packets), humanize.IBytes(uint64(t.Bytes))))
		}
		return lines
	}
	lines := append(table("LARGEST OPEN FLOWS", flows), "")
	return append(lines, table("LARGEST TALKERS (open flows)", talkers)...)
}

// clip cuts a text that is wider than so many columns.
func clip(text string, columns int) string {
	if columns < 1 || utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}
