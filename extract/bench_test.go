package extract

import (
	"context"
	"flag"
	"testing"

	"weir/extract/capture"
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

func (s *discardSink) Amend(*schema.Table, string, string, map[int64]struct{}) error { return nil }

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
