package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// floodLoopback sends datagrams of so many flows over the loopback interface.
func floodLoopback(t *testing.T, flows int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	if err != nil {
		t.Skipf("no raw socket: %v", err)
	}
	defer syscall.Close(fd)
	// A UDP datagram without payload; the kernel fills in the checksum of the header.
	packet := []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 127, 1, 0, 0, 127, 0, 0, 1, 4, 0, 0, 9, 0, 8, 0, 0}
	for i := range flows {
		binary.BigEndian.PutUint16(packet[14:], uint16(i>>8))
		binary.BigEndian.PutUint16(packet[20:], uint16(1024+i&255))
		if err := syscall.Sendto(fd, packet, 0, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			t.Skipf("no packets over the loopback interface: %v", err)
		}
	}
}

// TestCaptureStopsTwice tells a capture of very many open flows to end, which
// takes it a while, and a second time, which ends it at once. The next run says
// so, and what is in is whole.
func TestCaptureStopsTwice(t *testing.T) {
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("listens to an interface, which is root's to do")
	}
	house := filepath.Join(t.TempDir(), "warehouse")
	listen := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command("weir", "capture", "lo", "-w", house, "--filter", "udp and dst port 9", "--flush-interval", "10m")
		var messages bytes.Buffer
		cmd.Stderr = &messages
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		waitFor(t, func() bool {
			states, err := filepath.Glob(filepath.Join(house, liveDir, "*.json"))
			return err == nil && len(states) == 1
		}, "the capture does not start")
		time.Sleep(300 * time.Millisecond)
		return cmd, &messages
	}
	cmd, messages := listen()
	floodLoopback(t, 250_000)
	time.Sleep(500 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // 250,000 flows take more than a second
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	told := time.Now()
	err := cmd.Wait()
	if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !state.Signaled() || state.Signal() != syscall.SIGINT {
		t.Errorf("%v: %s", err, messages)
	}
	if took := time.Since(told); took > 2*time.Second {
		t.Errorf("ended %v after it was told twice", took)
	}
	cmd, messages = listen()
	floodLoopback(t, 10)
	time.Sleep(300 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(messages.String(), "was killed") {
		t.Errorf("the next run: %v: %s", err, messages)
	}
	must(t, "verify", "-w", house)
}
