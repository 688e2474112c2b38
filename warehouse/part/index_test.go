package part

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// The page index is byte for byte what the library of Thrift makes of it.
func TestPageIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 14, 15, 16, 200} {
		c, start := chunk{}, r.Int64N(1<<40)
		var columns format.ColumnIndex
		var offsets format.OffsetIndex
		columns.NullPages, columns.NullCounts = []bool{}, []int64{}
		columns.MinValues, columns.MaxValues = [][]byte{}, [][]byte{}
		offsets.PageLocations = []format.PageLocation{}
		row := int64(0)
		for range n {
			p := pageStat{offset: r.IntN(1 << 30), size: r.IntN(1 << 24), firstRow: row, nulls: r.Int64N(1 << r.IntN(40))}
			if r.IntN(3) > 0 {
				p.bounds.known = true
				p.lo, p.hi = bytes.Repeat([]byte("l"), r.IntN(200)), bytes.Repeat([]byte("h"), r.IntN(20))
			}
			row += r.Int64N(1 << r.IntN(35))
			c.pages = append(c.pages, p)
			columns.NullPages = append(columns.NullPages, !p.bounds.known)
			columns.NullCounts = append(columns.NullCounts, p.nulls)
			columns.MinValues, columns.MaxValues = append(columns.MinValues, p.lo), append(columns.MaxValues, p.hi)
			offsets.PageLocations = append(offsets.PageLocations, format.PageLocation{
				Offset: start + int64(p.offset), CompressedPageSize: int32(p.size), FirstRowIndex: p.firstRow})
		}
		columns.BoundaryOrder = boundaryOrder(c.pages, schema.KindInt64)
		x := entryOf(&schema.Column{Name: "n", Type: schema.Int64}, &c, start)
		for name, pair := range map[string]struct {
			got  []byte
			want any
		}{"columns": {x.columns, &columns}, "offsets": {x.offsets, &offsets}} {
			want, err := thrift.Marshal(&thrift.CompactProtocol{}, pair.want)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pair.got, want) {
				t.Errorf("%d pages, %s: % x, want % x", n, name, pair.got, want)
			}
		}
	}
}

// Where a page has no bounds because of NaN there is no column index, and the pages
// are found all the same.
func TestPageIndexNaN(t *testing.T) {
	c := chunk{pages: []pageStat{{size: 9}, {offset: 9, size: 7, firstRow: 4, bounds: bounds{nan: true}}}}
	if x := entryOf(&schema.Column{Name: "x", Type: schema.Double}, &c, 0); len(x.columns) > 0 || len(x.offsets) == 0 {
		t.Errorf("index of %d and %d bytes, want none of the columns", len(x.columns), len(x.offsets))
	}
}
