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
