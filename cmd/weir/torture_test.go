package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	tortureFor  = flag.Duration("torture", 6*time.Second, "how long TestTorture goes on, such as 10m")
	tortureSeed = flag.Uint64("torture-seed", 0, "seed of TestTorture; 0 chooses one")
)

// tortureCut is the first day that the expirer leaves.
const tortureCut = "2026-03-16"

// TestTorture has ingesters, a compactor, an expirer and readers work on one
// warehouse, kills and interrupts them at random and starts them again. Then
// one run to the end must give the rows of an undisturbed one, in a warehouse
// without damage, as delta-rs sees it too. That again and again, each time in
// a new warehouse.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds or, with -torture, as long as one likes")
	}
	seed := *tortureSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("to repeat: -torture %v -torture-seed %d", *tortureFor, seed)
	dir := t.TempDir()
	captures := filepath.Join(dir, "captures")
	if err := os.Mkdir(captures, 0o777); err != nil {
		t.Fatal(err)
	}
	for i := range 8 { // half a day apart
		writeCapture(t, filepath.Join(captures, fmt.Sprintf("%d.pcap", i)), i*14400, 5+3*i)
	}
	calm := filepath.Join(dir, "calm")
	must(t, "ingest", "-w", calm, captures)
	want := tortureRows(t, calm)
	deadline := time.Now().Add(*tortureFor)
	totals := map[string]int{}
	for round := 0; round == 0 || time.Now().Before(deadline); round++ {
		r := &torture{t: t, house: filepath.Join(dir, fmt.Sprint("round", round)), captures: captures, counts: totals,
			end: time.Now().Add(min(3*time.Second, *tortureFor))}
		r.run(seed + uint64(round)*1000)
		r.judge(want)
		if t.Failed() {
			t.Fatalf("round %d failed", round)
		}
		if err := os.RemoveAll(r.house); err != nil {
			t.Fatal(err)
		}
		totals["rounds"]++
	}
	t.Logf("%d rows of flows each time; %v", strings.Count(want, "\n"), totals)
}

// tortureRows returns what does not expire.
func tortureRows(t *testing.T, house string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(must(t, "query", "-w", house, "SELECT flow_uid, total_packets, total_bytes, end_reason FROM flows WHERE date >= '"+tortureCut+"' ORDER BY ALL"))
	for _, table := range []string{"dns", "http", "tls"} {
		b.WriteString(must(t, "query", "-w", house, "SELECT flow_uid, time, src_ip, src_port FROM "+table+" WHERE date >= '"+tortureCut+"' ORDER BY ALL"))
	}
	b.WriteString(must(t, "query", "-w", house, "SELECT capture_id, packets, flows FROM captures ORDER BY ALL"))
	return b.String()
}

// torture is one round.
type torture struct {
	t        *testing.T
	house    string
	captures string
	end      time.Time
	mu       sync.Mutex
	counts   map[string]int // over all rounds
}

func (r *torture) count(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[what]++
}

// run lets the programs work until the end of the round.
func (r *torture) run(seed uint64) {
	var all sync.WaitGroup
	for i, worker := range []struct {
		name   string
		mortal bool
		args   []string
	}{
		{"ingest", true, []string{"ingest", r.captures}},
		{"ingest", true, []string{"ingest", r.captures}},
		{"ingest one", true, []string{"ingest", filepath.Join(r.captures, "7.pcap")}},
		{"compact", true, []string{"compact", "--grace", "4s"}},
		{"expire", true, []string{"expire", "--before", tortureCut}},
		{"read", false, []string{"query", "SELECT count(*) - count(DISTINCT flow_uid) AS double FROM flows"}},
		{"verify", false, []string{"verify"}},
	} {
		dice := rand.New(rand.NewPCG(seed, uint64(i)))
		all.Go(func() {
			for time.Now().Before(r.end) {
				r.step(dice, worker.name, worker.mortal, append(worker.args, "-w", r.house))
				time.Sleep(time.Duration(dice.IntN(150)) * time.Millisecond)
			}
		})
	}
	all.Wait()
}

// step runs a program, perhaps not to its end.
func (r *torture) step(dice *rand.Rand, name string, mortal bool, args []string) {
	cmd := exec.Command("weir", args...)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Start(); err != nil {
		r.t.Error(err)
		return
	}
	signal, after := syscall.Signal(0), time.Duration(0)
	if mortal && dice.IntN(4) > 0 {
		signal = []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT}[dice.IntN(4)]
		after = time.Duration(dice.IntN(600)) * time.Millisecond
		timer := time.AfterFunc(after, func() { cmd.Process.Signal(signal) })
		defer timer.Stop()
	}
	started := time.Now()
	err := cmd.Wait()
	code := cmd.ProcessState.ExitCode()
	switch {
	case err == nil:
		r.count(name + " done")
		if name == "read" && out.String() != "double\n0\n" {
			r.t.Errorf("a reader sees flows twice: %s", &out)
		}
	case strings.Contains(messages.String(), "no warehouse"):
		r.count(name + " too early")
	case signal == syscall.SIGKILL && code == -1:
		r.count(name + " killed")
	case signal != 0 && (code == exitInterrupted || code == -1): // the signal may come before it is listened to
		r.count(name + " interrupted")
		if late := time.Since(started) - after; late > 2*time.Second {
			r.t.Logf("%s ended %v after %v", name, late, signal)
		}
	default:
		r.t.Errorf("%s: %v: %s%s", name, err, &out, &messages)
	}
}

// judge runs everything to its end and compares.
func (r *torture) judge(want string) {
	t := r.t
	must(t, "ingest", "-w", r.house, r.captures)
	must(t, "expire", "-w", r.house, "--before", tortureCut)
	must(t, "compact", "-w", r.house, "--grace", "0s")
	if out, messages, code := weir(t, "verify", "-w", r.house); code != exitDone || strings.Contains(out, "note:") || strings.Contains(out, "no log knows") {
		t.Errorf("verify: status %d: %s%s", code, out, messages)
	}
	if got := tortureRows(t, r.house); got != want {
		t.Errorf("%d lines of rows, %d of an undisturbed run, and they are not the same", strings.Count(got, "\n"), strings.Count(want, "\n"))
	}
	if out := must(t, "query", "-w", r.house, "SELECT count(*) AS old FROM flows WHERE date < '"+tortureCut+"'"); out != "old\n0\n" {
		t.Errorf("expired: %s", out)
	}
	if left, err := filepath.Glob(filepath.Join(r.house, "*", "_tmp", "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	r.otherReader()
}

// otherReader compares what delta-rs counts, if there is one.
func (r *torture) otherReader() {
	const script = `
import os, sys
try:
    import deltalake
except ImportError:
    print("none"); sys.exit(0)
for name in ("flows", "dns", "captures"):
    table = deltalake.DeltaTable(sys.argv[1] + "/" + name)
    print(table.to_pyarrow_table(columns=["capture_id"]).num_rows)
sys.stdout.flush()
os._exit(0) # the end of the interpreter now and then aborts in a library's threads
`
	python, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	out, err := exec.Command(python, "-c", script, r.house).CombinedOutput()
	if strings.TrimSpace(string(out)) == "none" {
		return
	}
	want := ""
	for _, table := range []string{"flows", "dns", "captures"} {
		_, n, _ := strings.Cut(must(r.t, "query", "-w", r.house, "SELECT count(*) AS n FROM "+table), "\n")
		want += n
	}
	if err != nil || string(out) != want {
		r.t.Errorf("delta-rs counts %q, want %q: %v", out, want, err)
	}
	r.count("compared with delta-rs")
}

// smallDisk mounts a file system of its own, or skips the test.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).Run(); err != nil {
		t.Skipf("no permission to mount: %v", err)
	}
	t.Cleanup(func() {
		if err := exec.Command("umount", dir).Run(); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestDiskFull fills the disk at different moments. The captures that were
// reported are there, and once there is room the rest comes in.
func TestDiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("mounts file systems")
	}
	captures := t.TempDir()
	for i := range 4 {
		writeCapture(t, filepath.Join(captures, fmt.Sprintf("%d.pcap", i)), i*1000, 40)
	}
	calm := filepath.Join(t.TempDir(), "calm")
	must(t, "ingest", "-w", calm, captures)
	want := flowList(t, calm)
	disk := smallDisk(t, "size=64m")
	failed := 0
	for _, room := range []int{1, 20, 60, 100, 200, 300, 400, 500, 600, 800, 1000} {
		house, ballast := filepath.Join(disk, "warehouse"), filepath.Join(disk, "ballast")
		fill(t, ballast, room<<10)
		out, messages, code := weir(t, "ingest", "-w", house, "--json", captures)
		if code != exitDone {
			failed++
			if !strings.Contains(out+messages, "no space left") {
				t.Errorf("%d kB: status %d and no reason: %s%s", room, code, out, messages)
			}
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		must(t, "ingest", "-w", house, captures)
		must(t, "compact", "-w", house, "--grace", "0s")
		if out := must(t, "verify", "-w", house); !strings.HasSuffix(out, "all is well\n") || flowList(t, house) != want {
			t.Errorf("%d kB: after there was room again: %s", room, out)
		}
		if err := os.RemoveAll(house); err != nil {
			t.Fatal(err)
		}
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
	t.Logf("the disk was full in %d of 11 runs", failed)
}

// fill leaves so many bytes of the disk.
func fill(t *testing.T, path string, room int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(max(0, info.Size()-int64(room)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadOnlyWarehouse makes the warehouse read-only between two runs:
// questions are answered, ingest says what is wrong and changes nothing.
func TestReadOnlyWarehouse(t *testing.T) {
	disk := smallDisk(t, "size=64m")
	house := filepath.Join(disk, "warehouse")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures", "midnight.pcap"))
	remount := func(how string) {
		if err := exec.Command("mount", "-o", "remount,"+how, disk).Run(); err != nil {
			t.Skipf("no permission to remount: %v", err)
		}
	}
	remount("ro")
	if out := must(t, "query", "-w", house, "SELECT count(*) AS flows FROM flows"); out != "flows\n3\n" {
		t.Errorf("a read-only warehouse answers %q", out)
	}
	must(t, "verify", "-w", house)
	for _, args := range [][]string{{"ingest", moduleFile("testdata", "captures")}, {"expire", "--before", "2030-01-01"}, {"verify", "--repair"}} {
		out, messages, code := weir(t, append(args, "-w", house)...)
		if args[0] != "verify" && (code == exitDone || !strings.Contains(out+messages, "read-only file system")) {
			t.Errorf("%v: status %d: %s%s", args, code, out, messages)
		}
	}
	remount("rw")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures"))
	if out := must(t, "query", "-w", house, "SELECT count(*) AS flows FROM flows"); out != "flows\n49\n" {
		t.Errorf("once it can be written again: %q", out)
	}
	must(t, "verify", "-w", house)
}
