package part

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// entry is what the end of the file holds of a chunk: Thrift structs in compact form.
type entry struct {
	meta    []byte // the beginning of a ColumnChunk
	columns []byte // a ColumnIndex; empty where a page has no bounds because of NaN
	offsets []byte // an OffsetIndex
}

// indexPlace is where in the file the page index of a chunk is.
type indexPlace struct{ columns, offsets int64 }

// entryOf returns the entry of a chunk of the column that begins at offset start.
func entryOf(column *schema.Column, c *chunk, start int64) entry {
	b := make([]byte, 0, 256) // one piece of memory for all three, of most chunks
	b = appendChunk(b, column, c, start)
	x := entry{meta: b}
	b = appendOffsetIndex(b, c.pages, start)
	x.offsets = b[len(x.meta):]
	for i := range c.pages {
		if c.pages[i].bounds.nan {
			return x
		}
	}
	n := len(b)
	b = appendColumnIndex(b, c.pages, boundaryOrder(c.pages, column.Type.Elem().Kind()))
	x.columns = b[n:]
	return x
}

// appendOffsetIndex appends an OffsetIndex: where the pages are.
func appendOffsetIndex(dst []byte, pages []pageStat, start int64) []byte {
	dst = appendList(dst, 1, thriftStruct, len(pages))
	for i := range pages {
		p := &pages[i]
		dst = appendI64(dst, 1, start+int64(p.offset))
		dst = appendI32(dst, 1, int32(p.size))
		dst = appendI64(dst, 1, p.firstRow)
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
