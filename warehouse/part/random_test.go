package part

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/schema"
)

// allTypes has a column of each type, required and nullable, with every hint.
func allTypes() *schema.Table {
	t := &schema.Table{Name: "all"}
	types := []schema.Type{schema.Text, schema.Bool, schema.UInt8, schema.UInt16, schema.UInt32, schema.UInt64,
		schema.Int64, schema.Double, schema.Date, schema.Timestamp, schema.TextList, schema.Int64List, schema.UInt16List}
	for _, typ := range types {
		for _, nullable := range []bool{false, true} {
			for _, hint := range []schema.Encoding{schema.Auto, schema.Dict, schema.Plain, schema.Delta, schema.Hash} {
				t.Columns = append(t.Columns, schema.Column{
					Name:     fmt.Sprintf("%s_%t_%d", typ, nullable, hint),
					Type:     typ,
					Nullable: nullable,
					Encoding: hint,
					Stats:    true,
				})
			}
		}
	}
	return t
}

// style says how random values look.
type style struct {
	nulls    float64 // share of nulls in nullable columns
	distinct int64   // values are drawn from so many; 0 for all there are
	extreme  bool
}

// appendRandom appends a random value or null to v.
func appendRandom(r *rand.Rand, v *schema.Vector, nullable bool, s style) {
	ok := !nullable || r.Float64() >= s.nulls
	x := int64(r.Uint64())
	if s.distinct > 0 {
		x = r.Int64N(s.distinct)
	}
	if s.extreme && r.IntN(4) == 0 {
		x = []int64{math.MinInt64, math.MaxInt64, 0, -1}[r.IntN(4)]
	}
	switch v.Kind {
	case schema.KindInt32:
		v.AppendInt32(int32(x), ok)
	case schema.KindInt64:
		v.AppendInt64(x, ok)
	case schema.KindFloat64:
		f := float64(x) / 3
		if s.extreme && r.IntN(4) == 0 {
			f = []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1)}[r.IntN(4)]
		}
		v.AppendFloat64(f, ok)
	case schema.KindBool:
		v.AppendBool(x&1 != 0, ok)
	case schema.KindBytes:
		v.AppendText(randomText(r, x, s), ok)
	case schema.KindList:
		if ok {
			for range r.IntN(4) {
				appendRandom(r, v.Elem, false, s)
			}
		}
		v.EndList(ok)
	}
}

func randomText(r *rand.Rand, x int64, s style) []byte {
	switch {
	case x%5 == 0:
		return nil
	case s.extreme && r.IntN(50) == 0:
		return bytes.Repeat([]byte("\U0010FFFFé"), r.IntN(4000))
	default:
		return fmt.Appendf(nil, "tëxt-%d", x)
	}
}

func randomBatch(r *rand.Rand, t *schema.Table, rows int, s style, sorted bool) *schema.Batch {
	b := schema.NewBatch(t, nil)
	for i := range b.Columns {
		for range rows {
			appendRandom(r, &b.Vectors[i], b.Columns[i].Nullable, s)
		}
	}
	for i := range rows {
		k := schema.Key{Time: int64(i), Packet: int64(i)}
		if !sorted {
			k = schema.Key{Time: r.Int64N(int64(rows)/2 + 1), Packet: r.Int64N(3)}
		}
		b.Keys = append(b.Keys, k)
	}
	return b
}

// expectedOrder is the order of rows in the file, found in another way than the writer's.
func expectedOrder(b *schema.Batch) []int {
	order := make([]int, b.Rows())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		a, b := b.Keys[x], b.Keys[y]
		if a.Time < b.Time || a.Time == b.Time && a.Packet < b.Packet {
			return -1
		}
		if a == b {
			return 0
		}
		return 1
	})
	return order
}

// cell writes row i of a vector as text.
func cell(v *schema.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case schema.KindInt32:
		return fmt.Sprint(v.Int32[i])
	case schema.KindInt64:
		return fmt.Sprint(v.Int64[i])
	case schema.KindFloat64:
		return fmt.Sprintf("%x", math.Float64bits(v.Float64[i]))
	case schema.KindBool:
		return fmt.Sprint(v.Bool[i])
	case schema.KindBytes:
		return fmt.Sprintf("%q", v.Text(i))
	default:
		s := "["
		for x := v.Offsets[i]; x < v.Offsets[i+1]; x++ {
			s += cell(v.Elem, int(x)) + ","
		}
		return s + "]"
	}
}

// readCells reads a file by parquet-go: of each column the cells of all rows.
func readCells(t testing.TB, data []byte, columns []schema.Column) [][]string {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("open written file: %v", err)
	}
	cells := make([][]string, len(columns))
	for _, g := range f.RowGroups() {
		for i, c := range g.ColumnChunks() {
			pages := c.Pages()
			for {
				p, err := pages.ReadPage()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("column %s: %v", columns[i].Name, err)
				}
				values := make([]parquet.Value, p.NumValues())
				if n, err := p.Values().ReadValues(values); n != len(values) || err != nil && !errors.Is(err, io.EOF) {
					t.Fatalf("column %s: %d of %d values: %v", columns[i].Name, n, len(values), err)
				}
				cells[i] = appendCells(cells[i], columns[i], values)
				parquet.Release(p)
			}
			if err := pages.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return cells
}

func appendCells(cells []string, c schema.Column, values []parquet.Value) []string {
	if c.Type.Kind() != schema.KindList {
		for _, v := range values {
			cells = append(cells, valueCell(v))
		}
		return cells
	}
	top := 1
	if c.Nullable {
		top = 2
	}
	for i, v := range values {
		if v.RepetitionLevel() == 0 {
			switch {
			case c.Nullable && v.DefinitionLevel() == 0:
				cells = append(cells, "null")
				continue
			case v.DefinitionLevel() < top:
				cells = append(cells, "[]")
				continue
			}
			cells = append(cells, "[")
		}
		cells[len(cells)-1] += valueCell(v) + ","
		if i+1 == len(values) || values[i+1].RepetitionLevel() == 0 {
			cells[len(cells)-1] += "]"
		}
	}
	return cells
}

func valueCell(v parquet.Value) string {
	if v.IsNull() {
		return "null"
	}
	switch v.Kind() {
	case parquet.Int32:
		return fmt.Sprint(v.Int32())
	case parquet.Int64:
		return fmt.Sprint(v.Int64())
	case parquet.Double:
		return fmt.Sprintf("%x", math.Float64bits(v.Double()))
	case parquet.Boolean:
		return fmt.Sprint(v.Boolean())
	default:
		return fmt.Sprintf("%q", v.ByteArray())
	}
}

func newEncoders(t testing.TB, n int) []*Encoder {
	t.Helper()
	var enc []*Encoder
	for range n {
		enc = append(enc, NewEncoder())
	}
	return enc
}

// newDenseEncoders are those of compaction.
func newDenseEncoders(t testing.TB, n int) []*Encoder {
	t.Helper()
	var enc []*Encoder
	for range n {
		enc = append(enc, NewDenseEncoder())
	}
	return enc
}

func writeFile(t testing.TB, table *schema.Table, enc []*Encoder, batches ...*schema.Batch) ([]byte, Summary) {
	t.Helper()
	var buf bytes.Buffer
	f := Create(&buf, table.Stored(), map[string]string{"b": "2", "a": "1"})
	for _, b := range batches {
		if err := f.Write(b, enc...); err != nil {
			t.Fatal(err)
		}
	}
	s, err := f.Close()
	if err != nil {
		t.Fatal(err)
	}
	if s.Bytes != int64(buf.Len()) {
		t.Errorf("summary says %d bytes, file has %d", s.Bytes, buf.Len())
	}
	return buf.Bytes(), s
}
