package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWatchLooksAtHangup has a watch that looks once an hour look at once, and
// then end.
func TestWatchLooksAtHangup(t *testing.T) {
	r := newRotated(t, 5, 2)
	house := filepath.Join(t.TempDir(), "warehouse")
	r.put(t, 0)
	cmd := exec.Command("weir", "watch", "-w", house, r.spool, "--poll", "1h")
	var messages bytes.Buffer
	cmd.Stderr = &messages
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	captures := func(want string) bool {
		for range 200 {
			if out, _, _ := weir(t, "query", "-w", house, "SELECT count(*) AS n FROM captures"); out == "n\n"+want+"\n" {
				return true
			}
			time.Sleep(50 * time.Millisecond)
		}
		return false
	}
	if !captures("1") {
		t.Fatalf("the first file was not taken in: %s", &messages)
	}
	r.put(t, 1)
	time.Sleep(300 * time.Millisecond)
	if out := must(t, "query", "-w", house, "SELECT count(*) AS n FROM captures"); out != "n\n1\n" {
		t.Errorf("it looked without being told to: %q", out)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if !captures("2") {
		t.Errorf("the second file was not taken in at a hangup: %s", &messages)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Wait(); err != nil || !strings.Contains(messages.String(), "2 captures, ") {
		t.Errorf("%v: %s", err, &messages)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to end", took)
	}
}
