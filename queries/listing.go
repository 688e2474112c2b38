package queries

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes the list of the queries as people read it: by group, with
// the parameters of each.
func (l *Library) WriteText(w io.Writer) error {
	var b strings.Builder
	group := ""
	for _, q := range l.Queries {
		if q.Group != group {
			if group != "" {
				b.WriteByte('\n')
			}
			group = q.Group
			b.WriteString(group + "\n")
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", q.Name, q.Doc)
		width := 0
		for _, p := range q.Parameters {
			width = max(width, len(p.signature()))
		}
		for _, p := range q.Parameters {
			fmt.Fprintf(&b, "      %-*s  %s\n", width, p.signature(), p.Doc)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// signature returns name, type and default.
func (p Parameter) signature() string {
	return fmt.Sprintf("%s %s = %s", p.Name, p.Type, oneLine(p.written(p.Default)))
}

// Near returns the name that a person may have meant by one that no query
// has, or nothing.
func (l *Library) Near(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	best, bound := "", max(1, len(name)/3)+1
	for _, q := range l.Queries {
		d := distance(name, q.Name)
		if len(name) > 2 && strings.Contains(q.Name, name) {
			d = min(d, 1)
		}
		if d < bound {
			best, bound = q.Name, d
		}
	}
	return best
}

// distance counts the letters to insert, drop or exchange to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
