package part

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// rowGroup is what the footer holds of a row group beside its chunks.
type rowGroup struct {
	offset, rows int64
	raw, size    int64 // before and after compression
}

// appendFooter appends the FileMetaData: the entries are those of the chunks, row group
// by row group, and indexes tells where the page index of each is.
func appendFooter(dst []byte, columns []schema.Column, groups []rowGroup, entries []entry, indexes []indexPlace, meta map[string]string) []byte {
	const each = 48 // bytes of a column in the schema, and of a chunk for its indexes
	size := each * (len(columns) + len(entries))
	for i := range entries {
		size += len(entries[i].meta)
	}
	dst = slices.Grow(dst, size)
	rows := int64(0)
	for _, g := range groups {
		rows += g.rows
	}
	dst = appendI32(dst, 1, 2) // version
	dst = appendSchema(dst, 1, columns)
	dst = appendI64(dst, 1, rows)
	dst = appendList(dst, 1, thriftStruct, len(groups))
	for i, g := range groups {
		from, to := i*len(columns), (i+1)*len(columns)
		dst = appendGroup(dst, g, i, entries[from:to], indexes[from:to])
	}
	delta := byte(1)
	if len(meta) > 0 {
		dst = appendList(dst, 1, thriftStruct, len(meta))
		for _, k := range slices.Sorted(maps.Keys(meta)) {
			dst = appendBinary(dst, 1, k)
			dst = append(appendBinary(dst, 1, meta[k]), 0)
		}
	} else {
		delta++
	}
	dst = appendBinary(dst, delta, createdBy)
	dst = appendList(dst, 1, thriftStruct, len(columns))
	for range columns {
		dst = append(dst, 1<<4|thriftStruct, 0, 0) // ordered as their type says
	}
	return append(dst, 0)
}

// appendGroup appends a RowGroup of that number.
func appendGroup(dst []byte, g rowGroup, number int, entries []entry, indexes []indexPlace) []byte {
	dst = appendList(dst, 1, thriftStruct, len(entries))
	for i := range entries {
		dst = append(dst, entries[i].meta...)
		x := &indexes[i]
		dst = appendI64(dst, 1, x.offsets)
		dst = appendI32(dst, 1, int32(len(entries[i].offsets)))
		if n := len(entries[i].columns); n > 0 {
			dst = appendI64(dst, 1, x.columns)
			dst = appendI32(dst, 1, int32(n))
		}
		dst = append(dst, 0)
	}
	dst = appendI64(dst, 1, g.raw)
	dst = appendI64(dst, 1, g.rows)
	dst = appendI64(dst, 2, g.offset)
	dst = appendI64(dst, 1, g.size)
	dst = binary.AppendVarint(append(dst, 1<<4|thriftI16), int64(int16(number)))
	return append(dst, 0)
}

// appendChunk appends the beginning of a ColumnChunk, up to where its page index is.
func appendChunk(dst []byte, column *schema.Column, c *chunk, start int64) []byte {
	dst = appendI64(dst, 2, start)
	dst = append(dst, 1<<4|thriftStruct) // the ColumnMetaData
	dst = appendI32(dst, 1, int32(physicalType(column.Type.Elem())))
	dictionary := c.encoding == format.RLEDictionary
	if dictionary {
		dst = appendEncodings(dst, format.Plain, format.RLE, format.RLEDictionary)
	} else {
		dst = appendEncodings(dst, format.RLE, c.encoding)
	}
	path := leafOf(*column).path
	dst = appendList(dst, 1, thriftBinary, len(path))
	for _, name := range path {
		dst = append(binary.AppendUvarint(dst, uint64(len(name))), name...)
	}
	dst = appendI32(dst, 1, int32(format.Zstd))
	dst = appendI64(dst, 1, c.levels)
	dst = appendI64(dst, 1, c.raw)
	dst = appendI64(dst, 1, int64(len(c.buf)))
	dst = appendI64(dst, 2, start+int64(c.dict))
	delta := byte(3)
	if dictionary {
		dst = appendI64(dst, 2, start)
		delta = 1
	}
	dst = append(dst, delta<<4|thriftStruct) // the Statistics
	dst = appendI64(dst, 3, c.nulls)
	if c.total.known {
		lo, hi := c.total.encode(column.Type.Elem().Kind())
		dst = appendBinary(dst, 2, hi)
		dst = appendBinary(dst, 1, lo)
	}
	return append(dst, 0, 0)
}

func appendEncodings(dst []byte, encodings ...format.Encoding) []byte {
	dst = appendList(dst, 1, thriftI32, len(encodings))
	for _, x := range encodings {
		dst = binary.AppendVarint(dst, int64(x))
	}
	return dst
}
