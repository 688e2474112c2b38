package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKill kills an ingest at random moments, again and again, then lets it
// run to its end: the flows are those of an undisturbed run, each once. What
// is visible after each kill are whole captures.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("ingests 200,000 packets a dozen times")
	}
	dir := t.TempDir()
	captures := filepath.Join(dir, "captures")
	if err := os.Mkdir(captures, 0o777); err != nil {
		t.Fatal(err)
	}
	whole := map[string]bool{"": true, "0": true}
	for i, repeats := range []int{300, 500, 500} {
		writeCapture(t, filepath.Join(captures, fmt.Sprintf("%d.pcap", i)), i*1000, repeats)
	}
	undisturbed, killed := filepath.Join(dir, "undisturbed"), filepath.Join(dir, "killed")
	started := time.Now()
	must(t, "ingest", "-w", undisturbed, captures)
	full := time.Since(started)
	want := flowList(t, undisturbed)
	for line := range strings.Lines(must(t, "query", "-w", undisturbed, "SELECT flows FROM captures")) {
		whole[strings.TrimSpace(line)] = true
	}

	before := 0
	for round := range 10 {
		after := time.Duration(rand.Int64N(int64(full)))
		if ended := killAfter(t, after, "ingest", "-w", killed, captures); !ended {
			before++
		}
		if _, err := os.Stat(filepath.Join(killed, "captures", "_delta_log")); err != nil {
			continue
		}
		out := must(t, "query", "-w", killed, `SELECT coalesce((SELECT sum(flows) FROM captures), 0) = (SELECT count(*) FROM flows SEMI JOIN captures USING (capture_id))`)
		if !strings.Contains(out, "true") {
			t.Errorf("round %d, killed after %v: a capture is in without all of its flows", round, after)
		}
	}
	t.Logf("%d of 10 runs were killed before their end, which takes %v", before, full)
	must(t, "ingest", "-w", killed, captures)
	got := flowList(t, killed)
	if got != want {
		t.Errorf("%d flows, %d of an undisturbed run, and they are not the same", strings.Count(got, "\n"), strings.Count(want, "\n"))
	}
	if n := must(t, "query", "-w", killed, "SELECT count(*) - count(DISTINCT flow_uid) AS double FROM flows"); n != "double\n0\n" {
		t.Errorf("flows that are in twice: %s", n)
	}
}

// flowList returns the identity and the size of all flows.
func flowList(t *testing.T, house string) string {
	t.Helper()
	return must(t, "query", "-w", house, "SELECT flow_uid, total_packets, total_bytes FROM flows ORDER BY ALL")
}

// killAfter runs weir as a process of its own and kills it; it tells whether
// the process had ended by itself.
func killAfter(t *testing.T, after time.Duration, args ...string) (ended bool) {
	t.Helper()
	cmd := exec.Command("weir", args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil && err != os.ErrProcessDone {
		t.Fatal(err)
	}
	return cmd.Wait() == nil
}

// TestInterrupt interrupts an ingest that waits for standard input: what is
// complete is in, and the message says so.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	house := filepath.Join(dir, "warehouse")
	cmd := exec.Command("weir", "ingest", "-w", house, moduleFile("testdata", "captures", "midnight.pcap"), "-")
	var messages bytes.Buffer
	cmd.Stderr = &messages
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "\xd4\xc3\xb2\xa1"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond) // the first capture is read by then
	checkInterrupt(t, cmd, &messages)
	if want := "weir: interrupted: 1 capture is in, run the same command again for the rest\n"; !strings.HasSuffix(messages.String(), want) {
		t.Errorf("messages %q, want at the end %q", &messages, want)
	}
	if n := must(t, "query", "-w", house, "SELECT count(*) AS flows FROM flows"); n != "flows\n3\n" {
		t.Errorf("%q, want the 3 flows of the complete capture", n)
	}
}

// TestInterruptAsking interrupts a query that takes long.
func TestInterruptAsking(t *testing.T) {
	house := filepath.Join(t.TempDir(), "warehouse")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures", "midnight.pcap"))
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(300*time.Millisecond, cancel).Stop()
	var out, messages bytes.Buffer
	began := time.Now()
	code := run(ctx, []string{"query", "-w", house, "SELECT count(*) FROM range(10000000) AS a(i), range(10000000) AS b(j) WHERE i + j = 7"},
		streams{in: strings.NewReader(""), out: &out, err: &messages, program: "weir"})
	if code != exitInterrupted || messages.String() != "weir: interrupted\n" || out.Len() > 0 {
		t.Errorf("status %d, %q, %q", code, &messages, &out)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// TestInterruptReading interrupts an ingest while it reads a capture.
func TestInterruptReading(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a capture of 400,000 packets")
	}
	dir := t.TempDir()
	house, path := filepath.Join(dir, "warehouse"), filepath.Join(dir, "large.pcap")
	writeCapture(t, path, 0, 2500)
	cmd := exec.Command("weir", "ingest", "-w", house, path)
	var messages bytes.Buffer
	cmd.Stderr = &messages
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	checkInterrupt(t, cmd, &messages)
	if want := "weir: interrupted: 0 captures are in, run the same command again for the rest\n"; !strings.HasSuffix(messages.String(), want) {
		t.Errorf("messages %q, want at the end %q", &messages, want)
	}
	must(t, "ingest", "-w", house, path)
	if out := must(t, "query", "-w", house, "SELECT count(*) = (SELECT sum(flows) FROM captures) FROM flows"); !strings.Contains(out, "true") {
		t.Errorf("after the interrupt and another run, not all flows are in: %s", out)
	}
}

// TestInterruptMany interrupts an ingest of many captures: the message names the
// first and the last that is in, and the first and the last that is not.
func TestInterruptMany(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for forty captures")
	}
	dir := t.TempDir()
	house := filepath.Join(dir, "warehouse")
	args := []string{"ingest", "-w", house}
	for i := range 2 * listed {
		path := filepath.Join(dir, fmt.Sprintf("%02d.pcap", i))
		writeCapture(t, path, i*1000, 1)
		if args = append(args, path); i == listed {
			args = append(args, "-")
		}
	}
	cmd := exec.Command("weir", args...)
	var messages bytes.Buffer
	cmd.Stderr = &messages
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "\xd4\xc3\xb2\xa1"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond) // those before standard input are read by then
	checkInterrupt(t, cmd, &messages)
	for _, want := range []string{
		fmt.Sprintf("ingested  21 captures, from %s to %s\n", filepath.Join(dir, "00.pcap"), filepath.Join(dir, "20.pcap")),
		fmt.Sprintf("not read  20 captures, from - to %s\n", filepath.Join(dir, "39.pcap")),
		"weir: interrupted: 21 captures are in, run the same command again for the rest\n",
	} {
		if !strings.Contains(messages.String(), want) {
			t.Errorf("messages %q, want among them %q", &messages, want)
		}
	}
	if n := must(t, "query", "-w", house, "SELECT count(*) AS n FROM captures"); n != "n\n21\n" {
		t.Errorf("%q captures are in", n)
	}
}

// checkInterrupt sends the signal of Ctrl-C and wants status 130 within 2 s.
func checkInterrupt(t *testing.T, cmd *exec.Cmd, messages *bytes.Buffer) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatalf("%v: %s", err, messages)
	}
	started := time.Now()
	late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait()
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("ended %v after the interrupt", took)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("status %d, want %d: %s", code, exitInterrupted, messages)
	}
}

// frame is a packet record of a classic capture.
type frame struct {
	at   time.Duration
	data []byte
}

// writeCapture writes the packets of small Ethernet captures many times over,
// each time three seconds later and between other IPv4 addresses, as one
// capture in the order of time.
func writeCapture(t *testing.T, path string, first, repeats int) {
	t.Helper()
	var story []frame
	for _, name := range []string{"web-dns-http", "midnight", "tcp-endings", "timeouts", "tunnels", "lan-arp-icmp"} {
		story = append(story, readFrames(t, moduleFile("testdata", "captures", name+".pcap"))...)
	}
	var all []frame
	for i := first; i < first+repeats; i++ {
		for _, f := range story {
			all = append(all, frame{f.at + time.Duration(i)*3*time.Second, otherAddresses(f.data, i)})
		}
	}
	slices.SortStableFunc(all, func(a, b frame) int { return cmp.Compare(a.at, b.at) })
	writeFrames(t, path, all)
}

// writeFrames writes frames as a classic capture of microseconds.
func writeFrames(t *testing.T, path string, all []frame) {
	t.Helper()
	out := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	out = binary.LittleEndian.AppendUint32(out, 2|4<<16)
	for _, v := range []uint32{0, 0, 65535, 1} {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	for _, f := range all {
		for _, v := range []int64{int64(f.at / time.Second), int64(f.at % time.Second / time.Microsecond), int64(len(f.data)), int64(len(f.data))} {
			out = binary.LittleEndian.AppendUint32(out, uint32(v))
		}
		out = append(out, f.data...)
	}
	if err := os.WriteFile(path, out, 0o666); err != nil {
		t.Fatal(err)
	}
}

// readFrames reads a classic capture of microseconds.
func readFrames(t *testing.T, path string) (frames []frame) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if binary.LittleEndian.Uint32(b) != 0xa1b2c3d4 || binary.LittleEndian.Uint32(b[20:]) != 1 {
		t.Fatalf("%s: not a little-endian capture of Ethernet", path)
	}
	for b = b[24:]; len(b) > 0; {
		field := func(i int) time.Duration { return time.Duration(binary.LittleEndian.Uint32(b[4*i:])) }
		n := int(field(2))
		frames = append(frames, frame{field(0)*time.Second + field(1)*time.Microsecond, b[16 : 16+n]})
		b = b[16+n:]
	}
	return frames
}

// otherAddresses changes the middle of both addresses of an IPv4 packet, in
// the same way for both directions.
func otherAddresses(data []byte, i int) []byte {
	data = slices.Clone(data)
	if len(data) >= 34 && data[12] == 8 && data[13] == 0 {
		for _, at := range []int{27, 31} {
			data[at] ^= byte(i >> 8)
			data[at+1] ^= byte(i)
		}
	}
	return data
}
