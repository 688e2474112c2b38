package warehouse

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// everyType has a column of each type, one that is never null and one that may be.
func everyType() *schema.Table {
	t := &schema.Table{Name: "all"}
	for typ := schema.Text; typ <= schema.UInt16List; typ++ {
		for _, nullable := range []bool{false, true} {
			t.Columns = append(t.Columns, schema.Column{Name: fmt.Sprintf("%s_%t", typ, nullable), Type: typ, Nullable: nullable, Stats: true})
		}
	}
	t.Columns = append(t.Columns, schema.Column{Name: "reason", Type: schema.Text, Late: true},
		schema.Column{Name: "label", Type: schema.Text, Nullable: true}, schema.Column{Name: "date", Type: schema.Date, Partition: true})
	return t
}

// appendEvery appends row i: extremes, empties and nulls take turns.
func appendEvery(b *schema.Batch, i int) {
	ints := []int64{0, 1, -1, math.MaxInt64 - 1, math.MinInt64 + 2, int64(i) * 1e12}
	small := []int32{0, math.MaxInt32, math.MinInt32, 65535, -7}
	floats := []float64{0, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0 / 3, -2.5}
	texts := []string{"", "x", "zwölf Zeichen", "longer than what is kept in place", "nul\x00byte", "'quoted'\n"}
	var one func(v *schema.Vector, i int, ok bool)
	one = func(v *schema.Vector, i int, ok bool) {
		switch v.Kind {
		case schema.KindInt32:
			v.AppendInt32(small[i%len(small)], ok)
		case schema.KindInt64:
			v.AppendInt64(ints[i%len(ints)], ok)
		case schema.KindFloat64:
			v.AppendFloat64(floats[i%len(floats)], ok)
		case schema.KindBool:
			v.AppendBool(i%3 == 0, ok)
		case schema.KindBytes:
			v.AppendString(texts[i%len(texts)], ok)
		case schema.KindList:
			if ok {
				for j := range i % 4 {
					one(v.Elem, i+j, true)
				}
			}
			v.EndList(ok)
		}
	}
	for c := range b.Columns {
		if b.Columns[c].Type == schema.Date {
			b.Vectors[c].AppendInt32(int32(i%100000-50000), !b.Columns[c].Nullable || i%5 != c%5)
			continue
		}
		one(&b.Vectors[c], i+c, !b.Columns[c].Nullable || i%5 != c%5)
	}
	b.Keys = append(b.Keys, schema.Key{Time: int64(i ^ 3), Packet: int64(i)})
}

// rowsOf reads a data file with another reader: a line per row, all columns
// but some, with their levels, and the rows of each row group.
func rowsOf(t *testing.T, path string, but ...string) (lines []string, groups []int64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	skip := map[int]bool{}
	for i, c := range file.Schema().Columns() {
		for _, name := range but {
			skip[i] = skip[i] || c[0] == name
		}
	}
	for _, g := range file.RowGroups() {
		groups = append(groups, g.NumRows())
		r := g.Rows()
		buf := make([]parquet.Row, 64)
		for {
			n, err := r.ReadRows(buf)
			for _, row := range buf[:n] {
				var b strings.Builder
				for _, v := range row {
					if !skip[v.Column()] {
						fmt.Fprintf(&b, "%+q ", fmt.Sprintf("%+v", v))
					}
				}
				lines = append(lines, b.String())
			}
			if err != nil {
				break
			}
		}
		r.Close()
	}
	return lines, groups
}

// TestRewriteKeepsRows rewrites a file of several row groups with every type
// and compares it with the old one by another reader.
func TestRewriteKeepsRows(t *testing.T) {
	const rows = 5000
	dir := t.TempDir()
	table := everyType()
	h, err := Open(dir, []*schema.Table{table})
	if err != nil {
		t.Fatal(err)
	}
	w := h.NewWriter(WriterOptions{BufferRows: 1024})
	if err := w.Begin("x"); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		b, err := w.Batch(table, testDay)
		if err != nil {
			t.Fatal(err)
		}
		appendEvery(b, i)
		if err := w.Grown(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.End(), w.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := h.stores[0].log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	done, err := h.Assign(t.Context(), Assignment{Table: "all", Column: "label", Cases: []Case{{"INT64_false > 0", "new"}}}, WriterOptions{BufferRows: 1500})
	if err != nil || done.Files != 1 || done.Rows != rows {
		t.Fatalf("%+v, %v", done, err)
	}
	after, err := h.stores[0].log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	path := func(s *delta.Snapshot) string { return filepath.Join(dir, "all", s.Files[0].Path) }
	want, _ := rowsOf(t, path(before), "label")
	got, groups := rowsOf(t, path(after), "label")
	if len(want) != rows || len(got) != rows || len(groups) < 3 {
		t.Fatalf("%d and %d rows, row groups %v", len(want), len(got), groups)
	}
	for i := range want {
		if want[i] != got[i] {
			t.Fatalf("row %d\n got %s\nwant %s", i, got[i], want[i])
		}
	}
	a, b := before.Files[0].Stats, after.Files[0].Stats
	if fmt.Sprint(a.NumRecords, a.Min, a.Max, a.NullCount) != fmt.Sprint(b.NumRecords, b.Min, b.Max, b.NullCount) {
		t.Errorf("statistics\n got %v\nwant %v", b, a)
	}
}

// TestRewriteKeepsColumns rewrites files of releases that know other columns.
func TestRewriteKeepsColumns(t *testing.T) {
	dir := t.TempDir()
	newer := labelTables()
	newer[0].Columns = append(newer[0].Columns,
		schema.Column{Name: "score", Type: schema.Double, Nullable: true}, schema.Column{Name: "tags", Type: schema.TextList, Nullable: true},
		schema.Column{Name: "hops", Type: schema.UInt8})
	h, err := Open(dir, newer)
	if err != nil {
		t.Fatal(err)
	}
	ingestPorts(t, dir, "old", 80) // by a release without score, tags and hops
	w := h.NewWriter(WriterOptions{})
	if err := w.Begin("new"); err != nil {
		t.Fatal(err)
	}
	b, err := w.Batch(newer[0], testDay, "tcp")
	if err != nil {
		t.Fatal(err)
	}
	b.Vectors[0].AppendString("new/0", true)
	b.Vectors[1].AppendInt64(0, true)
	b.Vectors[2].AppendInt32(80, true)
	b.Vectors[3].AppendString("eof", true)
	b.Vectors[4].AppendString("", false)
	b.Vectors[5].AppendFloat64(0.25, true)
	b.Vectors[6].Elem.AppendString("one", true)
	b.Vectors[6].EndList(true)
	b.Vectors[7].AppendInt32(9, true)
	b.Keys = append(b.Keys, schema.Key{})
	if err := errors.Join(w.End(), w.Close()); err != nil {
		t.Fatal(err)
	}
	assign(t, dir, Assignment{Cases: []Case{{"dst_port = 80", "by the old one"}}}) // knows no score
	if _, err := h.Assign(t.Context(), Assignment{Table: "flows", Column: "label", Cases: []Case{{"dst_port = 53", "by the new one"}}}, WriterOptions{}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a file with nulls where the catalogue allows none is rewritten once more
		s, err := OpenSession(t.Context(), dir, newer, SessionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, s, "SELECT flow_uid, coalesce(label, '-'), score, tags, hops FROM flows ORDER BY flow_uid",
			"new/0|by the old one|0.25|[one]|9\nold/0|by the old one|NULL|NULL|NULL\nold/1|by the new one|NULL|NULL|NULL")
		s.Close()
		for _, label := range []string{"x", "by the old one"} {
			if _, err := h.Assign(t.Context(), Assignment{Table: "flows", Column: "label", Cases: []Case{{"dst_port = 80", label}}}, WriterOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
