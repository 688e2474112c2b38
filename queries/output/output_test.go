package output

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"weir/warehouse"
)

func session(t testing.TB) *warehouse.Session {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), nil, warehouse.SessionOptions{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func render(t *testing.T, s *warehouse.Session, format Format, sql string, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Run(t.Context(), s, Query{SQL: sql}, Target{Path: "-", Format: format, Stdout: &b, Options: o}); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return b.String()
}

// mixed has a value and a null of most kinds, and hostile texts.
const mixed = `SELECT * FROM (VALUES
	(1::BIGINT, 0.1, 'a "quoted", cell', TIMESTAMPTZ '2026-11-22 10:15:00.123456+00', DATE '2026-11-22', true, ['x', 'y"z']),
	(NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(-5, 1e21, E'line\nbreak\x1b[31m', TIMESTAMPTZ '2026-11-22 23:59:59.9+00', DATE '1969-12-31', false, [])
) AS t(n, x, text, moment, day, flag, list)`

func TestGoldenTexts(t *testing.T) {
	s := session(t)
	sql := strings.ReplaceAll(mixed, "0.1,", "0.1::DOUBLE,")
	for format, want := range map[Format]string{
		CSV: "n,x,text,moment,day,flag,list\n" +
			`1,0.1,"a ""quoted"", cell",2026-11-22T10:15:00.123456Z,2026-11-22,true,"[""x"",""y\""z""]"` + "\n" +
			",,,,,,\n" +
			"-5,1e+21,\"line\nbreak\x1b[31m\",2026-11-22T23:59:59.900000Z,1969-12-31,false,[]\n",
		TSV: "n\tx\ttext\tmoment\tday\tflag\tlist\n" +
			"1\t0.1\t\"a \"\"quoted\"\", cell\"\t2026-11-22T10:15:00.123456Z\t2026-11-22\ttrue\t\"[\"\"x\"\",\"\"y\\\"\"z\"\"]\"\n" +
			"\t\t\t\t\t\t\n" +
			"-5\t1e+21\t\"line\nbreak\x1b[31m\"\t2026-11-22T23:59:59.900000Z\t1969-12-31\tfalse\t[]\n",
		NDJSON: `{"n":1,"x":0.1,"text":"a \"quoted\", cell","moment":"2026-11-22T10:15:00.123456Z","day":"2026-11-22","flag":true,"list":["x","y\"z"]}` + "\n" +
			`{"n":null,"x":null,"text":null,"moment":null,"day":null,"flag":null,"list":null}` + "\n" +
			`{"n":-5,"x":1e+21,"text":"line\nbreak\u001b[31m","moment":"2026-11-22T23:59:59.900000Z","day":"1969-12-31","flag":false,"list":[]}` + "\n",
		Markdown: "| n | x | text | moment | day | flag | list |\n| ---: | ---: | --- | --- | --- | --- | --- |\n" +
			`| 1 | 0.1 | a "quoted", cell | 2026-11-22 10:15:00.123456 | 2026-11-22 | true | \["x","y\\"z"\] |` + "\n" +
			"|  |  |  |  |  |  |  |\n" +
			`| -5 | 1e+21 | line break\\x1b\[31m | 2026-11-22 23:59:59.900000 | 1969-12-31 | false | \[\] |` + "\n",
	} {
		if got := render(t, s, format, sql, Options{}); got != want {
			t.Errorf("%s\n got: %q\nwant: %q", format, got, want)
		}
	}
}

func TestTableDrawsABox(t *testing.T) {
	s := session(t)
	got := render(t, s, Table, `SELECT * FROM (VALUES (1::BIGINT, 'a'), (1234567, NULL), (3, E'\x1b[2J\n日本')) AS t(n, "name of it")`, Options{})
	// \x1b[2J\n日本 is 13 columns wide: 9 letters and 2 signs of 2 columns.
	want := `┌─────────┬───────────────┐
│    n    │  name of it   │
│  int64  │    varchar    │
├─────────┼───────────────┤
│       1 │ a             │
│ 1234567 │ NULL          │
│       3 │ \x1b[2J\n日本 │
└─────────┴───────────────┘
3 rows
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestTableIsClipped(t *testing.T) {
	s := session(t)
	var cols []string
	for _, c := range "abcdefghij" {
		cols = append(cols, "1234567::INTEGER AS "+string(c))
	}
	// Each column takes 10, the borders 1: 40 columns have room for the
	// hidden ones' mark of 4 and 3 others.
	got := render(t, s, Table, "SELECT "+strings.Join(cols, ", ")+" FROM range(7)", Options{Width: 40, MaxRows: 2})
	want := `┌─────────┬─────────┬───┬─────────┐
│    a    │    b    │ … │    j    │
│  int32  │  int32  │ … │  int32  │
├─────────┼─────────┼───┼─────────┤
│ 1234567 │ 1234567 │ … │ 1234567 │
│    ·    │    ·    │ … │    ·    │
│    ·    │    ·    │ … │    ·    │
│    ·    │    ·    │ … │    ·    │
│ 1234567 │ 1234567 │ … │ 1234567 │
└─────────┴─────────┴───┴─────────┘
7 rows (2 shown), 10 columns (3 shown)
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	long := render(t, s, Table, "SELECT repeat('x', 500) AS long", Options{Width: 80})
	if !strings.Contains(long, "│ "+strings.Repeat("x", 75)+"… │") {
		t.Errorf("a long cell is not cut: %s", long)
	}
}

func TestTablePrintsPlansAsTheyAre(t *testing.T) {
	got := render(t, session(t), Table, "EXPLAIN SELECT 42", Options{Width: 40})
	if !strings.HasPrefix(got, "┌──") || !strings.Contains(got, "┐\n│") || strings.Contains(got, "explain_key") {
		t.Errorf("a plan is not printed as DuckDB draws it:\n%s", got)
	}
}

func TestEmptyResults(t *testing.T) {
	s := session(t)
	for format, want := range map[Format]string{CSV: "a,b\n", TSV: "a\tb\n", JSON: "[]\n", NDJSON: "",
		Markdown: "| a | b |\n| ---: | --- |\n"} {
		if got := render(t, s, format, "SELECT 1 AS a, 'x' AS b WHERE false", Options{}); got != want {
			t.Errorf("%s: got %q, want %q", format, got, want)
		}
	}
}

func TestJSONArrayReadsBack(t *testing.T) {
	s := session(t)
	got := render(t, s, JSON, "SELECT i, i AS i, 9007199254740993 AS big, 1.50::DECIMAL(9,2) AS d, {'k': [1, 2]} AS st, 'nan'::DOUBLE AS nan, sum(i) OVER () AS total, chr(8232) || chr(7) AS odd FROM range(3) t(i)", Options{})
	decoder := json.NewDecoder(strings.NewReader(got))
	decoder.UseNumber()
	var rows []map[string]any
	if err := decoder.Decode(&rows); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	want := map[string]any{"i": json.Number("2"), "i_1": json.Number("2"), "big": json.Number("9007199254740993"), "d": json.Number("1.50"),
		"st": map[string]any{"k": []any{json.Number("1"), json.Number("2")}}, "nan": nil, "total": json.Number("3"), "odd": "\u2028\x07"}
	if len(rows) != 3 || !reflect.DeepEqual(rows[2], want) {
		t.Errorf("got %v, want %v", rows, want)
	}
	if !strings.Contains(got, `"odd":"\u2028\u0007"`) {
		t.Errorf("line separators are not escaped: %s", got)
	}
}

func TestCSVReadsBackEqual(t *testing.T) {
	s := session(t)
	cells := []string{"", "plain", " outer ", `"`, `a,b`, "a\nb", "a\r\nb", "=1+1", "@x", "\t", "日本", "'; DROP TABLE flows; --"}
	var args []any
	var marks []string
	for _, c := range cells {
		args = append(args, c)
		marks = append(marks, "(?)")
	}
	var b bytes.Buffer
	q := Query{SQL: "SELECT x, 1 AS one FROM (VALUES " + strings.Join(marks, ", ") + ") AS t(x)", Args: args}
	if _, err := Run(t.Context(), s, q, Target{Path: "-", Format: CSV, Stdout: &b}); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cells {
		// encoding/csv turns \r\n within quotes into \n.
		if want := strings.ReplaceAll(c, "\r\n", "\n"); records[i+1][0] != want {
			t.Errorf("cell %q came back as %q", c, records[i+1][0])
		}
	}
	if got := render(t, s, CSV, `SELECT '=cmd|''/C calc''!A0' AS "=name", '-1' AS b, -1 AS c`, Options{SafeCells: true}); got !=
		"\"'=name\",b,c\n\"'=cmd|'/C calc'!A0\",\"'-1\",-1\n" {
		t.Errorf("formulas are not made safe: %s", got)
	}
}

func TestXLSXReadsBack(t *testing.T) {
	s := session(t)
	path := filepath.Join(t.TempDir(), "out.xlsx")
	n, err := Run(t.Context(), s, Query{SQL: mixed}, Target{Path: path, Format: XLSX})
	if err != nil || n != 3 {
		t.Fatal(n, err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	rows[1][3] = rows[1][3][:len("2026-11-22 10:15:00")] // the library does not show milliseconds
	want := []string{"1", "0.1", `a "quoted", cell`, "2026-11-22 10:15:00", "2026-11-22", "TRUE", `["x","y\"z"]`}
	if !reflect.DeepEqual(rows[1], want) {
		t.Errorf("got %q, want %q", rows[1], want)
	}
	// 2026-11-22 is day 46348 of Excel: 25569 is 1970-01-01, and 20779 days follow.
	if raw, err := f.GetCellValue("Sheet1", "E2", excelize.Options{RawCellValue: true}); err != nil || raw != "46348" {
		t.Errorf("the date is stored as %q, %v", raw, err)
	}
	raw, err := f.GetCellValue("Sheet1", "D2", excelize.Options{RawCellValue: true})
	if serial, _ := strconv.ParseFloat(raw, 64); err != nil || math.Abs((serial-46348)*86400-36900.123456) > 1e-5 {
		t.Errorf("the timestamp is stored as %q, %v", raw, err)
	}
	if typ, err := f.GetCellType("Sheet1", "C2"); err != nil || typ != excelize.CellTypeInlineString && typ != excelize.CellTypeSharedString {
		t.Errorf("text is of type %v, %v", typ, err)
	}
	panes, err := f.GetPanes("Sheet1")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	// A wrong dimension hides rows from those who trust it.
	if dimension, err := f.GetSheetDimension("Sheet1"); err != nil || dimension != "" {
		t.Errorf("the sheet says that it reaches to %s, %v", dimension, err)
	}
	names := f.GetDefinedName()
	if len(names) != 1 || !strings.Contains(names[0].RefersTo, "$A$1:$G$4") {
		t.Errorf("the filter is %+v", names)
	}
}

func TestXLSXGoesOnToTheNextSheet(t *testing.T) {
	s := session(t)
	rows, err := s.Query(t.Context(), "SELECT i FROM range(25) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b bytes.Buffer
	if _, err := Copy(&sheetWriter{w: &b, rowsMax: 11}, rows); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sheet, want := range map[string][2]string{"Sheet1": {"0", "9"}, "Sheet2": {"10", "19"}, "Sheet3": {"20", "24"}} {
		rows, err := f.GetRows(sheet)
		if err != nil || rows[0][0] != "i" || rows[1][0] != want[0] || rows[len(rows)-1][0] != want[1] {
			t.Errorf("%s: %q, %v", sheet, rows, err)
		}
	}
}

func TestFilesAreCompleteOrNotThere(t *testing.T) {
	s := session(t)
	dir := t.TempDir()
	target := Target{Path: filepath.Join(dir, "out.csv"), Format: CSV}
	failing := Query{SQL: "SELECT CASE WHEN i = 100000 THEN error('late') END FROM range(200000) t(i)"}
	if _, err := Run(t.Context(), s, failing, target); err == nil {
		t.Error("a failing query is no error")
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("a failure leaves %v", left)
	}
	if n, err := Run(t.Context(), s, Query{SQL: "SELECT 1 AS a"}, target); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := Run(t.Context(), s, Query{SQL: "SELECT 2 AS a"}, target); !errors.Is(err, ErrExists) {
		t.Errorf("overwritten without force: %v", err)
	}
	target.Force = true
	if _, err := Run(t.Context(), s, Query{SQL: "SELECT 2 AS a"}, target); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(target.Path); string(data) != "a\n2\n" {
		t.Errorf("the file holds %q", data)
	}
	target.Path = filepath.Join(dir, "missing", "out.csv")
	if _, err := Run(t.Context(), s, Query{SQL: "SELECT 1"}, target); err == nil || !strings.Contains(err.Error(), target.Path) {
		t.Errorf("a missing directory: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v are left", left)
	}
}

// What is no regular file is written to: a rename would replace a device
// for everybody.
func TestDevicesAreNeverReplaced(t *testing.T) {
	s := session(t)
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Skip(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s is no device here: %v, %v", os.DevNull, info.Mode(), err)
	}
	for _, target := range []Target{{Path: link, Format: CSV}, {Path: link, Format: XLSX, Force: true}} {
		if n, err := Run(t.Context(), s, Query{SQL: "SELECT 1 AS a"}, target); n != 1 || err != nil {
			t.Error(n, err)
		}
		if err := WriteFile(target, func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }); err != nil {
			t.Error(err)
		}
	}
	if to, err := os.Readlink(link); to != os.DevNull || err != nil {
		t.Errorf("the link was replaced: %q, %v", to, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v are left", left)
	}
	if _, err := Run(t.Context(), s, Query{SQL: "SELECT 1 AS a"}, Target{Path: link, Format: Parquet}); err == nil {
		t.Error("Parquet was written to a device")
	}
}

func TestParquetFile(t *testing.T) {
	s := session(t)
	path := filepath.Join(t.TempDir(), "it's.parquet")
	n, err := Run(t.Context(), s, Query{"SELECT i, $1 AS who, to_timestamp(i) AS moment FROM range(10) t(i)", []any{"x'y"}}, Target{Path: path, Format: Parquet})
	if err != nil || n != 10 {
		t.Fatal(n, err)
	}
	got := render(t, s, CSV, "SELECT sum(i) AS s, min(who) AS w, max(moment) AS m FROM read_parquet("+warehouse.QuoteText(path)+")", Options{})
	if got != "s,w,m\n45,x'y,1970-01-01T00:00:09.000000Z\n" {
		t.Error(got)
	}
}

func TestSplitNamesFilesSafely(t *testing.T) {
	s := session(t)
	dir := t.TempDir()
	values := []string{"tcp", "../../etc/passwd", "TCP", "", "a b", "a/b", strings.Repeat("é", 100)}
	var parts []Part
	for _, v := range values {
		parts = append(parts, Part{v, Query{"SELECT $1 AS v", []any{v}}})
	}
	written, err := Split(t.Context(), s, parts, Target{Path: filepath.Join(dir, "out.csv"), Format: CSV})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"out_tcp.csv", "out_.._.._etc_passwd.csv", "out_TCP_2.csv", "out_empty.csv", "out_a_b.csv", "out_a_b_2.csv", "out_" + strings.Repeat("é", 40) + ".csv"}
	for i, w := range written {
		if filepath.Dir(w.Path) != dir || filepath.Base(w.Path) != want[i] || w.Rows != 1 {
			t.Errorf("%q went to %+v, want %s", values[i], w, want[i])
		}
	}
}

func TestCancelStopsAFile(t *testing.T) {
	s := session(t)
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Run(ctx, s, Query{SQL: "SELECT i FROM range(100000000000) t(i)"}, Target{Path: filepath.Join(dir, "x.csv"), Format: CSV})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("a cancelled export leaves %v", left)
	}
}

func TestFormats(t *testing.T) {
	for path, want := range map[string]Format{"a.csv": CSV, "A.CSV": CSV, "a.tsv": TSV, "a.json": JSON, "a.ndjson": NDJSON,
		"a.jsonl": NDJSON, "a.md": Markdown, "a.xlsx": XLSX, "a.b.parquet": Parquet} {
		if got, err := FormatOf(path); got != want || err != nil {
			t.Errorf("%s: %s, %v", path, got, err)
		}
	}
	for _, path := range []string{"a", "a.csv.gz", "-"} {
		if _, err := FormatOf(path); err == nil {
			t.Errorf("%s has a format", path)
		}
	}
	if _, err := ParseFormat("excel"); err == nil || !strings.Contains(err.Error(), "xlsx") {
		t.Error(err)
	}
}

func BenchmarkWrite(b *testing.B) {
	s := session(b)
	const sql = `SELECT i, i * 2 AS j, i / 3 AS x, 'text ' || i AS t, to_timestamp(i) AS at, '10.0.0.1' AS ip, i % 7 = 0 AS f,
		CASE WHEN i % 2 = 0 THEN i END AS h, DATE '2026-11-22' AS d, i AS k FROM range(200000) t(i)`
	for _, format := range []Format{CSV, NDJSON, XLSX} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				var n int64
				target := Target{Path: "-", Format: format, Stdout: counter{&n}}
				if _, err := Run(b.Context(), s, Query{SQL: sql}, target); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*2e6/b.Elapsed().Seconds(), "cells/s")
		})
	}
}

type counter struct{ n *int64 }

func (c counter) Write(p []byte) (int, error) { *c.n += int64(len(p)); return len(p), nil }
