package part

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// TestDense holds the layout that a dense encoder finds against that of a fast
// one, for durations of which half are 0: differences cost as much for these.
func TestDense(t *testing.T) {
	table := &schema.Table{Name: "times", Columns: []schema.Column{{Name: "duration", Type: schema.Int64}}}
	const rows = 20_000
	b := schema.NewBatch(table, nil)
	r := rand.New(rand.NewPCG(11, 12))
	for i := range rows {
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
		b.Vectors[0].AppendInt64(int64(math.Exp2(26*r.Float64()))*int64(r.IntN(2)), true)
	}
	size := map[string]int{}
	for name, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		checkValues(t, table, data, b)
		size[name] = len(data)
	}
	if size["dense"] > size["fast"]*3/4 {
		t.Errorf("dense takes %d bytes, fast %d", size["dense"], size["fast"])
	}
}

// TestDenseLayouts holds the layout of columns, each of which is smallest in another.
func TestDenseLayouts(t *testing.T) {
	const rows = 40_000
	r := rand.New(rand.NewPCG(13, 14))
	several := make([]int64, 9000)
	for i := range several {
		several[i] = r.Int64()
	}
	for _, c := range []struct {
		name  string
		value func(i int) int64
		want  format.Encoding
	}{
		{"steps", func(i int) int64 { return int64(i)*1000 + r.Int64N(1000) }, format.DeltaBinaryPacked},
		{"few", func(int) int64 { return several[r.IntN(100)] }, format.RLEDictionary},
		// Nothing repeats among the first 9000.
		{"later", func(i int) int64 { return several[min(i, r.IntN(len(several)))] }, format.RLEDictionary},
		{"random", func(int) int64 { return r.Int64() }, format.Plain},
	} {
		table := &schema.Table{Name: c.name, Columns: []schema.Column{{Name: "value", Type: schema.Int64}}}
		b := schema.NewBatch(table, nil)
		for i := range rows {
			b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
			b.Vectors[0].AppendInt64(c.value(i), true)
		}
		data, _ := writeFile(t, table, newDenseEncoders(t, 1), b)
		checkValues(t, table, data, b)
		f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Metadata().RowGroups[0].Columns[0].MetaData.Encoding; !slices.Contains(got, c.want) {
			t.Errorf("%s: written as %v, want %v", c.name, got, c.want)
		}
	}
}

// TestDensePages expects large pages, but of columns that people filter by.
func TestDensePages(t *testing.T) {
	table := &schema.Table{Name: "pages", Columns: []schema.Column{
		{Name: "time", Type: schema.Timestamp, Stats: true},
		{Name: "count", Type: schema.Int64},
		{Name: "text", Type: schema.Text, Encoding: schema.Hash},
	}}
	const rows = 1<<16 + 1
	b := schema.NewBatch(table, nil)
	for i := range rows {
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
		b.Vectors[0].AppendInt64(int64(i), true)
		b.Vectors[1].AppendInt64(int64(i), true)
		b.Vectors[2].AppendString(fmt.Sprintf("%0120d", i), true)
	}
	data, _ := writeFile(t, table, newDenseEncoders(t, 1), b)
	checkValues(t, table, data, b)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{4, 2, 2} {
		x, err := f.RowGroups()[0].ColumnChunks()[i].OffsetIndex()
		if err != nil {
			t.Fatal(err)
		}
		if got := x.NumPages(); got != want {
			t.Errorf("column %s has %d pages, want %d", table.Columns[i].Name, got, want)
		}
	}
}

// TestSortEntries expects the entries of a dictionary in order, and of each id the entry
// that it had.
func TestSortEntries(t *testing.T) {
	entries := []int64{7, -3, math.MaxInt64, 0}
	ids := []int32{0, 1, 2, 3, 1, 0}
	var want []int64
	for _, id := range ids {
		want = append(want, entries[id])
	}
	sortEntries(ids, entries, func(a, b int64) int {
		if a < b {
			return -1
		}
		return 1
	})
	if !slices.IsSorted(entries) {
		t.Errorf("entries are %v", entries)
	}
	for i, id := range ids {
		if entries[id] != want[i] {
			t.Errorf("value %d is %d, want %d", i, entries[id], want[i])
		}
	}
}

// TestAppendBits compares bits with those found one by one.
func TestAppendBits(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for n := range 70 {
		levels, want := make([]byte, n), make([]byte, (n+7)/8)
		for i := range levels {
			levels[i] = byte(r.IntN(2))
			want[i/8] |= levels[i] << (i % 8)
		}
		if got := appendBits(nil, levels); !bytes.Equal(got, want) {
			t.Errorf("%v: got %b, want %b", levels, got, want)
		}
	}
}
