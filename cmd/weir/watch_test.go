package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"weir/extract/capture"
)

// rotated is a sensor's traffic, cut into files that have not come to the spool yet.
type rotated struct {
	parts [][]frame
	spool string
	whole string // a directory of all files
}

func newRotated(t *testing.T, repeats, parts int) *rotated {
	t.Helper()
	dir := t.TempDir()
	r := &rotated{spool: filepath.Join(dir, "spool"), whole: filepath.Join(dir, "whole")}
	for _, d := range []string{r.spool, r.whole} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "all.pcap")
	writeCapture(t, path, 0, repeats)
	frames := readFrames(t, path)
	for i := range parts {
		r.parts = append(r.parts, frames[i*len(frames)/parts:(i+1)*len(frames)/parts])
		writeFrames(t, r.at(r.whole, i), r.parts[i])
	}
	return r
}

func (r *rotated) at(dir string, i int) string {
	return filepath.Join(dir, fmt.Sprintf("eth0-%05d.pcap", i))
}

// put brings a file to the spool that was finished a minute ago.
func (r *rotated) put(t *testing.T, i int) {
	t.Helper()
	writeFrames(t, r.at(r.spool, i), r.parts[i])
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(r.at(r.spool, i), old, old); err != nil {
		t.Fatal(err)
	}
}

// seriesRows returns the rows of all tables but for what names the capture. That
// a flow was silent until a file's end is not the same as for good.
func seriesRows(t *testing.T, house string) string {
	t.Helper()
	rows := must(t, "query", "-w", house, "SELECT * EXCLUDE (capture_id, flow_uid) REPLACE (CASE end_reason WHEN 'eof' THEN 'idle' ELSE end_reason END AS end_reason) FROM flows ORDER BY ALL")
	for _, table := range []string{"dns", "http", "tls"} {
		rows += must(t, "query", "-w", house, "SELECT * EXCLUDE (capture_id, flow_uid) FROM "+table+" ORDER BY ALL")
	}
	return rows
}

// sameSeries compares a warehouse with one that has the same files at once.
func (r *rotated) sameSeries(t *testing.T, house string) {
	t.Helper()
	joined := filepath.Join(t.TempDir(), "joined")
	must(t, "ingest", "-w", joined, "--continuous", r.whole)
	got, want := strings.Split(seriesRows(t, house), "\n"), strings.Split(seriesRows(t, joined), "\n")
	for i := range max(len(got), len(want)) {
		if at(got, i) != at(want, i) {
			t.Fatalf("%d rows, and %d of the files at once; row %d differs:\n%s\n%s", len(got), len(want), i, at(got, i), at(want, i))
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d rows compared", len(want))
	}
	if out := must(t, "verify", "-w", house); !strings.Contains(out, "all is well") {
		t.Errorf("verify: %s", out)
	}
	if out := must(t, "query", "-w", house, "SELECT count(*) = count(DISTINCT flow_uid) AS ok FROM flows"); out != "ok\ntrue\n" {
		t.Error("flows are in twice")
	}
	if out := must(t, "query", "-w", house, "SELECT sum(packets) = (SELECT sum(packets) FROM captures) AND sum(packets_in_flows) = (SELECT sum(total_packets) FROM flows) AS ok FROM captures"); out != "ok\ntrue\n" {
		t.Error("packets are missing")
	}
}

// TestWatchKilled kills a watch at random moments, while files come; at the end the rows
// are those of all files at once, whatever became of the files.
func TestWatchKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a watch dozens of times")
	}
	for name, flags := range map[string][]string{"kept": nil, "deleted": {"--delete"}, "moved": {"--move-to"}} {
		t.Run(name, func(t *testing.T) {
			r := newRotated(t, 80, 16)
			house, moved := filepath.Join(t.TempDir(), "house"), filepath.Join(t.TempDir(), "moved")
			args := append([]string{"watch", "-w", house, r.spool, "--once"}, flags...)
			if name == "moved" {
				args = append(args, moved)
			}
			kills, seed := 0, rand.Uint64()
			random := rand.New(rand.NewPCG(seed, 0))
			t.Logf("seed %d", seed)
			usual := 300 * time.Millisecond
			for i := range r.parts {
				r.put(t, i)
				if random.IntN(3) == 0 {
					continue
				}
				for range 2 {
					if !killAfter(t, time.Duration(random.Int64N(int64(usual))), args...) {
						kills++
					}
				}
				if random.IntN(4) == 0 {
					began := time.Now()
					must(t, args...)
					usual = time.Since(began)
				}
			}
			args[4] = "--final"
			for range 3 {
				if !killAfter(t, time.Duration(random.Int64N(int64(usual))), args...) {
					kills++
				}
			}
			must(t, args...)
			t.Logf("killed %d times, a run takes %v", kills, usual)
			r.sameSeries(t, house)
			if out := must(t, "query", "-w", house, "SELECT count(*) FILTER (packets > 0) AS files, count(warning) AS warnings, count(DISTINCT settings->>'session') AS series FROM captures"); out != fmt.Sprintf("files,warnings,series\n%d,0,1\n", len(r.parts)) {
				t.Errorf("captures: %s", out)
			}
			r.whereabouts(t, name, moved)
		})
	}
}

// whereabouts checks where the files are in the end.
func (r *rotated) whereabouts(t *testing.T, name, moved string) {
	t.Helper()
	for i := range r.parts {
		want := map[string]string{"kept": r.at(r.spool, i), "moved": r.at(moved, i)}[name]
		if left := exists(r.at(r.spool, i)); left != (name == "kept") {
			t.Errorf("%s is in the spool: %v", r.at(r.spool, i), left)
		}
		if want == "" {
			continue
		}
		got, err := os.ReadFile(want)
		whole, other := os.ReadFile(r.at(r.whole, i))
		if err != nil || other != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s is not as it was: %v %v", want, err, other)
		}
	}
}

// TestWatchTakesWhatIsFinished follows a sensor: the file that it writes is left alone
// until it is closed and has a successor.
func TestWatchTakesWhatIsFinished(t *testing.T) {
	if testing.Short() {
		t.Skip("watches for seconds")
	}
	r := newRotated(t, 30, 4)
	house := filepath.Join(t.TempDir(), "house")
	cmd := exec.Command("weir", "watch", "-w", house, r.spool, "--log-format", "json", "--poll", "20ms", "--settle", "1h", "--json")
	var messages, result bytes.Buffer
	cmd.Stderr, cmd.Stdout = &messages, &result
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	writing, err := os.Create(r.at(r.spool, 0))
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(r.at(r.whole, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writing.Write(first); err != nil {
		t.Fatal(err)
	}
	if _, known := capture.IsWritten(writing.Name()); !known {
		t.Skip("the file system does not tell who writes")
	}
	time.Sleep(100 * time.Millisecond)
	for _, i := range []int{1, 2} { // 0 is still open, 2 has no successor
		writeFrames(t, r.at(r.spool, i), r.parts[i])
		time.Sleep(30 * time.Millisecond)
	}
	waitFor(t, func() bool { return taken(t, house) == "1" }, "the file with a successor is not taken in")
	time.Sleep(200 * time.Millisecond)
	if got := taken(t, house); got != "1" {
		t.Errorf("%s files are in, want the one that is closed and has a successor", got)
	}
	writing.Close()
	waitFor(t, func() bool { return taken(t, house) == "2" }, "the file that was closed is not taken in")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, messages.String())
	}
	var w watched
	if err := json.Unmarshal(result.Bytes(), &w); err != nil || w.Captures != 2 || w.Unfinished != 1 || w.OpenFlows == 0 {
		t.Errorf("result %s, %v", result.String(), err)
	}
	if out := must(t, "query", "-w", house, "SELECT warning LIKE '%begins % before the end of what came in before it%' AS told FROM captures WHERE source = 'eth0-00000.pcap'"); out != "told\ntrue\n" {
		t.Errorf("a file that came late: %s", out)
	}
	must(t, "verify", "-w", house)
}

func waitFor(t *testing.T, true func() bool, otherwise string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !true(); {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// taken returns how many captures are in.
func taken(t *testing.T, house string) string {
	t.Helper()
	out, _, code := weir(t, "query", "-w", house, "SELECT count(*) FROM captures")
	if code != exitDone {
		return "0"
	}
	return strings.TrimSpace(strings.TrimPrefix(out, "count_star()\n"))
}

// TestWatchLosesOpenFlows: where files that hold open flows are gone before the next
// run, that is said, and the rest comes in.
func TestWatchLosesOpenFlows(t *testing.T) {
	r := newRotated(t, 30, 4)
	house := filepath.Join(t.TempDir(), "house")
	r.put(t, 0)
	r.put(t, 1)
	must(t, "watch", "-w", house, r.spool, "--once")
	for i := range 2 {
		if err := os.Remove(r.at(r.spool, i)); err != nil {
			t.Fatal(err)
		}
	}
	r.put(t, 2)
	_, messages, code := weir(t, "watch", "-w", house, r.spool, "--final")
	if code != exitDone || !strings.Contains(messages, "is gone or is another file now: ") || !strings.Contains(messages, " that were open, of ") {
		t.Errorf("status %d: %s", code, messages)
	}
	must(t, "verify", "-w", house)
	if out := must(t, "query", "-w", house, "SELECT source, warning IS NOT NULL AS told FROM captures WHERE packets > 0 ORDER BY source"); out != "source,told\neth0-00000.pcap,false\neth0-00001.pcap,false\neth0-00002.pcap,true\n" {
		t.Errorf("captures: %s", out)
	}
}

// TestWatchAppended: what is written to a file after it was taken in is not taken for
// another capture, and not passed over in silence.
func TestWatchAppended(t *testing.T) {
	r := newRotated(t, 10, 2)
	house := filepath.Join(t.TempDir(), "house")
	r.put(t, 0)
	must(t, "watch", "-w", house, r.spool, "--once", "--settle", "0s")
	f, err := os.OpenFile(r.at(r.spool, 0), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.ReadFile(r.at(r.whole, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(more[24:]); err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, messages, code := weir(t, "watch", "-w", house, r.spool, "--once", "--settle", "0s", "--delete")
	if want := fmt.Sprintf("its last %d bytes are not in", len(more)-24); code == exitDone || !strings.Contains(messages, want) {
		t.Errorf("status %d: %s; want %s", code, messages, want)
	}
	if got := taken(t, house); got != "1" || !exists(f.Name()) {
		t.Errorf("%s captures, file there %v", got, exists(f.Name()))
	}
}
