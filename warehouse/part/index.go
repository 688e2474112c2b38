package part

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// chunkIndex is the page index of a chunk as it is written at the end of the file:
// Thrift structs in compact form.
type chunkIndex struct {
	columns []byte // a ColumnIndex; empty where a page has no bounds because of NaN
	offsets []byte // an OffsetIndex
}

// indexOf returns the page index of a chunk that begins at offset start.
func indexOf(c *chunk, start int64, kind schema.Kind) chunkIndex {
	x := chunkIndex{offsets: appendOffsetIndex(nil, c.pages, start)}
	for i := range c.pages {
		if c.pages[i].bounds.nan {
			return x
		}
	}
	x.columns = appendColumnIndex(nil, c.pages, boundaryOrder(c.pages, kind))
	return x
}

// appendOffsetIndex appends an OffsetIndex: where the pages are.
func appendOffsetIndex(dst []byte, pages []pageStat, start int64) []byte {
	dst = appendList(dst, 1, thriftStruct, len(pages))
	for i := range pages {
		p := &pages[i]
		dst = binary.AppendVarint(append(dst, 1<<4|thriftI64), start+int64(p.offset))
		dst = appendI32(dst, 1, int32(p.size))
		dst = binary.AppendVarint(append(dst, 1<<4|thriftI64), p.firstRow)
		dst = append(dst, 0)
	}
	return append(dst, 0)
}

// appendColumnIndex appends a ColumnIndex: what the pages hold.
func appendColumnIndex(dst []byte, pages []pageStat, order format.BoundaryOrder) []byte {
	dst = appendList(dst, 1, thriftBool, len(pages))
	for i := range pages {
		null := byte(0)
		if !pages[i].bounds.known {
			null = 1
		}
		dst = append(dst, null)
	}
	dst = appendList(dst, 1, thriftBinary, len(pages))
	for i := range pages {
		dst = append(binary.AppendUvarint(dst, uint64(len(pages[i].lo))), pages[i].lo...)
	}
	dst = appendList(dst, 1, thriftBinary, len(pages))
	for i := range pages {
		dst = append(binary.AppendUvarint(dst, uint64(len(pages[i].hi))), pages[i].hi...)
	}
	dst = appendI32(dst, 1, int32(order))
	dst = appendList(dst, 1, thriftI64, len(pages))
	for i := range pages {
		dst = binary.AppendVarint(dst, pages[i].nulls)
	}
	return append(dst, 0)
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
