package extract

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/flow"
)

// clockedSource is a live capture in memory: a step is a slab, which may be
// empty, and the time it is read at.
type clockedSource struct {
	steps []clockedStep
	next  int
	read  int64
	end   error
}

type clockedStep struct {
	clock  int64
	frames []frame
	before func()
}

func (c *clockedSource) Read(s *capture.Slab) error {
	s.First, s.Packets, s.Bytes = c.read, s.Packets[:0], s.Bytes[:0]
	if c.next == len(c.steps) {
		return c.end
	}
	step := c.steps[c.next]
	c.next++
	if step.before != nil {
		step.before()
	}
	s.Clock = step.clock
	for _, f := range step.frames {
		s.Packets = append(s.Packets, capture.Packet{Time: f.at, Offset: uint32(len(s.Bytes)), Captured: uint32(len(f.data)), Length: uint32(len(f.data)), Link: 1})
		s.Bytes = append(s.Bytes, f.data...)
	}
	c.read += int64(len(s.Packets))
	return nil
}

func (c *clockedSource) Info() capture.Info { return capture.Info{Format: "live"} }

func (c *clockedSource) Close() error { return nil }

// TestRunLive cuts a live capture into intervals: a silent flow ends by the clock,
// rows have the id of the interval that commits them and a flow_uid that does not
// depend on it, and every packet is in a row or open.
func TestRunLive(t *testing.T) {
	const second = int64(time.Second)
	live := &Live{Interval: time.Hour}
	udp := func(from uint32, at int64) frame {
		return frame{at: at, data: ip4(from, 9, 17, 0, 0, false, []byte{0, 1, 0, 2, 0, 9, 0, 0, 'x'})}
	}
	// The interval ends with the slab that follows the request, once those before
	// have passed.
	request := func() {
		time.Sleep(100 * time.Millisecond)
		live.Request()
	}
	source := &clockedSource{end: io.EOF, steps: []clockedStep{
		{clock: 1 * second, frames: []frame{udp(1, 1), udp(2, 2), udp(1, 3)}},
		{clock: 30 * second, frames: []frame{udp(2, 30*second)}, before: request},
		{clock: 62 * second, before: request},
		{clock: 63 * second, frames: []frame{udp(1, 63*second)}},
	}}
	sink := newMemorySink()
	unit := "first"
	var intervals []Interval
	live.Flush = func(i *Interval) error {
		intervals = append(intervals, *i)
		unit = []string{"second", "third"}[len(intervals)-1]
		return nil
	}
	config := DefaultConfig()
	config.Workers = 3
	origin := &flow.Origin{ID: "session", Source: "eth0@host", Unit: &unit}
	last, err := NewPipeline(config, NewCatalogues()).RunLive(context.Background(), origin, source, sink, live)
	if err != nil {
		t.Fatal(err)
	}
	intervals = append(intervals, *last)
	for i, want := range []struct{ packets, flows, open int64 }{{4, 0, 4}, {0, 1, 2}, {1, 2, 0}} {
		if got := intervals[i]; got.Packets != want.packets || got.Flows != want.flows || got.OpenPackets != want.open {
			t.Errorf("interval %d: %d packets, %d flows, %d packets open; want %v", i, got.Packets, got.Flows, got.OpenPackets, want)
		}
	}
	rows := sink.rows("flows")
	if len(rows) != 3 {
		t.Fatalf("%d flows", len(rows))
	}
	ends := map[any]int{}
	for _, r := range rows {
		ends[r.values["capture_id"].(string)+" "+r.values["end_reason"].(string)]++
	}
	if ends["second idle"] != 1 || ends["third stop"] != 2 {
		t.Errorf("flows by interval and end: %v; want one idle in the second, two stopped in the third", ends)
	}
	if live.Open() != 0 {
		t.Errorf("%d flows open after the end", live.Open())
	}
	unit = "session"
	if got, want := rows[0].values["flow_uid"], uidWithoutIntervals(t, source.steps); got != want {
		t.Errorf("flow_uid %v depends on the interval; want %v", got, want)
	}
}

// uidWithoutIntervals returns the flow_uid of the first flow of the same packets
// in one piece.
func uidWithoutIntervals(t *testing.T, steps []clockedStep) any {
	t.Helper()
	m := &memorySource{slab: 10}
	for _, s := range steps {
		m.frames = append(m.frames, s.frames...)
	}
	sink := newMemorySink()
	if _, err := NewPipeline(DefaultConfig(), NewCatalogues()).Run(context.Background(), &flow.Origin{ID: "session"}, m, sink); err != nil {
		t.Fatal(err)
	}
	return sink.rows("flows")[0].values["flow_uid"]
}

// TestRunLiveFails ends with the error of the flush, or of the source.
func TestRunLiveFails(t *testing.T) {
	full, gone := errors.New("disk full"), errors.New("interface gone")
	steps := []clockedStep{{clock: 1}, {clock: 2}, {clock: 3}}
	for want, source := range map[error]*clockedSource{full: {steps: steps, end: io.EOF}, gone: {steps: steps, end: gone}} {
		live := &Live{Interval: time.Hour, Flush: func(*Interval) error { return full }}
		if want == full {
			live.Request()
		}
		_, err := NewPipeline(DefaultConfig(), NewCatalogues()).RunLive(context.Background(), &flow.Origin{}, source, newMemorySink(), live)
		if !errors.Is(err, want) {
			t.Errorf("ends with %v, want %v", err, want)
		}
	}
}

// TestRunLiveBusy: an interval that cannot be flushed yet goes on, and ends as soon
// as it can be.
func TestRunLiveBusy(t *testing.T) {
	var busy atomic.Bool
	busy.Store(true)
	wait := func() { time.Sleep(50 * time.Millisecond) }
	source := &clockedSource{end: io.EOF, steps: []clockedStep{
		{clock: 1}, {clock: 2, before: wait}, {clock: 3, before: wait},
		{clock: 4, before: func() { wait(); busy.Store(false) }},
		{clock: 5, before: func() { wait(); busy.Store(true) }}, {clock: 6, before: wait},
	}}
	flushes := 0
	live := &Live{Interval: time.Millisecond, Busy: busy.Load, Flush: func(*Interval) error {
		if busy.Load() {
			t.Error("flushed while that is not possible")
		}
		flushes++
		return nil
	}}
	if _, err := NewPipeline(DefaultConfig(), NewCatalogues()).RunLive(context.Background(), &flow.Origin{}, source, newMemorySink(), live); err != nil {
		t.Fatal(err)
	}
	if flushes != 1 {
		t.Errorf("%d flushes, want 1", flushes)
	}
}

// TestLiveLead: an interval ends early by what it takes to store it, but lasts half of
// its time.
func TestLiveLead(t *testing.T) {
	for lead, want := range map[time.Duration]time.Duration{0: time.Second, -time.Second: time.Second, 300 * time.Millisecond: 700 * time.Millisecond, time.Minute: 500 * time.Millisecond} {
		l := &Live{Interval: time.Second, Lead: func() time.Duration { return lead }}
		if got := l.length(); got != want {
			t.Errorf("%v early: lasts %v, want %v", lead, got, want)
		}
	}
	if got := (&Live{Interval: time.Second}).length(); got != time.Second {
		t.Errorf("lasts %v", got)
	}
}
