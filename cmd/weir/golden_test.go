package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGolden holds the flows of testdata/captures to rows that were worked
// out independently, in every column that those have.
func TestGolden(t *testing.T) {
	want, err := os.ReadFile(moduleFile("testdata", "golden", "flows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	header, wanted := readCSV(t, want)
	house := filepath.Join(t.TempDir(), "warehouse")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures"))
	out := must(t, "query", "-w", house, "--format", "csv", "SELECT "+strings.Join(header, ", ")+" FROM flows")
	_, got := readCSV(t, []byte(out))
	if len(got) != len(wanted) {
		t.Errorf("%d flows, want %d", len(got), len(wanted))
	}
	left := map[string]int{}
	for _, row := range wanted {
		left[strings.Join(row, ",")]++
	}
	for _, row := range got {
		if line := strings.Join(row, ","); left[line] > 0 {
			left[line]--
		} else {
			t.Errorf("not in golden/flows.csv: %s", line)
		}
	}
	for line, n := range left {
		if n > 0 {
			t.Errorf("missing %d times:         %s", n, line)
		}
	}
}

func readCSV(t *testing.T, b []byte) (header []string, rows [][]string) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	return rows[0], rows[1:]
}
