package part

import (
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// indexOf returns the page index of a chunk that begins at offset start.
func indexOf(c *chunk, start int64, kind schema.Kind) chunkIndex {
	n := len(c.pages)
	x := chunkIndex{bounded: true}
	x.columns.BoundaryOrder = boundaryOrder(c.pages, kind)
	x.columns.NullPages = make([]bool, 0, n)
	x.columns.MinValues = make([][]byte, 0, n)
	x.columns.MaxValues = make([][]byte, 0, n)
	x.columns.NullCounts = make([]int64, 0, n)
	x.offsets.PageLocations = make([]format.PageLocation, 0, n)
	for i := range c.pages {
		p := &c.pages[i]
		if p.bounds.nan {
			x.bounded = false
		}
		x.columns.NullPages = append(x.columns.NullPages, !p.bounds.known)
		x.columns.MinValues = append(x.columns.MinValues, p.lo)
		x.columns.MaxValues = append(x.columns.MaxValues, p.hi)
		x.columns.NullCounts = append(x.columns.NullCounts, p.nulls)
		x.offsets.PageLocations = append(x.offsets.PageLocations, format.PageLocation{
			Offset:             start + int64(p.offset),
			CompressedPageSize: int32(p.size),
			FirstRowIndex:      p.firstRow,
		})
	}
	return x
}

// boundaryOrder tells whether integers grow from page to page, as start times
// do; for the others it does not look.
func boundaryOrder(pages []pageStat, kind schema.Kind) format.BoundaryOrder {
	if kind != schema.KindInt32 && kind != schema.KindInt64 {
		return format.Unordered
	}
	var last *bounds
	for i := range pages {
		b := &pages[i].bounds
		if !b.known {
			continue
		}
		if last != nil && (b.lo < last.lo || b.hi < last.hi) {
			return format.Unordered
		}
		last = b
	}
	return format.Ascending
}
