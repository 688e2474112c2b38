package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"weir/testdata/beside"
)

// record is a row by the names of its columns. Numbers are json.Number.
type record map[string]any

// TestExpectedDerived compares what SQL answers with the answers of a second
// implementation of the metering rules, row by row: all columns that it has,
// stored ones and those that the view derives, and the sums of each capture.
func TestExpectedDerived(t *testing.T) {
	if testing.Short() {
		t.Skip("ingests 100 MB")
	}
	captures, expected := beside.Path(t, "captures"), beside.Path(t, "expected")
	house := filepath.Join(t.TempDir(), "warehouse")
	must(t, "ingest", "-w", house, captures)
	compareSums(t, house, filepath.Join(expected, "captures.tsv"))

	files, err := filepath.Glob(filepath.Join(expected, "flows", "*.ndjson.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of expected flows: %v", len(files), err)
	}
	want := map[string][]record{}
	var sources []string
	columns := map[string]bool{}
	for _, file := range files {
		source := strings.TrimSuffix(filepath.Base(file), ".ndjson.gz")
		sources = append(sources, "'"+source+"'")
		want[source] = expectedRows(t, file)
		for _, row := range want[source] {
			for name := range row {
				columns[name] = true
			}
		}
	}
	if len(columns) < 150 {
		t.Errorf("only %d columns are compared", len(columns))
	}
	names := slices.Sorted(maps.Keys(columns))
	out := must(t, "query", "-w", house, "--format", "ndjson", fmt.Sprintf(`SELECT "%s" FROM flows WHERE source IN (%s)`,
		strings.Join(names, `", "`), strings.Join(sources, ", ")))
	got := map[string][]record{}
	for line := range strings.Lines(out) {
		row := parseRow(t, line)
		source := row["source"].(string)
		got[source] = append(got[source], row)
	}
	rows, bad := 0, 0
	for source := range want {
		rows += len(want[source])
		bad += compareSource(t, source, want[source], got[source])
	}
	t.Logf("%d of %d rows are equal in %d columns", rows-bad, rows, len(names))
}

func expectedRows(t *testing.T, file string) (rows []record) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(bufio.NewReader(z))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		rows = append(rows, parseRow(t, line))
	}
	return rows
}

func parseRow(t *testing.T, line string) (row record) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&row); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return row
}

// compareSource pairs the rows of a capture by what they are about, then
// compares each pair, and returns how many differ.
func compareSource(t *testing.T, source string, want, got []record) (bad int) {
	t.Helper()
	left := map[string][]record{}
	for _, row := range got {
		left[identity(row)] = append(left[identity(row)], row)
	}
	for _, w := range want {
		candidates := left[identity(w)]
		if len(candidates) == 0 {
			t.Errorf("%s: no row %s", source, identity(w))
			bad++
			continue
		}
		best, least := 0, differences(w, candidates[0])
		for i, c := range candidates[1:] {
			if d := differences(w, c); len(d) < len(least) {
				best, least = i+1, d
			}
		}
		left[identity(w)] = slices.Delete(candidates, best, best+1)
		if len(least) > 0 {
			bad++
			t.Errorf("%s: %s: %s", source, identity(w), strings.Join(least, "; "))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", source, len(got), len(want))
	}
	return bad
}

// identity tells which flow a row is about. Flows that the key keeps apart by
// more than this share it.
func identity(row record) string {
	return fmt.Sprint(row["protocol"], " ", row["flow_id"], " ", row["tunnel"], " ", row["ether_type"], " ", row["start_time"], " slice ", row["slice"])
}

// differences names the columns in which a row is not as wanted.
func differences(want, got record) (found []string) {
	for name, w := range want {
		g, has := got[name]
		if !has || !equal(w, g) {
			found = append(found, fmt.Sprintf("%s is %v, want %v", name, g, w))
		}
	}
	slices.Sort(found)
	return found
}

// equal compares JSON values; numbers that are not whole to nine digits.
func equal(want, got any) bool {
	w, isNumber := want.(json.Number)
	g, both := got.(json.Number)
	if !isNumber || !both {
		return want == got
	}
	if w == g {
		return true
	}
	x, err := w.Float64()
	y, err2 := g.Float64()
	if err != nil || err2 != nil {
		return false
	}
	if _, err := strconv.ParseInt(w.String(), 10, 64); err == nil {
		return x == y
	}
	return math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
}

// compareSums holds the table captures to the second implementation's sums.
func compareSums(t *testing.T, house, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(b)))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := lines[0]
	compared := slices.DeleteFunc(slices.Clone(header), func(name string) bool { return name == "capture" || name == "warning" })
	out := must(t, "query", "-w", house, "--format", "csv", "SELECT source, "+strings.Join(compared, ", ")+" FROM captures")
	_, rows := readCSV(t, []byte(out))
	bySource := map[string][]string{}
	for _, row := range rows {
		bySource[row[0]] = row[1:]
	}
	for _, line := range lines[1:] {
		got, in := bySource[line[0]]
		if len(line) < len(header)-1 || line[slices.Index(header, "rejected_truncated")] == "" {
			if in {
				t.Errorf("%s is in, but the second implementation refuses it", line[0])
			}
			continue
		}
		for i, name := range compared {
			if want := line[slices.Index(header, name)]; !in || got[i] != want {
				t.Errorf("%s: %s differs: %v, want %s", line[0], name, got, want)
				break
			}
		}
	}
}
