package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file whose name holds quotes, newlines and escapes goes in under that name, and
// no message lets it move a terminal's cursor or pass for a line of its own.
func TestHostileFileNames(t *testing.T) {
	name := "a'b\"c\n\x1b[2J\x1b]0;owned\x07;DROP TABLE flows--.pcap"
	captures, err := filepath.Glob("../../testdata/captures/*.pcap")
	if err != nil || len(captures) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	b, err := os.ReadFile(captures[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, house := filepath.Join(dir, name), filepath.Join(dir, "house")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Skipf("such a name is not to be had: %v", err)
	}
	weir := func(args ...string) (stdout, stderr string) {
		var out, errs bytes.Buffer
		run(context.Background(), append([]string{"-w", house}, args...), streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"})
		if strings.ContainsAny(errs.String(), "\x1b\x07") {
			t.Errorf("%v: escapes in %q", args, errs.String())
		}
		return out.String(), errs.String()
	}
	if _, said := weir("ingest", path); !strings.Contains(said, `a'b"c\n\x1b[2J\x1b]0;owned\x07`) {
		t.Errorf("the name is not told in one line: %q", said)
	}
	weir("ingest", path)
	weir("ingest", path+"\x1bmissing")
	out, _ := weir("--json", "ingest", path)
	var result struct {
		Captures []struct{ Path string }
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || len(result.Captures) != 1 || result.Captures[0].Path != path {
		t.Errorf("JSON tells %+v, %v", result, err)
	}
	out, _ = weir("query", "--format", "json", "SELECT DISTINCT source FROM flows")
	var rows []map[string]string
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 1 || rows[0]["source"] != name {
		t.Errorf("the column source has %q, %v", out, err)
	}
	for _, args := range [][]string{{"query", "--format", "table", "SELECT source, path FROM captures"}, {"status"}, {"report"}} {
		if out, _ := weir(args...); strings.ContainsAny(out, "\x1b\x07") {
			t.Errorf("%v: escapes in %q", args, out)
		}
	}
}

// A file whose name is not UTF-8 is found by it, and harms no row: Parquet's text is
// UTF-8, and no reader takes a file with other bytes.
func TestFileNameThatIsNotUTF8(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile("../../testdata/captures/midnight.pcap")
	if err != nil {
		t.Fatal(err)
	}
	path, house := filepath.Join(dir, "caf\xe9.pcap"), filepath.Join(dir, "house")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Skipf("such a name is not to be had: %v", err)
	}
	weir := func(want int, args ...string) string {
		var out, errs bytes.Buffer
		s := streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"}
		if code := run(context.Background(), append([]string{"-w", house}, args...), s); code != want {
			t.Errorf("%q: status %d, %s", args, code, errs.String())
		}
		return out.String()
	}
	weir(exitUsage, "ingest", path, "--label", "caf\xe9")
	weir(exitDone, "ingest", path)
	for _, sql := range []string{"SELECT source FROM captures", "SELECT DISTINCT source FROM flows"} {
		if out := weir(exitDone, "query", sql); out != "source\ncaf\uFFFD.pcap\n" {
			t.Errorf("%s: %q", sql, out)
		}
	}
	if out := weir(exitDone, "query", "SELECT count(*) AS n FROM captures WHERE path LIKE '%.pcap'"); out != "n\n1\n" {
		t.Errorf("the column path cannot be read: %q", out)
	}
}

// An empty name of a warehouse would be the working directory.
func TestEmptyNameOfWarehouse(t *testing.T) {
	var out, errs bytes.Buffer
	s := streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"}
	if code := run(context.Background(), []string{"-w", "", "status"}, s); code != exitUsage || !strings.Contains(errs.String(), "empty") {
		t.Errorf("status %d, %q", code, errs.String())
	}
}

// With --json an export into files is told as data, and the files are what their names say.
func TestExportTellsFilesAsJSON(t *testing.T) {
	dir := t.TempDir()
	house, file := filepath.Join(dir, "house"), filepath.Join(dir, "flows.csv")
	weir := func(args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		s := streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"}
		code := run(context.Background(), append([]string{"-w", house}, args...), s)
		return out.String(), errs.String(), code
	}
	weir("ingest", "../../testdata/captures/midnight.pcap")
	out, errs, code := weir("export", file, "--json", "--columns", "protocol")
	var result exported
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != exitDone || errs != "" ||
		result.Flows != 3 || len(result.Outputs) != 1 || result.Outputs[0] != (outputFile{file, 3}) {
		t.Errorf("status %d, %q, %q, %v", code, out, errs, err)
	}
	if b, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(b), "protocol\n") {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if _, errs, code := weir("export", "-", "--split-by", "protocol"); code != exitUsage {
		t.Errorf("a split to standard output: status %d, %q", code, errs)
	}
	if _, errs, _ := weir("ingest", "-"); strings.Contains(errs, "spool") {
		t.Errorf("a temporary name is told: %q", errs)
	}
}
