package part

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"weir/warehouse/schema"
)

// flowLike returns a table and rows that resemble flows: mostly short ones with
// few packets, numbers that depend on each other, half of the columns nullable
// and null where the other direction is silent.
func flowLike(rows int) (*schema.Table, *schema.Batch) {
	t := &schema.Table{Name: "flows"}
	add := func(name string, typ schema.Type, nullable bool) {
		t.Columns = append(t.Columns, schema.Column{Name: name, Type: typ, Nullable: nullable, Stats: len(t.Columns) < 32})
	}
	texts := []string{"flow_uid", "capture_id", "source", "src_ip", "dst_ip", "src_mac", "dst_mac", "community_id", "end_reason", "service", "tunnel", "label"}
	for i, n := range texts {
		add(n, schema.Text, i >= 9)
	}
	t.Columns[0].Encoding = schema.Hash
	add("start_time", schema.Timestamp, false)
	add("end_time", schema.Timestamp, false)
	add("src_port", schema.UInt16, true)
	add("dst_port", schema.UInt16, true)
	for i := range 62 {
		add(fmt.Sprintf("int_%d", i), schema.Int64, i%2 == 1)
	}
	for i := range 34 {
		add(fmt.Sprintf("double_%d", i), schema.Double, i%3 != 0)
	}
	b := schema.NewBatch(t, nil)
	r := rand.New(rand.NewPCG(1, 2))
	start := int64(1_700_000_000_000_000)
	for i := range rows {
		start += int64(r.ExpFloat64() * 500)
		appendFlow(r, b, start)
		b.Keys = append(b.Keys, schema.Key{Time: start * 1000, Packet: int64(i)})
	}
	return t, b
}

func appendFlow(r *rand.Rand, b *schema.Batch, start int64) {
	packets := 1 + int64(math.Exp(r.ExpFloat64()*1.3))
	duration := int64(0)
	if packets > 1 {
		duration = int64(math.Exp(r.Float64() * 16))
	}
	answered, texts := r.IntN(3) > 0, 0
	v := b.Vectors
	text := func(s string, ok bool) { v[texts].AppendString(s, ok); texts++ }
	host := func() string { return fmt.Sprintf("192.168.%d.%d", r.IntN(4), int(r.ExpFloat64()*20)%256) }
	text(fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()), true)
	text("2f1c0a", true)
	text("day-3.pcap", true)
	text(host(), true)
	text(host(), true)
	text(fmt.Sprintf("00:11:22:33:44:%02x", r.IntN(40)), true)
	text(fmt.Sprintf("00:11:22:33:44:%02x", r.IntN(40)), true)
	text(fmt.Sprintf("1:%x%x", r.Uint64(), r.Uint32()), true)
	text([]string{"fin", "rst", "idle", "eof"}[r.IntN(4)], true)
	text([]string{"dns", "http", "tls"}[r.IntN(3)], r.IntN(2) == 0)
	text("", false)
	text("", false)
	v[12].AppendInt64(start, true)
	v[13].AppendInt64(start+duration, true)
	v[14].AppendInt32(int32(32768+r.IntN(28000)), true)
	v[15].AppendInt32([]int32{53, 80, 443, 22, int32(r.IntN(65536))}[r.IntN(5)], true)
	for i := 16; i < len(v); i++ {
		appendFlowNumber(r, &v[i], i, packets, duration, answered)
	}
}

func appendFlowNumber(r *rand.Rand, v *schema.Vector, i int, packets, duration int64, answered bool) {
	ok := v.Valid == nil || answered
	if v.Kind == schema.KindFloat64 {
		x := 0.0
		if packets > 2 {
			x = float64(duration) * r.Float64() / float64(packets)
		}
		v.AppendFloat64(x, ok && i%5 != 0)
		return
	}
	var x int64
	switch i % 6 {
	case 0:
		x = packets
	case 1:
		x = 54 + packets*int64(r.IntN(1400))
	case 2:
		x = int64(40 + r.IntN(1460))
	case 3:
		x = 0 // a flag that is never seen
	case 4:
		x = duration / packets
	case 5:
		x = min(packets, int64(r.IntN(4)))
	}
	v.AppendInt64(x, ok)
}

// BenchmarkWrite tells the rows per second of one goroutine and the bytes of a
// row, of ingest and of compaction.
func BenchmarkWrite(b *testing.B) {
	const rows = 1 << 17
	table, batch := flowLike(rows)
	for name, enc := range kinds(b) {
		b.Run(name, func(b *testing.B) { benchmarkWrite(b, table, batch, enc) })
	}
}

func benchmarkWrite(b *testing.B, table *schema.Table, batch *schema.Batch, enc []*Encoder) {
	columns := table.Stored()
	rows := float64(batch.Rows())
	var size int64
	b.ReportAllocs()
	for b.Loop() {
		f := Create(io.Discard, columns, nil)
		if err := f.Write(batch, enc...); err != nil {
			b.Fatal(err)
		}
		s, err := f.Close()
		if err != nil {
			b.Fatal(err)
		}
		size = s.Bytes
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(size)/rows, "B/row")
}
