package warehouse

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weir/warehouse/delta"
	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// bin is a set of small files that are becoming one.
type bin struct {
	*compaction
	partition []string
	inputs    []*input
	// columns are those of the new file; from[i] has for each the number that
	// it has in file i, or -1.
	columns []schema.Column
	from    [][]int
	merge   *merge
	batch   *schema.Batch
	file    *tempFile
	done    []*dataFile
}

// input is a file being read.
type input struct {
	path   string
	reader *part.Reader
	// starts are the rows that the row groups begin with, and the end.
	starts []int64
}

// reopened is a file that is opened for each read, so that very many take no
// descriptors.
type reopened string

// ReadAt implements io.ReaderAt.
func (path reopened) ReadAt(b []byte, offset int64) (int, error) {
	f, err := os.Open(string(path))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, offset)
}

// pathOf returns the path of a data file, which has the size that the log says.
func (s *tableStore) pathOf(f delta.Add) (string, error) {
	path := filepath.Join(s.dir, filepath.FromSlash(f.Path))
	info, err := s.fs.Stat(path)
	if err == nil && info.Size() != f.Size {
		err = fmt.Errorf("data file %s has %d bytes, not the %d that the log says", path, info.Size(), f.Size)
	}
	return path, err
}

// openInput reads the footer of a data file, and the rest of it as well if
// the log has no checksum that vouches for it.
func (s *tableStore) openInput(f delta.Add) (*input, error) {
	path, err := s.pathOf(f)
	if err != nil {
		return nil, err
	}
	in := &input{path: path, starts: []int64{0}}
	var source io.ReaderAt = reopened(path)
	if in.reader, err = part.OpenReader(source, f.Size); err != nil {
		return nil, fmt.Errorf("data file %s: %w", path, err)
	}
	if _, ok := f.Tags[checksumTag]; !ok {
		if err := in.reader.CheckPages(); err != nil {
			return nil, fmt.Errorf("data file %s: %w", path, err)
		}
	}
	for _, rows := range in.reader.Groups() {
		in.starts = append(in.starts, in.starts[len(in.starts)-1]+rows)
	}
	if rows := in.starts[len(in.starts)-1]; f.Stats.NumRecords >= 0 && rows != f.Stats.NumRecords {
		return nil, fmt.Errorf("data file %s has %d rows, not the %d that the log says", path, rows, f.Stats.NumRecords)
	}
	return in, nil
}

// read appends rows of a column to v.
func (in *input) read(column int, from, to int64, v *schema.Vector) error {
	for g := 0; g+1 < len(in.starts) && from < to; g++ {
		if from >= in.starts[g+1] {
			continue
		}
		end := min(to, in.starts[g+1])
		if err := in.reader.Read(g, column, from-in.starts[g], end-in.starts[g], v); err != nil {
			return fmt.Errorf("data file %s: %w", in.path, err)
		}
		from = end
	}
	return nil
}

// rewriteBin returns the files that take the place of those of a bin; none
// after an error.
func (c *compaction) rewriteBin(ctx context.Context, files []delta.Add) ([]*dataFile, error) {
	b := &bin{compaction: c, partition: c.store.partitionOf(files[0])}
	err := b.open(ctx, files)
	if err == nil {
		err = b.write(ctx)
	}
	if err != nil {
		if b.file != nil {
			b.file.discard()
		}
		removeFiles(b.done)
		return nil, err
	}
	return b.done, nil
}

// open reads the footers, decides on the columns and merges the times.
func (b *bin) open(ctx context.Context, files []delta.Add) error {
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		// A new file gets a new checksum, which would hide what happened to the old.
		if err := b.store.checkBytes(f); err != nil {
			return err
		}
		in, err := b.store.openInput(f)
		if err != nil {
			return err
		}
		b.inputs = append(b.inputs, in)
	}
	if err := b.chooseColumns(); err != nil {
		return err
	}
	name := timeColumn(b.store.table)
	var runs []*run
	for i, in := range b.inputs {
		rows := in.starts[len(in.starts)-1]
		times := schema.NewVector(schema.Timestamp, true)
		if column := in.reader.Column(name); column >= 0 {
			if err := in.read(column, 0, rows, &times); err != nil {
				return err
			}
		} else {
			for range rows {
				times.AppendInt64(0, false)
			}
		}
		runs = append(runs, runsOf(i, times.Int64)...)
	}
	b.merge = newMerge(runs)
	return nil
}

// chooseColumns takes those of the catalogue and then what the files have
// besides, which a newer release wrote. What a file lacks is null.
func (b *bin) chooseColumns() error {
	b.columns = slices.Clone(b.store.table.Stored())
	for i := range b.columns {
		b.columns[i].Late = false // the captures are complete
	}
	for _, in := range b.inputs {
		for _, c := range in.reader.Columns() {
			if !slices.ContainsFunc(b.columns, func(have schema.Column) bool { return strings.EqualFold(have.Name, c.Name) }) {
				c.Nullable = true
				b.columns = append(b.columns, c)
			}
		}
	}
	for _, in := range b.inputs {
		from := make([]int, len(b.columns))
		for i := range b.columns {
			c := &b.columns[i]
			from[i] = in.reader.Column(c.Name)
			if from[i] < 0 {
				c.Nullable = true
				continue
			}
			have := in.reader.Columns()[from[i]]
			if have.Type.Kind() != c.Type.Kind() || have.Type.Elem().Kind() != c.Type.Elem().Kind() {
				return fmt.Errorf("data file %s: column %s is %s, not %s", in.path, c.Name, have.Type, c.Type)
			}
			c.Nullable = c.Nullable || have.Nullable
		}
		b.from = append(b.from, from)
	}
	return nil
}

// write writes all rows in the order of the merge.
func (b *bin) write(ctx context.Context) error {
	b.batch = schema.NewBatch(&schema.Table{Name: b.store.table.Name, Columns: b.columns}, b.partition)
	enc := b.encoders.take(parallelRows)
	defer b.encoders.give(enc)
	for {
		slices := b.merge.take(b.options.RowGroupRows)
		if len(slices) == 0 {
			return b.end(enc)
		}
		if err := b.fill(ctx, slices); err != nil {
			return err
		}
		if b.file == nil {
			var err error
			if b.file, err = b.store.createFor(b.columns); err != nil {
				return err
			}
			b.file.part.Until(ctx)
		}
		if err := b.file.part.Write(b.batch, enc...); err != nil {
			return fmt.Errorf("write data file %s: %w", b.file.path, err)
		}
		// The files of a bin should fit into one, even if it grows a little.
		if b.file.part.Size() >= b.options.FileBytes+b.options.FileBytes/4 {
			if err := b.end(enc); err != nil {
				return err
			}
		}
	}
}

// end finishes the file at hand, if there is one.
func (b *bin) end(enc []*part.Encoder) error {
	if b.file == nil {
		return nil
	}
	f := b.file
	b.file = nil // finish removes it after an error
	done, err := f.finish(b.partition, len(b.done), enc...)
	if err != nil {
		return err
	}
	b.done = append(b.done, done)
	return nil
}

// fill reads rows into the batch, with their places as keys.
func (b *bin) fill(ctx context.Context, slices []slice) error {
	b.batch.Reset()
	for _, s := range slices {
		for _, place := range s.places {
			b.batch.Keys = append(b.batch.Keys, schema.Key{Packet: place})
		}
	}
	return inParallel(ctx, b.options.Workers, len(b.columns), func(i int) error { return b.fillColumn(ctx, i, slices) })
}

// fillColumn reads the rows of one column.
func (b *bin) fillColumn(ctx context.Context, i int, slices []slice) error {
	v := &b.batch.Vectors[i]
	for _, s := range slices {
		if err := ctx.Err(); err != nil {
			return err
		}
		if column := b.from[s.file][i]; column < 0 {
			appendNulls(v, s.to-s.from)
		} else if err := b.inputs[s.file].read(column, s.from, s.to, v); err != nil {
			return err
		}
	}
	return nil
}

// inParallel calls work for each of n numbers, on so many goroutines, until
// one fails or the context ends.
func inParallel(ctx context.Context, workers, n int, work func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(workers, n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := work(i); err != nil {
					cancel(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// appendNulls appends n nulls to a vector that may hold them.
func appendNulls(v *schema.Vector, n int64) {
	for range n {
		if v.Kind == schema.KindList {
			v.EndList(false)
		} else {
			v.AppendNull()
		}
	}
}
