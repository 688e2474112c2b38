package warehouse

import (
	"fmt"
	"runtime"
	"testing"

	"weir/warehouse/schema"
)

// TestMemoryIsBounded watches the rows in memory while a capture of many
// times the buffers goes through.
func TestMemoryIsBounded(t *testing.T) {
	const limit = 2000
	w := openHouse(t, t.TempDir()).NewWriter(WriterOptions{BufferRows: limit, Workers: 2})
	defer w.Close()
	if err := w.Begin("large"); err != nil {
		t.Fatal(err)
	}
	flows := w.warehouse.stores[1].table
	for i := range 100_000 {
		b, err := w.Batch(flows, testDay, protocols[i%3])
		if err != nil {
			t.Fatal(err)
		}
		appendFlow(b, "large", i)
		if i%10 != 0 {
			continue
		}
		if err := w.Grown(b); err != nil {
			t.Fatal(err)
		}
		if w.buffers.rows > limit {
			t.Fatalf("%d rows in buffers", w.buffers.rows)
		}
		if s := w.stream; s != nil {
			s.mu.Lock()
			flight := s.flight.rows
			s.mu.Unlock()
			if flight > limit {
				t.Fatalf("%d rows on their way", flight)
			}
		}
	}
}

// wideTable has as many columns as flows.
func wideTable() *schema.Table {
	t := &schema.Table{Name: "flows", Columns: []schema.Column{{Name: "uid", Type: schema.Text}}}
	for i := range 110 {
		typ := []schema.Type{schema.Int64, schema.Double, schema.Int64}[i%3]
		t.Columns = append(t.Columns, schema.Column{Name: fmt.Sprintf("c%d", i), Type: typ, Nullable: i%2 == 0})
	}
	t.Columns = append(t.Columns, schema.Column{Name: "protocol", Type: schema.Text, Partition: true})
	return t
}

func appendWide(b *schema.Batch, i int) {
	for j := range b.Vectors {
		switch v := &b.Vectors[j]; v.Kind {
		case schema.KindInt64:
			v.AppendInt64(int64(i*j)%1500, v.Valid == nil || i%3 > 0)
		case schema.KindFloat64:
			v.AppendFloat64(float64(i*j%10_007)/7, v.Valid == nil || i%3 > 0)
		default:
			v.AppendString(fmt.Sprintf("%032x", i*2654435761), true)
		}
	}
	b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
}

// BenchmarkLargeCapture tells rows per second of one capture of three
// partitions, and the memory that takes.
func BenchmarkLargeCapture(b *testing.B) {
	const rows = 300_000
	table := wideTable()
	for b.Loop() {
		h, err := Open(b.TempDir(), []*schema.Table{table})
		if err != nil {
			b.Fatal(err)
		}
		w := h.NewWriter(WriterOptions{})
		if err := w.Begin("large"); err != nil {
			b.Fatal(err)
		}
		for i := range rows {
			batch, err := w.Batch(table, protocols[i%5%3])
			if err != nil {
				b.Fatal(err)
			}
			appendWide(batch, i)
			if i%64 == 0 {
				if err := w.Grown(batch); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := w.End(); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkSmallCaptures is a directory of 5,000 captures of 20 flows.
func BenchmarkSmallCaptures(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		w := openHouse(b, dir).NewWriter(WriterOptions{})
		for i := range 5000 {
			ingest(b, w, fmt.Sprintf("%064d", i), 20)
		}
		closeWriter(b, w)
		b.ReportMetric(float64(len(dataFiles(b, dir))), "files")
	}
}
