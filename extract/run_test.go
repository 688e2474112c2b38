package extract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
	"weir/testdata/beside"
	"weir/warehouse/schema"
)

// runSource meters a source that must not fail.
func runSource(t *testing.T, c Config, source capture.Source) (*memorySink, Stats) {
	t.Helper()
	sink := newMemorySink()
	stats, err := NewPipeline(c, NewCatalogues()).Run(context.Background(), &flow.Origin{ID: "test", Source: "memory"}, source, sink)
	if err != nil {
		t.Fatal(err)
	}
	return sink, stats
}

func withWorkers(n int) Config {
	c := DefaultConfig()
	c.Workers = n
	return c
}

// generatedPackets is enough for several epochs.
const generatedPackets = 3*epochPackets + 20_000

// The rows, in the order in which they come to the sink, do not depend on the
// number of workers.
func TestDeterminism(t *testing.T) {
	frames := traffic(1, generatedPackets)
	var want *memorySink
	var wantStats Stats
	for _, workers := range []int{1, 2, 3, 8} {
		if testing.Short() && workers == 8 {
			break
		}
		got, stats := runSource(t, withWorkers(workers), &memorySource{frames: frames, slab: 1000})
		if want == nil {
			want, wantStats = got, stats
			checkGenerated(t, want, stats)
			continue
		}
		compareRuns(t, workers, want, got, wantStats, stats)
	}
}

// checkGenerated makes sure that the generated capture has what it is for.
func checkGenerated(t *testing.T, sink *memorySink, s Stats) {
	t.Helper()
	seen := map[any]int{}
	fragments := int64(0)
	for _, r := range sink.rows("flows") {
		seen[r.values["end_reason"]]++
		seen[r.values["date"]]++
		fragments += r.values["fragments"].(int64)
	}
	for _, what := range []any{"idle", "fin", "rst", "new_syn", "eof", "2023-11-14", "2023-11-15"} {
		if seen[what] == 0 {
			t.Errorf("no flow with %v in the generated capture", what)
		}
	}
	if fragments == 0 || s.Rejected[decode.Truncated] == 0 || s.Rejected[decode.Malformed] == 0 || !sink.amended {
		t.Errorf("the generated capture lacks fragments, rejected packets or swept flows that return: %d fragments, %+v", fragments, s)
	}
}

func compareRuns(t *testing.T, workers int, want, got *memorySink, wantStats, stats Stats) {
	t.Helper()
	if stats != wantStats {
		t.Errorf("%d workers: %+v, want %+v", workers, stats, wantStats)
	}
	if len(got.batches) != len(want.batches) {
		t.Errorf("%d workers: %d partitions, want %d", workers, len(got.batches), len(want.batches))
	}
	for name, w := range want.batches {
		g := got.batches[name]
		if g == nil {
			t.Errorf("%d workers: no partition %s", workers, name)
			continue
		}
		if !reflect.DeepEqual(g.Keys, w.Keys) {
			t.Errorf("%d workers: %s has other rows or another order", workers, name)
			continue
		}
		for i, c := range w.Columns {
			if !reflect.DeepEqual(g.Vectors[i], w.Vectors[i]) {
				t.Errorf("%d workers: %s differs in %s", workers, name, c.Name)
			}
		}
	}
}

func TestDeterminismOfCaptures(t *testing.T) {
	captures := beside.Path(t, "captures")
	for _, name := range []string{
		"app-many-protocols.pcap", "frag-v4-nfs-sctp.pcap", "derived-shuffled.pcap", "derived-year-2100.pcap",
		"long-backscatter-24h.pcap", "tun-gre-gre.pcap", "mix-emix.pcap", "bad-ndpi-fuzz-2006.pcap",
	} {
		t.Run(name, func(t *testing.T) {
			want, wantStats, _ := meter(t, filepath.Join(captures, name), 1)
			for _, workers := range []int{2, 3, 8} {
				got, stats, _ := meter(t, filepath.Join(captures, name), workers)
				compareRuns(t, workers, want, got, wantStats, stats)
			}
		})
	}
}

// A pipeline runs one capture after the other with the buffers it has.
func TestPipelineIsReused(t *testing.T) {
	frames := traffic(2, 30_000)
	p := NewPipeline(withWorkers(2), NewCatalogues())
	want, wantStats := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 700})
	failed := errors.New("failed")
	for _, fail := range []int{0, 9000, 0} {
		got := newMemorySink()
		stats, err := p.Run(context.Background(), &flow.Origin{ID: "test", Source: "memory"}, &memorySource{frames: frames, slab: 700, failAt: fail, failure: failed}, got)
		if fail > 0 {
			if !errors.Is(err, failed) {
				t.Errorf("error %v, want %v", err, failed)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		compareRuns(t, 2, want, got, wantStats, stats)
	}
}

// Every packet of every capture is in one flow or rejected (metering rule 2).
func TestConservation(t *testing.T) {
	captures := beside.Path(t, "captures")
	files, err := os.ReadDir(captures)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(captures, f.Name())
		if info, err := f.Info(); err != nil || testing.Short() && info.Size() > 1<<18 {
			continue
		}
		source, err := capture.Open(path)
		if err != nil {
			continue // it is no capture; another test holds these errors
		}
		source.Close()
		t.Run(f.Name(), func(t *testing.T) {
			sink, stats, _ := meter(t, path, 2)
			conserved(t, sink, stats)
		})
	}
}

func conserved(t *testing.T, sink *memorySink, s Stats) {
	t.Helper()
	rows := sink.rows("flows")
	var packets, bytes int64
	for _, r := range rows {
		v := r.values
		n := v["fwd_packets"].(int64) + v["bwd_packets"].(int64)
		packets += n
		bytes += v["fwd_bytes"].(int64) + v["bwd_bytes"].(int64)
		if n == 0 || v["duration_us"].(int64) < 0 {
			t.Errorf("a flow of %d packets and %v us", n, v["duration_us"])
		}
	}
	rejected := s.Rejected[decode.Truncated] + s.Rejected[decode.Malformed] + s.Rejected[decode.UnsupportedLink] + s.Rejected[decode.NotData]
	if packets != s.InFlows() || packets+rejected != s.Packets {
		t.Errorf("%d packets in rows, %d in flows, %d rejected, %d read", packets, s.InFlows(), rejected, s.Packets)
	}
	if bytes > s.Bytes || rejected == 0 && bytes != s.Bytes {
		t.Errorf("%d bytes in rows, %d read", bytes, s.Bytes)
	}
	if int64(len(rows)) != s.Flows {
		t.Errorf("%d rows, %d counted", len(rows), s.Flows)
	}
}

// A slab may hold any number of packets, and so may a capture: none.
func TestSlabsOfAnySize(t *testing.T) {
	frames := traffic(3, epochPackets+5000)
	for _, slab := range []int{1 << 20, epochPackets, 999} {
		sink, stats := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: slab})
		if stats.Packets != int64(len(frames)) {
			t.Errorf("slabs of %d: %d packets, want %d", slab, stats.Packets, len(frames))
		}
		conserved(t, sink, stats)
	}
	_, stats := runSource(t, withWorkers(2), &memorySource{slab: 1})
	if stats.Packets != 0 || stats.Flows != 0 {
		t.Errorf("an empty capture: %+v", stats)
	}
}

// One corrupt timestamp must not split the flows of other packets.
func TestCorruptTimestamp(t *testing.T) {
	frames := traffic(4, 2*epochPackets+30_000)
	// The last packet of an epoch, in a slab of its own and in one that is the
	// epoch, and a packet amid the second epoch.
	for _, c := range []struct{ slab, victim int }{{1, epochPackets - 1}, {epochPackets, epochPackets - 1}, {1000, epochPackets + 1000}} {
		corruptTimestamp(t, frames, c.slab, c.victim)
	}
	// Neither do those of packets that are part of no flow keep flows open.
	t.Run("rejected", func(t *testing.T) {
		corrupt := slices.Clone(frames)
		for i := 0; i < len(corrupt); i += 1000 {
			corrupt[i] = frame{at: -1 << 63, data: []byte{1}}
		}
		sink, _ := runSource(t, withWorkers(2), &memorySource{frames: corrupt, slab: 1000})
		if !sink.amended {
			t.Error("no flow was swept")
		}
	})
	// An epoch of nothing else tells no time.
	t.Run("all rejected", func(t *testing.T) {
		datagram := frame{at: midnight, data: ip4(1, 2, 17, 0, 0, false, udpSegment(5, 6, 7))}
		silent := []frame{datagram}
		for range 2*epochPackets + 2000 {
			silent = append(silent, frame{at: midnight, data: []byte{1}})
		}
		sink, stats := runSource(t, withWorkers(2), &memorySource{frames: append(silent, datagram), slab: 1000})
		if stats.Flows != 1 || sink.amended {
			t.Errorf("%d flows, want 1", stats.Flows)
		}
	})
}

func corruptTimestamp(t *testing.T, frames []frame, slab, victim int) {
	t.Helper()
	frames = slices.Clone(frames)
	frames[victim] = frame{at: frames[victim].at, data: ip4(0x0a000001, 0x0a010001, 17, 0, 0, false, udpSegment(1, 2, 3))}
	want := fatesWithout(t, frames, 1000, frames[victim].data)
	for name, at := range map[string]int64{
		"future": midnight + int64(80*365*24*time.Hour), "past": 0, "farthest past": -1 << 63, "farthest future": 1<<63 - 1,
	} {
		t.Run(fmt.Sprintf("packet %d of slabs of %d in the %s", victim, slab, name), func(t *testing.T) {
			if testing.Short() && name != "future" && name != "past" {
				t.Skip("the far ends of time")
			}
			corrupt := slices.Clone(frames)
			corrupt[victim].at = at
			if got := fatesWithout(t, corrupt, slab, frames[victim].data); !maps.Equal(got, want) {
				t.Errorf("the flows of other packets changed: %d, want %d", len(got), len(want))
			}
		})
	}
}

// fatesWithout returns what became of the flows of a capture, but of those
// between the addresses of a frame: their packets and reasons to end.
func fatesWithout(t *testing.T, frames []frame, slab int, without []byte) map[string][3]any {
	t.Helper()
	addr := func(b []byte) string {
		return string(decode.AppendAddr(nil, decode.IPv4, [16]byte(append(b[:4:4], make([]byte, 12)...))))
	}
	a, b := addr(without[26:]), addr(without[30:])
	sink, _ := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: slab})
	fates := map[string][3]any{}
	for _, batch := range sink.batches {
		column := map[string]*schema.Vector{}
		for i, c := range batch.Columns {
			column[c.Name] = &batch.Vectors[i]
		}
		for r := range batch.Rows() {
			source, destination := value(column["src_ip"], r), value(column["dst_ip"], r)
			if source == a && destination == b || source == b && destination == a {
				continue
			}
			fates[string(column["flow_uid"].Text(r))] = [3]any{
				value(column["fwd_packets"], r), value(column["bwd_packets"], r), value(column["end_reason"], r),
			}
		}
	}
	return fates
}

// A packet that the decoder panics on is malformed, and the next ones are metered.
func TestDecoderPanicIsMalformed(t *testing.T) {
	frames := make([]frame, 50)
	for i := range frames {
		frames[i] = frame{at: midnight + int64(i), data: ip4(1, 2, 17, 0, 0, false, udpSegment(5, 6, 7))}
	}
	sink, stats := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 20, broken: map[int]bool{0: true, 7: true, 8: true, 19: true, 49: true}})
	if stats.Packets != 50 || stats.Rejected[decode.Malformed] != 5 || stats.InFlows() != 45 {
		t.Errorf("%+v, want 5 of 50 malformed", stats)
	}
	if rows := sink.rows("flows"); len(rows) != 1 || rows[0].values["fwd_packets"] != int64(45) {
		t.Errorf("%d flows, want 1 of 45 packets", len(rows))
	}
}

// leakFree runs f and checks that all goroutines it has started have ended.
func leakFree(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	for deadline := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestCancellation(t *testing.T) {
	frames := traffic(5, 50_000)
	for _, workers := range []int{1, 3} {
		leakFree(t, func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cancelled := time.Time{}
			source := &memorySource{frames: frames, slab: 500, endless: true, onRead: func(next int) {
				if next >= 200_000 && cancelled.IsZero() {
					cancelled = time.Now()
					cancel()
				}
			}}
			stats, err := NewPipeline(withWorkers(workers), NewCatalogues()).Run(ctx, &flow.Origin{}, source, newMemorySink())
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
			if d := time.Since(cancelled); d > 5*time.Second {
				t.Errorf("ended %v after it was cancelled", d)
			}
			// What had been read is accounted for, and little more was read.
			if stats.Packets < 200_000 || stats.Packets > 202_000 {
				t.Errorf("%d packets read", stats.Packets)
			}
		})
	}
	t.Run("before it starts", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		why := errors.New("why")
		cancel(why)
		_, err := NewPipeline(withWorkers(2), NewCatalogues()).Run(ctx, &flow.Origin{}, &memorySource{frames: frames, slab: 500, endless: true}, newMemorySink())
		if !errors.Is(err, why) {
			t.Errorf("error %v, want the cause of the cancellation", err)
		}
	})
}

func TestSourceError(t *testing.T) {
	failure := errors.New("disk on fire")
	frames := traffic(6, 20_000)
	for _, at := range []int{1, 9_000} {
		leakFree(t, func() {
			sink := newMemorySink()
			stats, err := NewPipeline(withWorkers(3), NewCatalogues()).Run(context.Background(), &flow.Origin{}, &memorySource{frames: frames, slab: 500, failAt: at, failure: failure}, sink)
			if !errors.Is(err, failure) {
				t.Errorf("error %v, want %v", err, failure)
			}
			if want := int64(at+499) / 500 * 500; stats.Packets != want {
				t.Errorf("%d packets, want %d", stats.Packets, want)
			}
			conserved(t, sink, stats)
		})
	}
}

// failingSink fails at one of its methods, after some calls.
type failingSink struct {
	memorySink
	at      string
	after   int
	failure error
}

func (s *failingSink) fail(method string) error {
	if s.at != method {
		return nil
	}
	if s.after--; s.after >= 0 {
		return nil
	}
	return s.failure
}

func (s *failingSink) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	if err := s.fail("batch"); err != nil {
		return nil, err
	}
	return s.memorySink.Batch(t, partition...)
}

func (s *failingSink) Grown(b *schema.Batch) error { return s.fail("grown") }

func (s *failingSink) Amend(*schema.Table, string, string, schema.Packets) error {
	return s.fail("amend")
}

func TestSinkError(t *testing.T) {
	failure := errors.New("disk full")
	frames := traffic(7, generatedPackets)
	for _, c := range []struct {
		at      string
		after   int
		endless bool
	}{{"batch", 0, true}, {"batch", 5, true}, {"grown", 0, true}, {"grown", 4, false}, {"amend", 0, false}} {
		t.Run(c.at, func(t *testing.T) {
			leakFree(t, func() {
				sink := &failingSink{memorySink: *newMemorySink(), at: c.at, after: c.after, failure: failure}
				source := &memorySource{frames: frames, slab: 1000, endless: c.endless}
				_, err := NewPipeline(withWorkers(3), NewCatalogues()).Run(context.Background(), &flow.Origin{}, source, sink)
				if !errors.Is(err, failure) {
					t.Errorf("error %v, want %v", err, failure)
				}
				if strings.Count(err.Error(), failure.Error()) != 1 {
					t.Errorf("error %q says it twice", err)
				}
			})
		})
	}
}

// Progress may be read while the pipeline runs and ends at the sums.
func TestProgress(t *testing.T) {
	p := NewPipeline(withWorkers(2), NewCatalogues())
	stats, err := p.Run(context.Background(), &flow.Origin{}, &memorySource{frames: traffic(8, 5000), slab: 500, onRead: func(next int) {
		if got := p.Progress.Packets.Load(); got > int64(next) {
			t.Errorf("%d packets seen, %d read", got, next)
		}
	}}, newMemorySink())
	if err != nil || p.Progress.Packets.Load() != stats.Packets || p.Progress.Flows.Load() != stats.Flows {
		t.Errorf("progress %d packets and %d flows, want %+v; error %v", p.Progress.Packets.Load(), p.Progress.Flows.Load(), stats, err)
	}
}
