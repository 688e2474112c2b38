package part

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

const magic = "PAR1"

// createdBy has the form that readers parse to know a writer's bugs.
const createdBy = "weir version 1.0.0 (build weir)"

// File is a Parquet file being written. Its methods are for one goroutine.
// After an error all following calls return it.
type File struct {
	w       io.Writer
	columns []schema.Column
	meta    map[string]string
	offset  int64
	sum     uint32 // CRC-32C of the bytes written so far
	groups  []format.RowGroup
	indexes []chunkIndex // of all chunks, row group by row group
	summary summary
	late    []late // what Close will write
	parked  *parked
	stop    func() error // why no more is to be encoded
	err     error
}

// Create begins a file of the columns, with metadata for its footer. The
// writes to w are large, and w stays open after Close.
func Create(w io.Writer, columns []schema.Column, meta map[string]string) *File {
	f := &File{w: w, columns: columns, meta: meta}
	f.summary.columns = make([]columnSummary, len(columns))
	f.write([]byte(magic))
	f.stop = func() error { return nil }
	return f
}

// Until makes the file fail once the context ends: a row group of many rows takes
// seconds to encode where others want the processor too.
func (f *File) Until(ctx context.Context) { f.stop = ctx.Err }

// Size returns the bytes written so far.
func (f *File) Size() int64 { return f.offset }

// Rows returns the rows written so far.
func (f *File) Rows() int64 { return f.summary.rows }

// Write appends the batch's rows, sorted by key, as one row group. The batch is left
// unchanged; an empty one writes nothing. Columns are encoded in parallel, on
// as many goroutines as there are encoders, of which one is needed.
func (f *File) Write(b *schema.Batch, enc ...*Encoder) error {
	f.unpark()
	if f.err != nil || b.Rows() == 0 {
		return f.err
	}
	if err := f.check(b); err != nil {
		f.err = err
		return err
	}
	e := enc[0]
	var order []int32
	order, e.order = sortedOrder(b.Keys, e.order)
	group := format.RowGroup{
		NumRows:    int64(b.Rows()),
		FileOffset: f.offset,
		Ordinal:    int16(len(f.groups)),
		Columns:    make([]format.ColumnChunk, 0, len(b.Columns)),
	}
	f.hold(b, order)
	if len(enc) == 1 {
		c := e.chunk(0)
		for i := range b.Columns {
			if b.Columns[i].Late {
				f.skip(&group)
				continue
			}
			if c.err = f.stop(); c.err == nil && f.err == nil {
				c.err = e.encode(b.Columns[i], &b.Vectors[i], order, c)
			}
			f.addChunk(&group, i, b, c)
		}
	} else {
		f.writeParallel(&group, b, order, enc)
	}
	f.groups = append(f.groups, group)
	f.summary.rows += int64(b.Rows())
	return f.err
}

// check reports a batch that is not of the file's columns or whose vectors
// differ in length, which would make a file that cannot be read.
func (f *File) check(b *schema.Batch) error {
	if len(b.Vectors) != len(f.columns) || len(b.Columns) != len(f.columns) {
		return fmt.Errorf("write row group of %s: batch has %d columns, file has %d", b.Table.Name, len(b.Vectors), len(f.columns))
	}
	for i, c := range f.columns {
		if o := b.Columns[i]; o.Name != c.Name || o.Type != c.Type || o.Nullable != c.Nullable {
			return fmt.Errorf("write row group of %s: batch has column %s %s, file has %s %s", b.Table.Name, o.Name, o.Type, c.Name, c.Type)
		}
		if n := b.Vectors[i].Rows(); n != b.Rows() {
			return fmt.Errorf("write row group of %s: column %s has %d values for %d rows", b.Table.Name, c.Name, n, b.Rows())
		}
	}
	return nil
}

// addChunk writes an encoded column and records it in the row group.
func (f *File) addChunk(g *format.RowGroup, column int, b *schema.Batch, c *chunk) {
	if f.err == nil && c.err != nil {
		f.err = fmt.Errorf("write column %s of %s: %w", f.columns[column].Name, b.Table.Name, c.err)
	}
	if f.err != nil {
		return
	}
	f.skip(g)
	f.setChunk(g, len(f.groups), column, c)
}

// skip makes room for a column of the row group.
func (f *File) skip(g *format.RowGroup) {
	g.Columns = append(g.Columns, format.ColumnChunk{})
	f.indexes = append(f.indexes, chunkIndex{})
}

// setChunk writes an encoded column of a row group, of which group is the
// number.
func (f *File) setChunk(g *format.RowGroup, group, column int, c *chunk) {
	start := f.offset
	f.write(c.buf)
	col := &f.columns[column]
	meta := format.ColumnMetaData{
		Type:                  physicalType(col.Type.Elem()),
		Encoding:              encodings(c),
		PathInSchema:          leafOf(*col).path,
		Codec:                 format.Zstd,
		NumValues:             c.levels,
		TotalUncompressedSize: c.raw,
		TotalCompressedSize:   int64(len(c.buf)),
		DataPageOffset:        start + int64(c.dict),
		Statistics:            format.Statistics{NullCount: c.nulls},
	}
	if c.dict > 0 {
		meta.DictionaryPageOffset = start
	}
	if c.total.known {
		meta.Statistics.MinValue, meta.Statistics.MaxValue = c.total.encode(col.Type.Elem().Kind())
	}
	g.TotalByteSize += c.raw
	g.TotalCompressedSize += int64(len(c.buf))
	g.Columns[column] = format.ColumnChunk{FileOffset: start, MetaData: meta}
	f.indexes[group*len(f.columns)+column] = indexOf(c, start, col.Type.Elem().Kind())
	if col.Stats {
		f.summary.columns[column].add(c, *col)
	}
}

func encodings(c *chunk) []format.Encoding {
	if c.encoding == format.RLEDictionary {
		return []format.Encoding{format.Plain, format.RLE, format.RLEDictionary}
	}
	return []format.Encoding{format.RLE, c.encoding}
}

func (f *File) write(b []byte) {
	if f.err != nil {
		return
	}
	n, err := f.w.Write(b)
	f.offset += int64(n)
	f.sum = crc32.Update(f.sum, crc32.MakeTable(crc32.Castagnoli), b)
	if err != nil {
		f.err = fmt.Errorf("write parquet: %w", err)
	}
}

// Close writes the columns that were held back, the page index and the footer,
// and tells what the file holds. The encoder is needed only for columns that
// are Late; without one Close makes its own.
func (f *File) Close(enc ...*Encoder) (Summary, error) {
	f.unpark()
	f.release(enc)
	for i := range f.indexes {
		x, n := &f.indexes[i], len(f.columns)
		c := &f.groups[i/n].Columns[i%n]
		if len(x.columns) > 0 {
			c.ColumnIndexOffset, c.ColumnIndexLength = f.offset, int32(len(x.columns))
			f.write(x.columns)
		}
	}
	for i := range f.indexes {
		x, n := &f.indexes[i], len(f.columns)
		c := &f.groups[i/n].Columns[i%n]
		c.OffsetIndexOffset, c.OffsetIndexLength = f.offset, int32(len(x.offsets))
		f.write(x.offsets)
	}
	footer := format.FileMetaData{
		Version:   2,
		Schema:    schemaElements(f.columns),
		NumRows:   f.summary.rows,
		RowGroups: f.groups,
		CreatedBy: createdBy,
	}
	for _, k := range slices.Sorted(maps.Keys(f.meta)) {
		footer.KeyValueMetadata = append(footer.KeyValueMetadata, format.KeyValue{Key: k, Value: f.meta[k]})
	}
	for range f.columns {
		footer.ColumnOrders = append(footer.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	size := f.marshal(&footer)
	f.write(append(binary.LittleEndian.AppendUint32(nil, uint32(size)), magic...))
	if f.err != nil {
		return Summary{}, f.err
	}
	sum := f.summary.result(f.columns, f.offset)
	sum.CRC32C = f.sum
	return sum, nil
}

// marshal writes a Thrift struct and returns its size.
func (f *File) marshal(v any) int32 {
	if f.err != nil {
		return 0
	}
	b, err := thrift.Marshal(&thrift.CompactProtocol{}, v)
	if err != nil {
		f.err = fmt.Errorf("encode parquet footer: %w", err)
		return 0
	}
	f.write(b)
	return int32(len(b))
}
