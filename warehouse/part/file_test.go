package part

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/schema"
)

// checkValues compares what a reader finds with the batches.
func checkValues(t *testing.T, table *schema.Table, data []byte, batches ...*schema.Batch) {
	t.Helper()
	columns := table.Stored()
	got := readCells(t, data, columns)
	for i, c := range columns {
		row := 0
		for _, b := range batches {
			for _, r := range expectedOrder(b) {
				want := cell(&b.Vectors[i], r)
				if row >= len(got[i]) {
					t.Fatalf("column %s: %d rows are too few", c.Name, len(got[i]))
				}
				if got[i][row] != want {
					t.Fatalf("column %s row %d: got %.100s, want %.100s", c.Name, row, got[i][row], want)
				}
				row++
			}
		}
		if row != len(got[i]) {
			t.Errorf("column %s: got %d rows, want %d", c.Name, len(got[i]), row)
		}
	}
}

func TestRandomBatches(t *testing.T) {
	table := allTypes()
	styles := []style{
		{},
		{nulls: 0.5},
		{nulls: 1},
		{nulls: 0.1, distinct: 1},
		{nulls: 0.3, distinct: 20},
		{nulls: 0.3, distinct: 100_000},
		{nulls: 0.3, extreme: true},
	}
	encoders := kinds(t)
	for i, s := range styles {
		for _, rows := range []int{1, 2, 7, 129, 3000} {
			r := rand.New(rand.NewPCG(uint64(i), uint64(rows)))
			a := randomBatch(r, table, rows, s, false)
			b := randomBatch(r, table, rows, s, true)
			for _, enc := range encoders {
				data, sum := writeFile(t, table, enc, a, b)
				if sum.Rows != int64(2*rows) {
					t.Errorf("summary says %d rows, want %d", sum.Rows, 2*rows)
				}
				checkValues(t, table, data, a, b)
			}
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add(uint64(1), uint16(10), uint16(3), byte(0))
	f.Add(uint64(2), uint16(700), uint16(0), byte(1))
	f.Add(uint64(3), uint16(0), uint16(50), byte(3))
	table := allTypes()
	f.Fuzz(func(t *testing.T, seed uint64, rows, distinct uint16, bits byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		s := style{nulls: r.Float64(), distinct: int64(distinct), extreme: bits&1 != 0}
		b := randomBatch(r, table, int(rows)%200, s, bits&2 != 0)
		for _, enc := range kinds(t) {
			data, _ := writeFile(t, table, enc, b)
			checkValues(t, table, data, b)
		}
	})
}

// manyPages has columns that are cut by rows, by bytes, and by elements.
func manyPages(rows int) (*schema.Table, *schema.Batch) {
	table := &schema.Table{Name: "pages", Columns: []schema.Column{
		{Name: "time", Type: schema.Timestamp, Stats: true, Encoding: schema.Delta},
		{Name: "count", Type: schema.Int64, Nullable: true, Stats: true},
		{Name: "long", Type: schema.Text, Nullable: true, Stats: true},
		{Name: "list", Type: schema.Int64List, Nullable: true, Stats: true},
		{Name: "none", Type: schema.Double, Nullable: true, Stats: true},
		{Name: "flag", Type: schema.Bool, Nullable: true, Stats: true},
	}}
	b := schema.NewBatch(table, nil)
	for i := range rows {
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
		b.Vectors[0].AppendInt64(int64(i)*1000, true)
		b.Vectors[1].AppendInt64(int64(i%100), i%3 != 0)
		b.Vectors[2].AppendString(fmt.Sprintf("%0200d", i), i%2 == 0)
		for j := range i % 20 {
			b.Vectors[3].Elem.AppendInt64(int64(i+j), true)
		}
		b.Vectors[3].EndList(i%7 != 0 || i%20 != 0)
		b.Vectors[4].AppendFloat64(0, false)
		b.Vectors[5].AppendBool(i > rows/2, i%5 != 0)
	}
	return table, b
}

func TestPagesAndIndex(t *testing.T) {
	const rows = 50_000
	table, b := manyPages(rows)
	data, sum := writeFile(t, table, newEncoders(t, 1), b)
	checkValues(t, table, data, b)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	chunks := f.RowGroups()[0].ColumnChunks()
	pages := func(i int) int {
		x, err := chunks[i].OffsetIndex()
		if err != nil {
			t.Fatal(err)
		}
		return x.NumPages()
	}
	for column, want := range map[int]int{0: 3, 1: 3, 4: 1, 5: 3} {
		if got := pages(column); got != want {
			t.Errorf("column %d has %d pages, want %d", column, got, want)
		}
	}
	if n := pages(2); n < 5 {
		t.Errorf("5 MB of text are in %d pages, want at least 5", n)
	}
	if n := pages(3); n < 4 {
		t.Errorf("3.8 MB of list elements are in %d pages, want at least 4", n)
	}
	x, err := chunks[0].ColumnIndex()
	if err != nil {
		t.Fatal(err)
	}
	if lo, hi := x.MinValue(1).Int64(), x.MaxValue(1).Int64(); lo != 20_000*1000 || hi != 39_999*1000 {
		t.Errorf("second page of time spans %d to %d", lo, hi)
	}
	if !x.IsAscending() {
		t.Error("pages of time are not marked as ascending")
	}
	if x, err = chunks[4].ColumnIndex(); err != nil || !x.NullPage(0) || x.NullCount(0) != rows {
		t.Errorf("page of nulls is not marked as such: %v", err)
	}
	if sum.Min["time"] != int64(0) || sum.Max["time"] != int64((rows-1)*1000) || sum.NullCount["time"] != 0 {
		t.Errorf("summary of time is %v", sum)
	}
	if _, ok := sum.Min["none"]; ok || sum.NullCount["none"] != rows {
		t.Error("column of nulls has a minimum or a wrong null count")
	}
	if want := int64((rows + 2) / 3); sum.NullCount["count"] != want {
		t.Errorf("null count is %d, want %d", sum.NullCount["count"], want)
	}
	if _, ok := sum.NullCount["list"]; ok {
		t.Error("lists have statistics in the log")
	}
}

func TestStatistics(t *testing.T) {
	table := &schema.Table{Name: "stats", Columns: []schema.Column{
		{Name: "i", Type: schema.UInt16, Nullable: true, Stats: true},
		{Name: "f", Type: schema.Double, Nullable: true, Stats: true},
		{Name: "s", Type: schema.Text, Nullable: true, Stats: true},
		{Name: "b", Type: schema.Bool, Nullable: true, Stats: true},
	}}
	long := bytes.Repeat([]byte("z"), 1000)
	first, second := schema.NewBatch(table, nil), schema.NewBatch(table, nil)
	add := func(b *schema.Batch, i int32, f float64, s []byte, ok bool) {
		b.Vectors[0].AppendInt32(i, ok)
		b.Vectors[1].AppendFloat64(f, ok)
		b.Vectors[2].AppendText(s, ok)
		b.Vectors[3].AppendBool(true, ok)
		b.Keys = append(b.Keys, schema.Key{})
	}
	add(first, 65535, -2.5, []byte("b"), true)
	add(first, 7, 0, []byte("a"), true)
	add(first, 0, 0, nil, false)
	add(second, 80, 1e300, long, true)
	add(second, 0, 0, nil, false)
	_, sum := writeFile(t, table, newEncoders(t, 1), first, second)
	wantMin := map[string]any{"i": int64(7), "f": -2.5, "s": "a"}
	wantMax := map[string]any{"i": int64(65535), "f": 1e300, "s": string(bytes.Repeat([]byte("z"), 63)) + "{"}
	for _, name := range []string{"i", "f", "s", "b"} {
		if sum.Min[name] != wantMin[name] || sum.Max[name] != wantMax[name] {
			t.Errorf("%s spans %v to %v, want %v to %v", name, sum.Min[name], sum.Max[name], wantMin[name], wantMax[name])
		}
		if sum.NullCount[name] != 2 {
			t.Errorf("%s has %d nulls, want 2", name, sum.NullCount[name])
		}
	}
}

func TestNaNHasNoBounds(t *testing.T) {
	table := &schema.Table{Name: "nan", Columns: []schema.Column{{Name: "f", Type: schema.Double, Stats: true}}}
	b := schema.NewBatch(table, nil)
	for _, x := range []float64{1, math.NaN(), 2} {
		b.Vectors[0].AppendFloat64(x, true)
		b.Keys = append(b.Keys, schema.Key{})
	}
	data, sum := writeFile(t, table, newEncoders(t, 1), b)
	if len(sum.Min) != 0 {
		t.Errorf("minimum beside NaN is %v, want none", sum.Min)
	}
	checkValues(t, table, data, b)
}

func TestUpperText(t *testing.T) {
	rep := func(s string, n int) string { return string(bytes.Repeat([]byte(s), n)) }
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"short", "short"},
		{rep("a", 64), rep("a", 64)},
		{rep("a", 65), rep("a", 63) + "b"},
		{rep("a", 63) + "é!", rep("a", 62) + "b"},                  // é would be cut in two
		{rep("a", 61) + "\uD7FF" + "x", rep("a", 61) + "\uE000"},   // no surrogates
		{rep("a", 60) + "\U0010FFFF" + "x", rep("a", 59) + "b"},    // no character above
		{rep("\U0010FFFF", 17), rep("\U0010FFFF", 17)},             // none at all
		{rep("a", 63) + "\xff" + "x", rep("a", 63) + "\xff" + "x"}, // not UTF-8
	} {
		got := string(upperText([]byte(c.in)))
		if got != c.want {
			t.Errorf("upperText(%q) = %q, want %q", c.in, got, c.want)
		}
		if got < c.in || string(lowerText([]byte(c.in))) > c.in {
			t.Errorf("bounds of %q do not enclose it", c.in)
		}
	}
}

func TestDeterminism(t *testing.T) {
	table := allTypes()
	r := rand.New(rand.NewPCG(5, 6))
	a := randomBatch(r, table, 5000, style{nulls: 0.3, distinct: 300}, false)
	b := randomBatch(r, table, 400, style{nulls: 0.3}, true)
	want, _ := writeFile(t, table, newEncoders(t, 1), a, b)
	for _, n := range []int{1, 2, 3, 8} {
		got, _ := writeFile(t, table, newEncoders(t, n), a, b)
		if !bytes.Equal(got, want) {
			t.Errorf("%d encoders make other bytes than one", n)
		}
	}
	used := newEncoders(t, 2)
	writeFile(t, table, used, b)
	if got, _ := writeFile(t, table, used, a, b); !bytes.Equal(got, want) {
		t.Error("used encoders make other bytes than fresh ones")
	}
}

func TestBatchIsUnchanged(t *testing.T) {
	table := allTypes()
	b := randomBatch(rand.New(rand.NewPCG(9, 9)), table, 500, style{nulls: 0.2}, false)
	keys := slices.Clone(b.Keys)
	enc := newEncoders(t, 1)
	first, _ := writeFile(t, table, enc, b)
	other := randomBatch(rand.New(rand.NewPCG(10, 9)), table, 500, style{}, false)
	writeFile(t, table, enc, other)
	second, _ := writeFile(t, table, enc, b)
	if !bytes.Equal(first, second) || !slices.Equal(keys, b.Keys) {
		t.Error("writing changed the batch")
	}
}

func TestEmptyFile(t *testing.T) {
	table := allTypes()
	data, sum := writeFile(t, table, newEncoders(t, 1), schema.NewBatch(table, nil))
	if sum.Rows != 0 {
		t.Errorf("summary says %d rows", sum.Rows)
	}
	checkValues(t, table, data)
}

type failingWriter struct{ left int }

var errFull = errors.New("disk full")

func (w *failingWriter) Write(b []byte) (int, error) {
	if len(b) > w.left {
		return 0, errFull
	}
	w.left -= len(b)
	return len(b), nil
}

func TestWriteErrors(t *testing.T) {
	table := allTypes()
	b := randomBatch(rand.New(rand.NewPCG(1, 1)), table, 100, style{}, true)
	for _, n := range []int{1, 3} {
		for _, left := range []int{0, 10, 3000, 20_000} {
			f := Create(&failingWriter{left}, table.Stored(), nil)
			_ = f.Write(b, newEncoders(t, n)...)
			if _, err := f.Close(); !errors.Is(err, errFull) {
				t.Errorf("with room for %d bytes: %v", left, err)
			}
		}
	}
	f := Create(&bytes.Buffer{}, table.Stored(), nil)
	b.Vectors[3].Truncate(99)
	if err := f.Write(b, newEncoders(t, 1)...); err == nil {
		t.Error("a vector that is too short was taken")
	}
	f = Create(&bytes.Buffer{}, table.Stored()[1:], nil)
	if err := f.Write(b, newEncoders(t, 1)...); err == nil {
		t.Error("a batch of other columns was taken")
	}
}
