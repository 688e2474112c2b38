package output

import (
	"bytes"
	"strings"
	"testing"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// inDialect returns a result in a format of a dialect.
func inDialect(t *testing.T, format Format, d *schema.Dialect, sql string) string {
	t.Helper()
	return render(t, session(t), format, sql, Options{Dialect: d, Merged: true})
}

// TestNumberText holds numbers to what repr of Python 3 and Double.toString of
// Java print for them.
func TestNumberText(t *testing.T) {
	for _, c := range []struct {
		x            float64
		python, java string
	}{
		{0, "0.0", "0.0"},
		{54, "54.0", "54.0"},
		{-0.5, "-0.5", "-0.5"},
		{0.1, "0.1", "0.1"},
		{0.001, "0.001", "0.001"},
		{0.0005, "0.0005", "5.0E-4"},
		{0.00002, "2e-05", "2.0E-5"},
		{1.25e-10, "1.25e-10", "1.25E-10"},
		{9999999, "9999999.0", "9999999.0"},
		{10000000, "10000000.0", "1.0E7"},
		{112641719.5, "112641719.5", "1.126417195E8"},
		{1e15, "1000000000000000.0", "1.0E15"},
		{1e16, "1e+16", "1.0E16"},
		{-1.5e300, "-1.5e+300", "-1.5E300"},
		{1795352709.123456, "1795352709.123456", "1.795352709123456E9"},
	} {
		if got := string(appendStyledDouble(nil, c.x, schema.Python)); got != c.python {
			t.Errorf("%g for Python: %s, want %s", c.x, got, c.python)
		}
		if got := string(appendStyledDouble(nil, c.x, schema.Java)); got != c.java {
			t.Errorf("%g for Java: %s, want %s", c.x, got, c.java)
		}
	}
}

func TestDialectCSV(t *testing.T) {
	d := &schema.Dialect{Text: schema.Python, Spellings: []schema.Spelling{{Header: "A B"}, {Header: "A B"}, {Header: "c"}, {Header: "d"}}}
	got := inDialect(t, CSV, d, "SELECT 2::DOUBLE AS a, '' AS b, NULL::INTEGER AS c, true AS d")
	if want := "A B,A B,c,d\n2.0,,,True\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d.Text = schema.Java
	if got := inDialect(t, CSV, d, "SELECT 2e8::DOUBLE AS a, 'x' AS b, 3 AS c, false AS d"); got != "A B,A B,c,d\n2.0E8,x,3,false\n" {
		t.Errorf("got %q", got)
	}
	if got := inDialect(t, JSON, d, "SELECT 2::DOUBLE AS a, '' AS b, NULL::INTEGER AS c, true AS d"); got != "[\n{\"a\":2,\"b\":\"\",\"c\":null,\"d\":true}\n]\n" {
		t.Errorf("names of JSON must differ: %q", got)
	}
}

// zeekDialect is a log with a field of each type.
func zeekDialect() *schema.Dialect {
	return &schema.Dialect{Layout: schema.ZeekLog, Spellings: []schema.Spelling{
		{Header: "name", Foreign: "string"}, {Header: "ts", Foreign: "time"}, {Header: "took", Foreign: "interval"}, {Header: "x", Foreign: "double"},
		{Header: "n", Foreign: "count"}, {Header: "b", Foreign: "bool"}, {Header: "s", Foreign: "set[string]"}}}
}

// TestZeekText holds the escapes to those of Zeek's ASCII writer, which
// zeek-cut and the input framework undo.
func TestZeekText(t *testing.T) {
	got := inDialect(t, TSV, zeekDialect(), `SELECT * FROM (VALUES
		('#a', 10.5::DOUBLE, 1e-6::DOUBLE, 0.25::DOUBLE, 7, true, ['a', 'b,c', NULL]),
		('-', 5.0, NULL, NULL, NULL, false, []),
		('(empty)', NULL, 0, 1e21, -1, NULL, NULL),
		('', 70000.0, 1, 1, 0, NULL, ['']),
		(E'a\tb\\c\nd é', 1, 1, 1, 0, NULL, NULL)) AS t(a, b, c, d, e, f, g)`)
	want := "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t1970-01-01-00-00-10\n" +
		"#fields\tname\tts\ttook\tx\tn\tb\ts\n#types\tstring\ttime\tinterval\tdouble\tcount\tbool\tset[string]\n" +
		"\\x23a\t10.500000\t0.000001\t0.25\t7\tT\ta,b\\x2cc,-\n" +
		"\\x2d\t5.000000\t-\t-\t-\tF\t(empty)\n" +
		"\\x28empty)\t-\t0.000000\t1000000000000000000000\t-1\t-\t-\n" +
		"(empty)\t70000.000000\t1.000000\t1\t0\t-\t(empty)\n" +
		"a\\x09b\\\\c\\x0ad é\t1.000000\t1.000000\t1\t0\t-\t-\n" +
		"#close\t1970-01-01-19-26-40\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := string(appendZeekText(nil, []byte("a\xffb"), false, false)); got != `a\xffb` {
		t.Errorf("bytes that are no UTF-8: %s", got)
	}
	empty := inDialect(t, TSV, zeekDialect(), "SELECT 'a', 1::DOUBLE, 1::DOUBLE, 1::DOUBLE, 1, true, ['a'] WHERE false")
	if lines := strings.Split(empty, "\n"); len(lines) != 10 || !strings.HasPrefix(lines[8], "#close\t1970-") {
		t.Errorf("a log without rows: %s", empty)
	}
	if _, err := Run(t.Context(), session(t), Query{SQL: "SELECT 1"}, Target{Path: "-", Format: TSV, Stdout: &bytes.Buffer{}, Options: Options{Dialect: zeekDialect()}}); err == nil {
		t.Error("columns without a type are written")
	}
}

func TestNestedObjects(t *testing.T) {
	d := &schema.Dialect{Layout: schema.Nested}
	const sql = `SELECT 1 AS a, i AS "b.c", 2 AS "b.d.e", NULL AS "b.d.f", j AS "g.h.i", 3 AS "g.j", ['x'] AS k FROM (VALUES (NULL, NULL), (5, 'y"z')) AS t(i, j)`
	want := `{"a":1,"b":{"d":{"e":2}},"g":{"j":3},"k":["x"]}` + "\n" + `{"a":1,"b":{"c":5,"d":{"e":2}},"g":{"h":{"i":"y\"z"},"j":3},"k":["x"]}` + "\n"
	if got := inDialect(t, NDJSON, d, sql); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	lines := strings.Split(strings.TrimSpace(want), "\n")
	if got := inDialect(t, JSON, d, sql); got != "[\n"+lines[0]+",\n"+lines[1]+"\n]\n" {
		t.Errorf("as an array: %s", got)
	}
	if got := inDialect(t, NDJSON, d, `SELECT NULL AS "a.b"`); got != "{}\n" {
		t.Errorf("a row of nulls: %s", got)
	}
	if got := inDialect(t, NDJSON, zeekDialect(), `SELECT 1 AS "id.orig_h", NULL AS x`); got != `{"id.orig_h":1}`+"\n" {
		t.Errorf("names that do not nest: %s", got)
	}
	for _, names := range [][]string{{"a.b", "c", "a.d"}, {"a.b.c", "a.d", "a.b.e"}} {
		var columns []warehouse.ResultColumn
		for _, n := range names {
			columns = append(columns, warehouse.ResultColumn{Name: n})
		}
		if err := newObjects(&bytes.Buffer{}, false, true).Begin(columns); err == nil {
			t.Errorf("%q open an object twice", names)
		}
	}
}
