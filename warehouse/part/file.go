package part

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

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
	groups  []rowGroup
	entries []entry // of all chunks, row group by row group
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
	f.hold(b, order)
	f.groups = append(f.groups, rowGroup{rows: int64(b.Rows()), offset: f.offset})
	if len(enc) == 1 {
		c := e.chunk(0)
		for i := range b.Columns {
			if b.Columns[i].Late {
				f.skip()
				continue
			}
			if c.err = f.stop(); c.err == nil && f.err == nil {
				c.err = e.encode(b.Columns[i], &b.Vectors[i], order, c)
			}
			f.addChunk(i, b, c)
		}
	} else {
		f.writeParallel(b, order, enc)
	}
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

// addChunk writes an encoded column of the last row group.
func (f *File) addChunk(column int, b *schema.Batch, c *chunk) {
	if f.err == nil && c.err != nil {
		f.err = fmt.Errorf("write column %s of %s: %w", f.columns[column].Name, b.Table.Name, c.err)
	}
	if f.err != nil {
		return
	}
	f.skip()
	f.setChunk(len(f.groups)-1, column, c)
}

// skip makes room for a column of the last row group.
func (f *File) skip() { f.entries = append(f.entries, entry{}) }

// setChunk writes an encoded column of a row group, of which group is the
// number.
func (f *File) setChunk(group, column int, c *chunk) {
	col := &f.columns[column]
	f.entries[group*len(f.columns)+column] = entryOf(col, c, f.offset)
	f.write(c.buf)
	g := &f.groups[group]
	g.raw += c.raw
	g.size += int64(len(c.buf))
	if col.Stats {
		f.summary.columns[column].add(c, *col)
	}
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
	if f.err != nil {
		return Summary{}, f.err
	}
	indexes := make([]indexPlace, len(f.entries))
	for i := range f.entries {
		indexes[i].columns = f.offset
		f.write(f.entries[i].columns)
	}
	for i := range f.entries {
		indexes[i].offsets = f.offset
		f.write(f.entries[i].offsets)
	}
	footer := appendFooter(nil, f.columns, f.groups, f.entries, indexes, f.meta)
	f.write(footer)
	size := len(footer)
	f.write(append(binary.LittleEndian.AppendUint32(nil, uint32(size)), magic...))
	if f.err != nil {
		return Summary{}, f.err
	}
	sum := f.summary.result(f.columns, f.offset)
	sum.CRC32C = f.sum
	return sum, nil
}
