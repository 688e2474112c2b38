package extract

import (
	"context"
	"flag"
	"testing"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

var benchCapture = flag.String("capture", "", "capture file for BenchmarkRun")

// discardSink fills batches as a warehouse would and forgets them.
type discardSink struct{ batches map[string]*schema.Batch }

func (s *discardSink) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	name := t.Name
	for _, p := range partition {
		name += p
	}
	if s.batches[name] == nil {
		s.batches[name] = schema.NewBatch(t, partition)
	}
	return s.batches[name], nil
}

func (s *discardSink) Grown(b *schema.Batch) error {
	if b.Rows() > 1<<14 {
		b.Reset()
	}
	return nil
}

func (s *discardSink) Amend(*schema.Table, string, string, schema.Packets) error { return nil }

// BenchmarkRun meters a whole capture, given by -capture, without storing it.
func BenchmarkRun(b *testing.B) {
	if *benchCapture == "" {
		b.Skip("no -capture given")
	}
	p := NewPipeline(DefaultConfig(), NewCatalogues())
	for b.Loop() {
		source, err := capture.Open(*benchCapture)
		if err != nil {
			b.Fatal(err)
		}
		s, err := p.Run(context.Background(), &flow.Origin{ID: "bench", Source: "bench"}, source, &discardSink{map[string]*schema.Batch{}})
		if err != nil {
			b.Fatal(err)
		}
		source.Close()
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(s.Packets), "ns/packet")
		b.ReportMetric(float64(s.Flows), "flows")
	}
}

// BenchmarkMerge orders the flows of an epoch of two shards and fills their rows.
func BenchmarkMerge(b *testing.B) {
	const n = 8192
	epochs := make([]epoch, 2)
	for shard := range epochs {
		table := flow.NewTable(DefaultConfig().Metering, &flow.Origin{ID: "bench", Source: "bench"}, nil)
		for i := shard; i < n; i += len(epochs) {
			h := decode.Header{Time: int64(i) * 1e6, PayloadLen: 100, IPLen: 128, FrameLen: 142, HeaderLen: 8, HasTransport: true}
			h.Key = decode.Key{A: [16]byte{10, 0, byte(i >> 8), byte(i)}, B: [16]byte{10, 1}, PortA: 53, PortB: 5353, Family: decode.IPv4, Protocol: 17, Ports: true}
			h.Hash = uint64(i+1) * 0x9e3779b97f4a7c15
			table.Add(&h, int64(i))
		}
		table.Finish(flow.EndEOF)
		epochs[shard].flows = table.Ended()
	}
	m, sink := newMerger(NewCatalogues(), 2), &discardSink{map[string]*schema.Batch{}}
	b.ReportAllocs()
	for b.Loop() {
		for i := range epochs {
			epochs[i].items, epochs[i].tally = sortItems(epochs[i].flows)
		}
		m.gather(epochs, new(schema.Packets), 0)
		if err := m.append(context.Background(), sink); err != nil {
			b.Fatal(err)
		}
	}
	if len(m.items) != n {
		b.Fatalf("%d rows, want %d", len(m.items), n)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/flow")
}
