package extract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/flow"
	"weir/testdata/beside"
)

// seriesOf meters files as a series, and before each of them whose number is in
// stops goes on with another series that knows only what was open.
func seriesOf(t *testing.T, workers int, stops []int, paths ...string) (rows []row, sum Stats) {
	t.Helper()
	c, sink := DefaultConfig(), newMemorySink()
	c.Workers = workers
	s := newTestSeries(c)
	var starts []int64
	for i, path := range paths {
		if slices.Contains(stops, i) {
			s = resumed(t, c, s, starts, paths[:i])
		}
		starts = append(starts, s.Packets())
		source, err := capture.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		interval, err := s.Meter(t.Context(), filepath.Base(path), source, sink)
		if err := errors.Join(err, source.Close()); err != nil {
			t.Fatal(err)
		}
		sum.Packets += interval.Packets
		sum.Flows += interval.Flows
	}
	last, err := s.Finish(t.Context(), sink)
	if err != nil {
		t.Fatal(err)
	}
	sum.Flows += last.Flows
	for _, table := range NewCatalogues().Tables() {
		rows = append(rows, sink.rows(table.Name)...)
	}
	return rows, sum
}

func newTestSeries(c Config) *Series {
	return NewPipeline(c, NewCatalogues()).NewSeries(flow.Origin{ID: "joined"})
}

// resumed returns a series with the flows that are open in s, of which it knows no
// more than is kept of them in text.
func resumed(t *testing.T, c Config, s *Series, starts []int64, paths []string) *Series {
	t.Helper()
	text, err := s.Open().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var open OpenFlows
	if err := open.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	from := len(paths) - 1
	for from > 0 && (len(open.Flows) > 0 && starts[from] > open.Flows[0].Packet) {
		from--
	}
	from = max(0, from-1) // first fragments
	var again []Metered
	for _, path := range paths[from:] {
		again = append(again, Metered{filepath.Base(path), func() (capture.Source, error) { return capture.Open(path) }})
	}
	other := newTestSeries(c)
	if err := other.Resume(t.Context(), open, starts[from], s.Packets(), again); err != nil {
		t.Fatal(err)
	}
	return other
}

// sameSeries compares the rows of a series with those of the joined capture: all
// columns but one, since silence ends flows of a series for good.
func sameSeries(t *testing.T, what string, want, got []row) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		w, g := maps.Clone(want[i].values), got[i].values
		if w["end_reason"] == "eof" && g["end_reason"] == "idle" {
			w["end_reason"] = "idle"
		}
		if !reflect.DeepEqual(w, g) || want[i].key != got[i].key {
			t.Errorf("%s: row %d differs\n got %v\nwant %v", what, i, g, w)
			return
		}
	}
}

// cutTo writes a capture in parts that begin at the packets given.
func cutTo(t *testing.T, p packets, cuts []int) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	from := 0
	for i, to := range append(slices.Clone(cuts), len(p.list)) {
		path := filepath.Join(dir, fmt.Sprintf("%05d.pcapng", i))
		p.write(t, path, from, to)
		paths = append(paths, path)
		from = to
	}
	return paths
}

// TestSeriesCutAnywhere cuts the project's captures before every packet, and stops
// there too: the rows are those of the joined capture.
func TestSeriesCutAnywhere(t *testing.T) {
	dir := filepath.Join("..", "testdata", "captures")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.Contains(e.Name(), ".pcap") {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			p := readPackets(t, filepath.Join(dir, e.Name()))
			for n := 1; n < len(p.list); n++ {
				if !p.inOrder(n) {
					continue
				}
				paths := cutTo(t, p, []int{n})
				want, stats := meterJoined(t, 2, paths...)
				got, sum := seriesOf(t, 1+n%3, []int{1}, paths...)
				sameSeries(t, fmt.Sprintf("cut before packet %d of %d", n, len(p.list)), want, got)
				if sum.Packets != stats.Packets || sum.Flows != stats.Flows {
					t.Errorf("cut before packet %d: %d packets, %d flows; want %d, %d", n, sum.Packets, sum.Flows, stats.Packets, stats.Flows)
				}
			}
		})
	}
}

// TestSeriesOfCaptures cuts real captures into several files and stops between
// some of them.
func TestSeriesOfCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("many captures")
	}
	dir := beside.Path(t, "captures")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	compared := 0
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			p := readPackets(t, filepath.Join(dir, e.Name()))
			if len(p.list) < 4 || len(p.list) > 20000 || !sorted(p) {
				t.Skip("too few packets, many, or not in time order")
			}
			var cuts, stops []int
			for range 1 + r.IntN(6) {
				cuts = append(cuts, 1+r.IntN(len(p.list)-1))
			}
			slices.Sort(cuts)
			cuts = slices.Compact(cuts)
			for i := 1; i <= len(cuts); i++ {
				if r.IntN(3) > 0 {
					stops = append(stops, i)
				}
			}
			paths := cutTo(t, p, cuts)
			want, _ := meterJoined(t, 2, paths...)
			got, _ := seriesOf(t, 1+r.IntN(3), stops, paths...)
			sameSeries(t, fmt.Sprintf("cut at %v of %d, stopped before %v", cuts, len(p.list), stops), want, got)
			compared++
		})
	}
	if compared < 50 {
		t.Errorf("only %d captures compared", compared)
	}
}

// sorted tells whether no packet is older than the one before.
func sorted(p packets) bool {
	return slices.IsSortedFunc(p.list, func(a, b capture.Packet) int { return int(min(1, max(-1, a.Time-b.Time))) })
}

// TestSeriesHandsOverWhatHasEnded: flows go to the sink with the capture in which
// they end, and what is open is told.
func TestSeriesHandsOverWhatHasEnded(t *testing.T) {
	at := func(seconds ...int) *memorySource {
		m := &memorySource{slab: 10}
		for _, s := range seconds {
			m.frames = append(m.frames, frame{at: int64(s) * int64(time.Second), data: ip4(1, 2, 17, 0, 0, false, udpSegment(uint16(1000+s%2), 2000, 10))})
		}
		return m
	}
	s := newTestSeries(DefaultConfig())
	for i, c := range []struct {
		source      *memorySource
		flows, open int64
	}{{at(1, 2, 3), 0, 3}, {at(50, 60, 62), 0, 6}, {at(130, 132), 2, 2}, {at(), 0, 2}} {
		interval, err := s.Meter(context.Background(), "c", c.source, Nowhere())
		if err != nil {
			t.Fatal(err)
		}
		if interval.Flows != c.flows || interval.OpenPackets != c.open {
			t.Errorf("capture %d: %d flows, %d packets open; want %d, %d", i, interval.Flows, interval.OpenPackets, c.flows, c.open)
		}
	}
	if last, err := s.Finish(context.Background(), Nowhere()); err != nil || last.Flows != 1 || last.OpenPackets != 0 {
		t.Errorf("at the end %+v, %v", last, err)
	}
}

// TestOpenFlowsText writes and reads, and refuses what is cut off.
func TestOpenFlowsText(t *testing.T) {
	want := OpenFlows{Packets: 1 << 40, Flows: []flow.Opened{{Packet: 0}, {Packet: 7, Slice: 3, Reverse: true}, {Packet: 8, Slice: 1}, {Packet: 1 << 50}}}
	text, err := want.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var got OpenFlows
	if err := got.UnmarshalText(text); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "gA==", "?"} {
		if err := got.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestSeriesNotResumed: other captures than those that held the open flows are refused.
func TestSeriesNotResumed(t *testing.T) {
	p := readPackets(t, filepath.Join("..", "testdata", "captures", "web-dns-http.pcap"))
	paths := cutTo(t, p, []int{len(p.list) / 2})
	s := newTestSeries(DefaultConfig())
	source, err := capture.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if _, err := s.Meter(t.Context(), "0", source, Nowhere()); err != nil {
		t.Fatal(err)
	}
	other := []Metered{{"1", func() (capture.Source, error) { return capture.Open(paths[1]) }}}
	if err := newTestSeries(DefaultConfig()).Resume(t.Context(), s.Open(), 0, s.Packets(), other); !errors.Is(err, ErrNotResumed) {
		t.Errorf("resumed from another capture: %v", err)
	}
}
