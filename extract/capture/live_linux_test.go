package capture

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/extract/capture/filter"
)

// openLoopback listens to the loopback interface, or skips the test.
func openLoopback(t *testing.T, expression string) *Live {
	t.Helper()
	o := DefaultLiveOptions()
	o.Interfaces, o.Filter, o.RingBytes, o.Rings = []string{"lo"}, expression, 8<<20, 2
	l, err := OpenLive(o)
	var denied *PermissionError
	if errors.As(err, &denied) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLiveLoopback takes the packets that the filter lets through, each once,
// in order, and gives clocks that pass them.
func TestLiveLoopback(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := openLoopback(t, "udp dst port "+port)
	defer l.Close()
	const packets = 500
	began := time.Now()
	for i := range packets {
		if _, err := conn.WriteTo([]byte(strconv.Itoa(i)), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	var s Slab
	var clock int64
	seen := 0
	for clock <= began.UnixNano() || seen < packets {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d packets after 10 s, clock %v after their beginning", seen, time.Duration(clock-began.UnixNano()))
		}
		if err := l.Read(&s); err != nil {
			t.Fatal(err)
		}
		if s.First != int64(seen) {
			t.Fatalf("a slab begins with packet %d after %d packets", s.First, seen)
		}
		for i := range s.Packets {
			const headers = 14 + 20 + 8
			if text := string(s.Data(i)[headers:]); text != strconv.Itoa(seen) {
				t.Fatalf("packet %d says %q", seen, text)
			}
			if age := s.Packets[i].Time - began.UnixNano(); age < -int64(time.Second) || age > int64(10*time.Second) {
				t.Fatalf("packet %d is of a time %v after the beginning", seen, time.Duration(age))
			}
			seen++
		}
		clock = s.Clock
	}
	l.Stop()
	for err = nil; err == nil; {
		err = l.Read(&s)
		seen += len(s.Packets)
	}
	if err != io.EOF || seen != packets {
		t.Errorf("ends with %v after %d packets, want %d", err, seen, packets)
	}
	info := l.Info()
	if len(info.Links) != 1 || info.Links[0] != ethernet {
		t.Errorf("link types %v", info.Links)
	}
	if info.Format != "live" || !info.DroppedKnown || info.Dropped != 0 {
		t.Errorf("info %+v", info)
	}
	if c := l.Counters(); len(c) != 1 || c[0].Packets != packets {
		t.Errorf("counters %+v", c)
	}
}

// TestLiveLimit ends after the packets that were asked for.
func TestLiveLimit(t *testing.T) {
	l := openLoopback(t, "udp")
	defer l.Close()
	source := Limit(l, 3)
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 10 {
		if _, err := conn.WriteTo([]byte("x"), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	var s Slab
	total := 0
	for err = source.Read(&s); err == nil; err = source.Read(&s) {
		total += len(s.Packets)
	}
	if err != io.EOF || total != 3 {
		t.Errorf("%d packets and %v; want 3 and the end", total, err)
	}
}

// TestOpenLiveFails says what is wrong.
func TestOpenLiveFails(t *testing.T) {
	o := DefaultLiveOptions()
	o.Interfaces = []string{"none9"}
	if _, err := OpenLive(o); err == nil || !strings.Contains(err.Error(), "there is no such interface") {
		t.Errorf("an interface that is not there: %v", err)
	}
	o.Interfaces, o.Filter = []string{"lo"}, "tcp tcp tcp"
	if _, err := OpenLive(o); !errors.As(err, new(*filter.Error)) {
		t.Errorf("a wrong filter: %v", err)
	}
}
