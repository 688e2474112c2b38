package output

import (
	"fmt"
	"strings"
	"testing"
)

// TestTableHidesTheMiddle holds a long table to what the duckdb command,
// release 1.5.6, draws for the same query.
func TestTableHidesTheMiddle(t *testing.T) {
	s := session(t)
	var want strings.Builder
	want.WriteString(`┌───────┬───────┬─────────┐
│   i   │   d   │    s    │
│ int64 │ int64 │ varchar │
├───────┼───────┼─────────┤
`)
	row := func(i int) { fmt.Fprintf(&want, "│ %5d │ %5d │ %-7s │\n", i, 2*i, fmt.Sprintf("ab%d", i)) }
	for i := range 20 {
		row(i)
	}
	want.WriteString(strings.Repeat("│     · │     · │  ·      │\n", 3))
	for i := 80; i < 100; i++ {
		row(i)
	}
	want.WriteString("└───────┴───────┴─────────┘\n100 rows (40 shown)\n")
	const sql = "SELECT i, i * 2 AS d, 'ab' || i AS s FROM range(%d) t(i)"
	if got := render(t, s, Table, fmt.Sprintf(sql, 100), Options{MaxRows: 40}); got != want.String() {
		t.Errorf("got:\n%s\nwant:\n%s", got, want.String())
	}
	for _, c := range []struct {
		rows, max int
		dots      bool
		footer    string
		last      string
	}{
		{43, 40, false, "43 rows\n", "│    42 │    84 │ ab42    │"}, // dots would take as many lines
		{44, 40, true, "44 rows (40 shown)\n", "│    43 │    86 │ ab43    │"},
		{5000, 40, true, "5,000 rows (40 shown)\n", "│  4999 │  9998 │ ab4999  │"},
		{2050, 41, true, "2,050 rows (41 shown)\n", "│  2030 │  4060 │ ab2030  │"}, // the end is in two chunks
		{20, 1, true, "20 rows (1 shown)\n", "│     0 │     0 │ ab0     │"},
		{500, 0, false, "500 rows\n", "│   250 │   500 │ ab250   │"},
	} {
		got := render(t, s, Table, fmt.Sprintf(sql, c.rows), Options{MaxRows: c.max})
		if strings.Contains(got, "·") != c.dots || !strings.HasSuffix(got, c.footer) || !strings.Contains(got, c.last) {
			t.Errorf("%d rows, %d shown:\n%s", c.rows, c.max, got)
		}
		drawn := strings.Count(got, "│ ab")
		if shown := min(c.max, c.rows); c.dots && drawn != shown {
			t.Errorf("%d rows, %d shown: %d are drawn", c.rows, c.max, drawn)
		}
	}
}

func TestTableWithoutRows(t *testing.T) {
	want := "┌───────┬─────────┐\n│   a   │    b    │\n│ int32 │ varchar │\n└───────┴─────────┘\n0 rows\n"
	if got := render(t, session(t), Table, "SELECT 1 AS a, 'x' AS b WHERE false", Options{Width: 80, MaxRows: 40}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestTableCutsBeforeItElides gives a long cell the room that is there, and
// takes columns away only where cutting does not do.
func TestTableCutsBeforeItElides(t *testing.T) {
	s := session(t)
	for width := 20; width <= 200; width += 7 {
		got := render(t, s, Table, "SELECT repeat('x', 300) AS long, 1 AS one, repeat('日', 40) AS wide", Options{Width: width})
		widest := 0
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "│") || strings.HasPrefix(line, "┌") {
				columns := 0
				for _, r := range strings.TrimSuffix(line, "\n") {
					if columns++; r == '日' {
						columns++
					}
				}
				widest = max(widest, columns)
			}
		}
		if widest > width {
			t.Errorf("width %d: a line takes %d:\n%s", width, widest, got)
		}
		if width >= 140 && widest < width-1 {
			t.Errorf("width %d: only %d are used:\n%s", width, widest, got)
		}
		if elided := strings.Contains(got, "3 columns"); elided != (width < 1+2*(longestCell+3)+8) {
			t.Errorf("width %d: columns are elided: %v\n%s", width, elided, got)
		}
	}
}

func TestTableColor(t *testing.T) {
	got := render(t, session(t), Table, "SELECT NULL AS n, 'NULL' AS t, E'\\x1b[31m' AS c", Options{Color: true})
	for _, want := range []string{"\x1b[90mNULL\x1b[0m", " NULL ", `\x1b[31m`, "\x1b[90m│\x1b[0m", "\x1b[90mvarchar\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%q", want, got)
		}
	}
	if strings.Count(got, "\x1b[90mNULL\x1b[0m") != 1 || strings.Contains(got, "\x1b[31m") {
		t.Errorf("a text is drawn like a null, or colours by itself:\n%q", got)
	}
	stripped := strings.NewReplacer("\x1b[90m", "", "\x1b[0m", "").Replace(got)
	if bare := render(t, session(t), Table, "SELECT NULL AS n, 'NULL' AS t, E'\\x1b[31m' AS c", Options{}); bare != stripped || strings.Contains(bare, "\x1b") {
		t.Errorf("colours change more than colours:\n%s\n%s", stripped, bare)
	}
}
