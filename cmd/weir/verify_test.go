package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// smallHouse ingests the captures of testdata, each by itself, and returns
// the warehouse.
func smallHouse(t *testing.T) string {
	t.Helper()
	house := filepath.Join(t.TempDir(), "warehouse")
	for name := range captureNames() {
		must(t, "ingest", "-w", house, moduleFile("testdata", "captures", name))
	}
	return house
}

// flowFile returns a data file of the flows table, of a protocol.
func flowFile(t *testing.T, house, protocol string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(house, "flows", "date=2026-03-14", "protocol="+protocol, "*.parquet"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no data file of %s: %v", protocol, err)
	}
	return found[0]
}

func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(data), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// commitLine appends a version to the log of a table, as a program might that
// does not do as it should.
func commitLine(t *testing.T, house, table string, actions ...string) {
	t.Helper()
	for version := 0; ; version++ {
		f, err := os.OpenFile(filepath.Join(house, table, "_delta_log", fmt.Sprintf("%020d.json", version)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			_, err = f.WriteString(strings.Join(actions, "\n") + "\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		return
	}
}

// addOf returns the line of the log that added a file.
func addOf(t *testing.T, house, table, file string) string {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(house, table, "_delta_log", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, `{"add"`) && strings.Contains(line, filepath.Base(file)) {
				return strings.TrimSpace(line)
			}
		}
	}
	t.Fatalf("no log entry adds %s", file)
	return ""
}

// TestVerifyFindsDamage damages a warehouse in one way after the other. Each
// is found, by a message that names the file or the capture and the cause.
func TestVerifyFindsDamage(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(t *testing.T, house string)
		want   string
	}{
		"missing file": {func(t *testing.T, house string) { os.Remove(flowFile(t, house, "udp")) },
			`damage: flows/date=2026-03-14/protocol=udp/part-\S+: is missing: \d+ rows are lost, from 2026-03-14T`},
		"cut file": {func(t *testing.T, house string) {
			edit(t, flowFile(t, house, "udp"), func(b []byte) []byte { return b[:len(b)-100] })
		}, `protocol=udp/part-\S+: data file \S+ has \d+ bytes, not the \d+ that the log says`},
		"zeros": {func(t *testing.T, house string) {
			edit(t, flowFile(t, house, "udp"), func(b []byte) []byte { copy(b[600:], make([]byte, 40)); return b })
		}, `protocol=udp/part-\S+: data file \S+: its bytes are not those that were written \(.*\); row group 0, column \w+: page at byte \d+: `},
		"damaged footer": {func(t *testing.T, house string) {
			edit(t, flowFile(t, house, "udp"), func(b []byte) []byte { copy(b[len(b)-200:], make([]byte, 190)); return b })
		}, `damage: flows/date=2026-03-14/protocol=udp/part-\S+: data file`},
		"file of another day": {func(t *testing.T, house string) {
			from := flowFile(t, house, "tcp")
			to := filepath.Join(house, "flows", "date=2026-03-20", "protocol=tcp", "moved.parquet")
			os.MkdirAll(filepath.Dir(to), 0o777)
			os.Link(from, to)
			line := addOf(t, house, "flows", from)
			line = regexp.MustCompile(`"path":"[^"]*"`).ReplaceAllString(line, `"path":"date=2026-03-20/protocol=tcp/moved.parquet"`)
			commitLine(t, house, "flows", strings.Replace(line, `"date":"2026-03-14"`, `"date":"2026-03-20"`, 1))
		}, `date=2026-03-20/protocol=tcp/moved.parquet: column start_time has \d+ times outside of the partition's date 2026-03-20`},
		"rows twice": {func(t *testing.T, house string) {
			from := flowFile(t, house, "tcp")
			os.Link(from, filepath.Join(filepath.Dir(from), "twice.parquet"))
			commitLine(t, house, "flows", strings.Replace(addOf(t, house, "flows", from), filepath.Base(from), "twice.parquet", 1))
		}, `damage: captures: capture \w+: \d+ of its \d+ flows are in twice`},
		"wrong statistics": {func(t *testing.T, house string) {
			from := flowFile(t, house, "tcp")
			line := regexp.MustCompile(`\\"end_time\\":\\"[^\\]*\\"`).ReplaceAllString(addOf(t, house, "flows", from), `\"end_time\":\"2001-01-01T00:00:00.000Z\"`)
			commitLine(t, house, "flows", line)
		}, `protocol=tcp/part-\S+: column end_time has \d+ values beyond the bounds in the log, 2001-01-01T00:00:00.000Z to `},
		"wrong count": {func(t *testing.T, house string) {
			line := regexp.MustCompile(`\\"numRecords\\":\d+`).ReplaceAllString(addOf(t, house, "flows", flowFile(t, house, "tcp")), `\"numRecords\":77`)
			commitLine(t, house, "flows", line)
		}, `has \d rows, not the 77 that the log says`},
		"capture row lost": {func(t *testing.T, house string) {
			found, _ := filepath.Glob(filepath.Join(house, "captures", "*.parquet"))
			commitLine(t, house, "captures", `{"remove":{"path":"`+filepath.Base(found[0])+`","deletionTimestamp":1,"dataChange":true}}`)
		}, `note: captures: capture \w+: \d flows are in and the capture is not`},
		"damaged log": {func(t *testing.T, house string) {
			edit(t, filepath.Join(house, "flows", "_delta_log", "00000000000000000005.json"), func(b []byte) []byte { return b[:len(b)/2] })
		}, `damaged log file \S+00000000000000000005.json`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			house := smallHouse(t)
			if out := must(t, "verify", "-w", house); !strings.Contains(out, "9 captures checked for conservation\nall is well\n") {
				t.Fatalf("before the damage: %s", out)
			}
			c.damage(t, house)
			out, messages, code := weir(t, "verify", "-w", house)
			if !regexp.MustCompile(c.want).MatchString(out + messages) {
				t.Errorf("got\n%s%s\nwant a match of %s", out, messages, c.want)
			}
			if want := exitFailed; code != want && !strings.HasPrefix(c.want, "note") {
				t.Errorf("status %d, want %d", code, want)
			}
		})
	}
}

// TestRepair takes a lost file out of its table, and removes leftovers.
func TestRepair(t *testing.T) {
	house := smallHouse(t)
	lost := flowFile(t, house, "udp")
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(house, "flows", "_tmp", "stray.parquet.tmp")
	if err := os.WriteFile(stray, []byte("half a file"), 0o666); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(stray, old, old); err != nil {
		t.Fatal(err)
	}
	if _, _, code := weir(t, "query", "-w", house, "SELECT sum(total_bytes) FROM flows"); code != exitFailed {
		t.Errorf("a query of a table that lacks a file: status %d", code)
	}
	out, _, code := weir(t, "verify", "--repair", "--json", "-w", house)
	var result struct {
		Damage, Repaired []struct{ Table, File, Message string }
		Orphans          []struct {
			Table       string
			OrphanFiles int64 `json:"orphan_files"`
		}
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	if code != exitFailed || len(result.Damage) != 1 || len(result.Repaired) != 1 || !strings.HasSuffix(lost, filepath.FromSlash(result.Repaired[0].File)) {
		t.Errorf("status %d: %+v", code, result)
	}
	removed := int64(0)
	for _, o := range result.Orphans {
		removed += o.OrphanFiles
	}
	if _, err := os.Stat(stray); err == nil || removed != 1 {
		t.Errorf("%d orphans removed, want 1", removed)
	}
	must(t, "query", "-w", house, "SELECT sum(total_bytes) FROM flows")
	if out := must(t, "verify", "-w", house); !strings.Contains(out, "expired in part") || !strings.HasSuffix(out, "all is well\n") {
		t.Errorf("after the repair: %s", out)
	}
}

// TestKeep goes through the life of a warehouse by the command line.
func TestKeep(t *testing.T) {
	house := smallHouse(t)
	all := must(t, "query", "-w", house, "SELECT * FROM flows ORDER BY flow_uid", "--format", "csv")
	if out := must(t, "compact", "-w", house, "--dry-run"); !strings.Contains(out, "flows: ") || strings.Contains(out, "rewritten") {
		t.Errorf("dry run: %s", out)
	}
	if out := must(t, "compact", "-w", house); !regexp.MustCompile(`(?m)^captures: 9 files of 1 partition with 9 rows rewritten as 1, `).MatchString(out) {
		t.Errorf("compact: %s", out)
	}
	if got := must(t, "query", "-w", house, "SELECT * FROM flows ORDER BY flow_uid", "--format", "csv"); got != all {
		t.Error("compaction changed the flows")
	}
	must(t, "verify", "-w", house)
	if out := must(t, "query", "-w", house, "--version", "1", "SELECT count(*) AS flows FROM captures"); out != "flows\n1\n" {
		t.Errorf("version 1 of flows is of one capture: %s", out)
	}
	if out := must(t, "expire", "-w", house, "--before", "2026-03-15"); !strings.Contains(out, "flows: 48 rows in ") {
		t.Errorf("expire: %s", out)
	}
	if _, totals := ingestJSON(t, exitDone, "-w", house, moduleFile("testdata", "captures")); totals["skipped"] != 9.0 {
		t.Errorf("an expired capture is taken in again: %v", totals)
	}
	out := must(t, "status", "--history", "--json", "-w", house)
	var changes []change
	if err := json.Unmarshal([]byte(out), &changes); err != nil {
		t.Fatal(err)
	}
	operations := map[string]int64{}
	for _, c := range changes {
		if c.Table == "flows" {
			operations[c.Operation] += c.RowsAdded - c.RowsRemoved
		}
	}
	if operations["WRITE"] != 49 || operations["OPTIMIZE"] != 0 || operations["EXPIRE"] != -48 {
		t.Errorf("rows by operation: %v", operations)
	}
	moment := changes[len(changes)-1].Time.Add(-time.Millisecond).Format(time.RFC3339Nano)
	if out := must(t, "export", "-w", house, "--as-of", moment, "--columns", "flow_uid", "-", "--format", "csv"); strings.Count(out, "\n") != 50 {
		t.Errorf("before the expiry there were 49 flows: %s", out)
	}
	if out := must(t, "report", "--json", "-w", house, "--as-of", moment); !strings.Contains(out, `"packets_in_flows": 202`) {
		t.Errorf("report of then: %s", out)
	}
	for _, wrong := range [][]string{{"query", "--as-of", "soon", "SELECT 1"}, {"query", "--version", "1", "--as-of", moment, "SELECT 1"}, {"expire"}, {"expire", "--keep", "x"},
		{"expire", "--before", "2026-13-01"}, {"expire", "--keep", "1d", "--table", "none"}, {"compact", "--grace", "-1s"}} {
		if _, messages, code := weir(t, append(wrong, "-w", house)...); code != exitUsage {
			t.Errorf("%v: status %d: %s", wrong, code, messages)
		}
	}
	for _, failing := range [][]string{{"query", "--version", "999", "SELECT 1"}, {"query", "--as-of", "2001-01-01", "SELECT 1"}} {
		if _, messages, code := weir(t, append(failing, "-w", house)...); code != exitFailed {
			t.Errorf("%v: status %d: %s", failing, code, messages)
		}
	}
	must(t, "compact", "-w", house, "--grace", "0s")
	must(t, "verify", "-w", house)
	if _, messages, code := weir(t, "query", "-w", house, "--version", "1", "SELECT count(*) FROM flows"); code != exitFailed || !strings.Contains(messages, "grace") {
		t.Errorf("a version whose files are gone: status %d: %s", code, messages)
	}
	for text, want := range map[string]time.Duration{"90d": 2160 * time.Hour, "2w": 336 * time.Hour, "36h": 36 * time.Hour} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
