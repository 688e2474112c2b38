package extract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// flood is a capture of SYN packets, each of a flow of its own, so many a second.
type flood struct {
	packets, next int64
	rate          int64
	onRead        func(next int64)
}

func (f *flood) Read(s *capture.Slab) error {
	if f.onRead != nil {
		f.onRead(f.next)
	}
	s.First, s.Packets, s.Bytes = f.next, s.Packets[:0], s.Bytes[:0]
	for ; f.next < f.packets && len(s.Packets) < 4096; f.next++ {
		// Scattered by a bijection of 32 bits, as spoofed sources are.
		source := uint32(f.next)*0x9e3779b1 + 1
		data := ip4(source, 0x0a000001, 6, 0, 0, false, tcpSegment(uint16(f.next), 80, uint32(f.next), 0x02, 0))
		s.Packets = append(s.Packets, capture.Packet{
			Time: midnight + f.next*int64(time.Second)/f.rate, Offset: uint32(len(s.Bytes)),
			Captured: uint32(len(data)), Length: uint32(len(data)), Link: 1,
		})
		s.Bytes = append(s.Bytes, data...)
	}
	if len(s.Packets) == 0 {
		return io.EOF
	}
	return nil
}

func (f *flood) Info() capture.Info { return capture.Info{Format: "memory"} }
func (f *flood) Close() error       { return nil }

// tallySink takes rows and forgets them, but for what sums tell.
type tallySink struct {
	batches map[string]*schema.Batch
	rows    int64
	packets int64
}

func newTallySink() *tallySink { return &tallySink{batches: map[string]*schema.Batch{}} }

func (d *tallySink) Batch(t *schema.Table, _ ...string) (*schema.Batch, error) {
	if d.batches[t.Name] == nil {
		d.batches[t.Name] = schema.NewBatch(t, make([]string, len(t.Partitions())))
	}
	return d.batches[t.Name], nil
}

func (d *tallySink) Grown(b *schema.Batch) error {
	if b.Table.Name == "flows" {
		d.rows += int64(b.Rows())
		for i, c := range b.Columns {
			if c.Name == "fwd_packets" || c.Name == "bwd_packets" {
				for r := range b.Rows() {
					d.packets += value(&b.Vectors[i], r).(int64)
				}
			}
		}
	}
	b.Reset()
	return nil
}

func (d *tallySink) Amend(*schema.Table, string, string, schema.Packets) error { return nil }

// A flood of distinct flows stays within the memory limit and loses no packet.
func TestMemoryLimitHoldsInAFlood(t *testing.T) {
	packets := int64(500_000)
	if testing.Short() {
		packets = 100_000
	}
	const limit = 160 << 20
	c := withWorkers(2)
	c.MemoryLimit = limit
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	stop := make(chan struct{})
	var most atomic.Uint64
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most.Store(max(most.Load(), m.Sys-m.HeapReleased))
			}
		}
	}()
	sink := newTallySink()
	stats, err := NewPipeline(c, NewCatalogues()).Run(context.Background(), &flow.Origin{ID: "flood"}, &flood{packets: packets, rate: 1_000_000}, sink)
	close(stop)
	if err != nil {
		t.Fatal(err)
	}
	if stats.InFlows() != packets || sink.rows != packets || sink.packets != packets || stats.Flows != packets {
		t.Errorf("%d rows of %d packets, want %d; %+v", sink.rows, sink.packets, packets, stats)
	}
	// What came in the last epoch has not been looked at.
	open := c.budget().flows/flow.Bytes + int64(c.budget().packets)
	if stats.Evicted < packets-open || stats.Evicted >= packets {
		t.Errorf("%d evicted of %d where %d may be open", stats.Evicted, packets, open)
	}
	if got := most.Load(); got > limit {
		t.Errorf("%d MiB of memory taken, want at most %d MiB", got>>20, limit>>20)
	}
	t.Logf("%d flows, %d evicted, %d MiB at most", stats.Flows, stats.Evicted, most.Load()>>20)
}

// hoard makes n packets of flows that all hold payload back: TCP segments ahead
// of their streams, requests and hellos that are not complete, and queries
// without responses; some of them come back after others.
func hoard(seed uint64, n int) []frame {
	r := rand.New(rand.NewPCG(seed, 5))
	var frames []frame
	for i := range n {
		at := midnight + int64(i)*int64(50*time.Microsecond)
		from := 0x0a000000 + uint32(r.IntN(5_000))
		var data []byte
		switch r.IntN(5) {
		case 0:
			data = ip4(from, 1, 6, 0, 0, false, tcpSegment(9, 80, uint32(r.IntN(200_000)), 0x18, 1400))
		case 1:
			head := append(tcpSegment(10, 80, 1, 0x18, 0), "GET /"+fmt.Sprint(r.IntN(1e9))+" HTTP/1.1\r\nHost: a\r\n"...)
			data = ip4(from, 2, 6, 0, 0, false, append(head, make([]byte, r.IntN(900))...))
		case 2:
			hello := append(tcpSegment(11, 443, 1, 0x18, 0), 22, 3, 1, 0x10, 0, 1, 0, 0x0f, 0xfc, 3, 3)
			data = ip4(from, 3, 6, 0, 0, false, append(hello, make([]byte, r.IntN(1000))...))
		case 3:
			query := binary.BigEndian.AppendUint16(nil, uint16(r.IntN(1<<16)))
			query = append(query, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1)
			u := udpSegment(uint16(1024+r.IntN(3)), 53, len(query))
			data = ip4(from, 4, 17, 0, 0, false, append(u[:8], query...))
		default:
			data = ip4(from, 5, 6, 0, 0, false, tcpSegment(uint16(i), 80, 5, 0x02, 0))
		}
		frames = append(frames, frame{at: at, data: data})
	}
	return frames
}

// Which flows are evicted does not depend on the number of workers.
func TestDeterminismOfEviction(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 8_000
	}
	frames := hoard(1, n)
	var want *memorySink
	var wantStats Stats
	for _, workers := range []int{1, 2, 5} {
		p := NewPipeline(withWorkers(workers), NewCatalogues())
		source := &memorySource{frames: frames, slab: 700}
		r := newRun(p, &flow.Origin{ID: "test", Source: "memory"}, source)
		r.limit(budget{limited: true, flows: 3 << 20, owed: 1 << 19, gone: 100, returned: 1 << 20, packets: 1500, bytes: 1 << 20})
		sink := newMemorySink()
		stats, err := p.run(context.Background(), r, sink)
		if err != nil {
			t.Fatal(err)
		}
		if stats.Evicted == 0 || stats.Evicted == stats.Flows {
			t.Fatalf("%d of %d flows evicted", stats.Evicted, stats.Flows)
		}
		evicted := int64(0)
		for _, r := range sink.rows("flows") {
			if r.values["end_reason"] == "evicted" {
				evicted++
			}
		}
		if evicted != stats.Evicted {
			t.Errorf("%d rows say evicted, %d are told", evicted, stats.Evicted)
		}
		conserved(t, sink, stats)
		if want == nil {
			want, wantStats = sink, stats
			t.Logf("%d of %d flows evicted", stats.Evicted, stats.Flows)
			continue
		}
		compareRuns(t, workers, want, sink, wantStats, stats)
	}
}

// A limit that is not reached changes nothing.
func TestMemoryLimitThatIsNotReached(t *testing.T) {
	frames := traffic(1, generatedPackets)
	want, wantStats := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 1000})
	c := withWorkers(2)
	c.MemoryLimit = 4 << 30
	got, stats := runSource(t, c, &memorySource{frames: frames, slab: 1000})
	compareRuns(t, 2, want, got, wantStats, stats)
}

// After an interrupt the open flows are not written first.
func TestCancellationWithManyOpenFlows(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var cancelled time.Time
	source := &flood{packets: 1 << 40, rate: 100_000_000, onRead: func(next int64) {
		if next >= 500_000 && cancelled.IsZero() {
			cancelled = time.Now()
			cancel()
		}
	}}
	sink := newTallySink()
	_, err := NewPipeline(withWorkers(2), NewCatalogues()).Run(ctx, &flow.Origin{}, source, sink)
	if d := time.Since(cancelled); d > time.Second {
		t.Errorf("ended %v after it was cancelled", d)
	}
	if !errors.Is(err, context.Canceled) || sink.rows > 0 {
		t.Errorf("error %v, %d rows", err, sink.rows)
	}
}

func TestBudget(t *testing.T) {
	for _, c := range []struct {
		limit   Bytes
		workers int
	}{{LeastMemory, 1}, {LeastMemory, 2}, {300_000_000, 2}, {2 << 30, 8}, {64 << 30, 64}} {
		config := withWorkers(c.workers)
		config.MemoryLimit = c.limit
		b := config.budget()
		sum := b.flows + b.owed*int64(c.workers) + int64(b.gone)*flow.GoneBytes + int64(b.returned)*returnedBytes + config.SinkBytes()
		if sum > int64(c.limit)*6/10 || b.flows < 1000*flow.Bytes || b.packets < 1024 || b.packets > epochPackets {
			t.Errorf("%d bytes for %d workers: %+v, %d in sum", c.limit, c.workers, b, sum)
		}
		config.Workers = 1
		if one := config.budget(); one.flows != b.flows || one.gone != b.gone || one.returned != b.returned || one.packets != b.packets || one.bytes != b.bytes {
			t.Errorf("%+v for one worker, %+v for %d: evictions depend on it", one, b, c.workers)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{"2GB": 2_000_000_000, "500MB": 500_000_000, "1GiB": 1 << 30, "4096": 4096, "1.5 kb": 1500} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s is %d, want %d; %v", text, b, want, err)
		}
	}
	for _, text := range []string{"", "many", "-1GB", "20EB", "0", "1 2GB", "1e30GB", "NaN", "GB"} {
		var b Bytes
		if b.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is taken for %d", text, b)
		}
	}
}
