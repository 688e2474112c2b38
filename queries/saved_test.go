package queries

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const goodHeader = "-- name: x\n-- group: mine\n-- doc: d\n"

func TestFilesThatAreNoQueriesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 1\n":                           "x.sql:1: the header needs a line `-- name: …`",
		"-- name: x\n-- group: mine\nSELECT 1": "x.sql:3: the header needs a line `-- doc: …`",
		"-- name: x\n-- name: x\n":             "x.sql:2: a second `-- name:`",
		"-- name: X y\n":                       "x.sql:1: the name",
		"-- nome: x\n":                         "x.sql:1: the header knows name, group, doc and param, not nome",
		"-- name: y\n-- group: mine\n-- doc: d\nSELECT 1": "x.sql:1: the query is named y, but the file x",
		goodHeader:                                                     "x.sql:4: no SQL",
		goodHeader + "-- a comment\n;":                                 "x.sql:4: no SQL",
		goodHeader + "SELECT 1;\nSELECT 2":                             "x.sql:5: more follows",
		goodHeader + "SELECT\n$a":                                      "x.sql:5: $a is no parameter",
		goodHeader + "SELECT $1":                                       "x.sql:4: parameters are written $name",
		goodHeader + "SELECT ?":                                        "x.sql:4: parameters are written $name",
		goodHeader + "SELECT 'a":                                       "x.sql:4: a string, name or comment is not closed",
		goodHeader + "-- param: a integer = 1: d\nSELECT '$a'":         "does not use the parameter a",
		goodHeader + "-- param: a integer = x: d\nSELECT $a":           "x.sql:4: the default: parameter a takes a whole number",
		goodHeader + "-- param: a float = 1: d\nSELECT $a":             "x.sql:4: a parameter is written",
		goodHeader + "-- param: a text = b: d\nSELECT $a":              "x.sql:4: the default of parameter a",
		goodHeader + "-- param: a integer = '1': d\nSELECT $a":         "x.sql:4: the default of parameter a",
		goodHeader + "-- param: a integer = 1\nSELECT $a":              "x.sql:4: a parameter is written",
		goodHeader + "-- param: a span = 0s: d\nSELECT $a":             "x.sql:4: the default: parameter a takes a length of time",
		goodHeader + strings.Repeat("-- param: a integer = 1: d\n", 2): "x.sql:5: a second parameter a",
	} {
		if _, err := parseSaved("x.sql", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestParametersStandWhereSQLHasThem(t *testing.T) {
	q, err := parseSaved("x.sql", goodHeader+"-- param: a text = 'it''s': d\n-- $a\nSELECT $a, '$a', \"$a\", $$ $a $$, $t$ $a $t$, E'\\'$a', /* $a */ x$a FROM t WHERE b=$a;\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "-- $a\nSELECT CAST($a AS VARCHAR), '$a', \"$a\", $$ $a $$, $t$ $a $t$, E'\\'$a', /* $a */ x$a FROM t WHERE b=CAST($a AS VARCHAR);\n"
	if q.SQL != want || q.Parameters[0].Default != "it's" {
		t.Errorf("%q, default %q", q.SQL, q.Parameters[0].Default)
	}
	shown, err := q.Show(map[string]string{"a": "x';\n*/"})
	if err != nil || !strings.Contains(shown, "SELECT 'x'';\n*/', '$a'") || !strings.Contains(shown, "     a text = 'x''; * /': d\n*/\n") {
		t.Errorf("%s, %v", shown, err)
	}
}

func TestValuesAreChecked(t *testing.T) {
	for _, c := range []struct {
		of      Type
		text    string
		literal string
	}{
		{Integer, "-1_000", "-1000"}, {Integer, "1.5", ""}, {Integer, "9223372036854775808", ""}, {Number, "0.8", "CAST(0.8 AS DOUBLE)"}, {Number, "NaN", ""}, {Number, "1e400", ""},
		{Boolean, "true", "true"}, {Boolean, "yes", ""}, {Text, "a'b", "'a''b'"}, {Text, "a\x00b", ""},
		{Span, "5m", "'5 minutes'"}, {Span, "7d", "'7 days'"}, {Span, "1h30m", ""}, {Span, "-5m", ""}, {Span, "5", ""},
		{Time, "2026-11-22", "'2026-11-22 00:00:00+00'"}, {Time, "2026-11-22 10:30", "'2026-11-22 10:30:00+00'"}, {Time, "2026-11-22T12:30:00.5+02:00", "'2026-11-22 10:30:00.5+00'"},
		{Time, "-infinity", "'-infinity'"}, {Time, "2026-13-01", ""}, {Time, "now", ""}, {Time, "'); DROP", ""},
	} {
		_, literal, err := Parameter{Name: "p", Type: c.of}.parse(c.text)
		if literal != c.literal || (err == nil) != (c.literal != "") {
			t.Errorf("%s %q: %s, %v; want %s", c.of, c.text, literal, err, c.literal)
		}
	}
	q := Saved{Name: "x", Parameters: []Parameter{{Name: "top", Type: Integer, Default: "1"}}}
	for name, want := range map[string]string{"tap": "query x has no parameter tap; it has top", "top": "query x: parameter top takes a whole number"} {
		if _, err := q.Args(map[string]string{name: "b"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// TestShownQueriesRun pastes what --show prints for each query and compares
// the answers.
func TestShownQueriesRun(t *testing.T) {
	s := memory(t, "world.sql")
	l, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Queries) < 30 {
		t.Errorf("only %d saved queries", len(l.Queries))
	}
	count := func(sql string, args []any) string {
		var n string
		sql = "SELECT CAST(count(*) || ' ' || coalesce(sum(hash(r)), 0) AS VARCHAR) FROM (" + strings.TrimRight(sql, ";\n") + "\n) AS r"
		if err := eachRow(t.Context(), s, sql, args, func(r record) { n = r.text(0) }); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
		return n
	}
	for _, q := range l.Queries {
		args, err := q.Args(nil)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := q.Show(nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := count(q.SQL, args), count(shown, nil); a != b {
			t.Errorf("%s: %s rows and hash, shown %s", q.Name, a, b)
		}
		if !slices.Contains(Groups(), q.Group) || filepath.Dir(q.File) != q.Group {
			t.Errorf("%s of group %s lies in %s", q.Name, q.Group, q.File)
		}
		if tail := q.SQL[strings.LastIndex(q.SQL, "ORDER BY")+1:]; strings.Contains(tail, "FROM") || !strings.Contains(q.SQL, "\nORDER BY ") {
			t.Errorf("%s has no order", q.Name)
		}
		if slices.Contains([]string{"flows", "dns", "http", "tls", "captures"}, q.Name) {
			t.Errorf("%s is the name of a table", q.Name)
		}
	}
}

func TestOwnQueries(t *testing.T) {
	write := func(name, text string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	l, err := OpenLibrary(write("x.sql", goodHeader+"SELECT 1 ORDER BY 1"))
	if err != nil {
		t.Fatal(err)
	}
	if q := l.Queries[len(l.Queries)-1]; q.Name != "x" || q.Group != "mine" {
		t.Errorf("the last query is %s", q.Name)
	}
	if near := l.Near("beacns"); near != "beacons" {
		t.Errorf("near beacns is %q", near)
	}
	for dir, want := range map[string]string{
		write("beacons.sql", strings.Replace(goodHeader, "x", "beacons", 1)+"SELECT 1"): "beacons.sql:1: a built-in query is called beacons",
		write("x.sql", "SELECT 1"):            "x.sql:1: the header needs",
		filepath.Join(t.TempDir(), "nowhere"): "nowhere",
		filepath.Join(write("f", ""), "f"):    "is no directory",
	} {
		if _, err := OpenLibrary(dir); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
}

func TestOpenNamed(t *testing.T) {
	all, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range all.Queries {
		l, err := OpenNamed(strings.ReplaceAll(want.Name, "_", "-"))
		if err != nil || len(l.Queries) != 1 {
			t.Fatalf("%s: %d queries, %v", want.Name, len(l.Queries), err)
		}
		if got, ok := l.Find(want.Name); !ok || got.SQL != want.SQL || got.Group != want.Group {
			t.Errorf("%s: another query: %s", want.Name, got.SQL)
		}
	}
	for _, name := range []string{"beacns", "", "*", "[", "../hunting/beacons", "Beacons"} {
		if l, err := OpenNamed(name); err != nil || len(l.Queries) != len(all.Queries) {
			t.Errorf("%q: not all queries: %v", name, err)
		}
	}
}

func FuzzParseSaved(f *testing.F) {
	f.Add(goodHeader + "-- param: a text = 'it''s': d\nSELECT $a")
	f.Add(goodHeader + "SELECT $$ ? $$, '?', /* $ */ 1;")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseSaved("x.sql", text)
		if err != nil {
			return
		}
		if _, err := q.Args(nil); err != nil {
			t.Errorf("the defaults are refused: %v", err)
		}
		if _, err := q.Show(nil); err != nil {
			t.Error(err)
		}
	})
}

// A query that is asked for a time says so to the partitions too: only their
// files are opened then.
func TestTimesChoosePartitions(t *testing.T) {
	l, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	condition := regexp.MustCompile(`time >= CAST\(\$since AS TIMESTAMPTZ\) AND (\w+\.)?(start_)?time < CAST\(\$until AS TIMESTAMPTZ\)\s+AND (\w+\.)?date BETWEEN ` +
		`CAST\(CAST\(\$since AS TIMESTAMPTZ\) AT TIME ZONE 'UTC' AS DATE\) AND CAST\(CAST\(\$until AS TIMESTAMPTZ\) AT TIME ZONE 'UTC' AS DATE\)`)
	times := regexp.MustCompile(`\b(start_)?time >= CAST\(\$since`)
	for _, q := range l.Queries {
		if want, got := len(times.FindAllString(q.SQL, -1)), len(condition.FindAllString(q.SQL, -1)); got != want {
			t.Errorf("%s: %d of %d conditions on the time have one on the date, which the partitions are by, beside them", q.Name, got, want)
		}
	}
}
