package warehouse

import (
	"context"
	"fmt"

	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// copying is one rewrite under way.
type copying struct {
	*rewriter
	columns   []schema.Column
	partition []string
	batch     *schema.Batch
	file      *tempFile
	finished  []*dataFile
	// rows numbers the rows, which keeps their order.
	rows int64
}

// all writes all rows and returns the finished files.
func (c *copying) all(ctx context.Context, rows *Rows) ([]*dataFile, error) {
	c.batch = schema.NewBatch(&schema.Table{Name: c.store.table.Name, Columns: c.columns}, c.partition)
	enc := c.encoders.take(parallelRows)
	defer c.encoders.give(enc)
	for rows.Next() {
		c.append(rows.Chunk())
		if c.batch.Rows() < c.options.BufferRows && c.batch.Size() < c.options.BufferBytes {
			continue
		}
		if err := c.flush(ctx, enc); err != nil {
			return nil, err
		}
		if c.file.part.Size() >= c.options.FileBytes {
			if err := c.end(enc); err != nil {
				return nil, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read data files of %s: %w", c.store.table.Name, err)
	}
	if err := c.flush(ctx, enc); err != nil {
		return nil, err
	}
	if err := c.end(enc); err != nil {
		return nil, err
	}
	return c.finished, nil
}

// flush writes the batch as a row group.
func (c *copying) flush(ctx context.Context, enc []*part.Encoder) error {
	if c.batch.Rows() == 0 {
		return nil
	}
	if c.file == nil {
		var err error
		if c.file, err = c.store.createFor(c.columns); err != nil {
			return err
		}
		c.file.part.Until(ctx)
	}
	if err := c.file.part.Write(c.batch, enc...); err != nil {
		return fmt.Errorf("write data file %s: %w", c.file.path, err)
	}
	c.batch.Reset()
	return nil
}

// end finishes the file at hand, if there is one.
func (c *copying) end(enc []*part.Encoder) error {
	if c.file == nil {
		return nil
	}
	f := c.file
	c.file = nil // finish removes it after an error
	done, err := f.finish(c.partition, len(c.finished), enc...)
	if err != nil {
		return err
	}
	c.finished = append(c.finished, done)
	return nil
}

// discard removes what has been written.
func (c *copying) discard() {
	if c.file != nil {
		c.file.discard()
	}
	removeFiles(c.finished)
}

// append adds the rows of a chunk to the batch.
func (c *copying) append(chunk *Chunk) {
	for i := range chunk.Vectors {
		appendValues(&c.batch.Vectors[i], &chunk.Vectors[i], 0, chunk.Rows)
	}
	for range chunk.Rows {
		c.batch.Keys = append(c.batch.Keys, schema.Key{Packet: c.rows})
		c.rows++
	}
}

// appendValues appends values of a result to a vector of a batch, where
// integers have the width that they are stored in.
func appendValues(dst, src *schema.Vector, from, to int) {
	for i := from; i < to; i++ {
		ok := !src.Null(i)
		switch dst.Kind {
		case schema.KindInt32:
			dst.AppendInt32(int32(src.Int64[i]), ok)
		case schema.KindInt64:
			dst.AppendInt64(src.Int64[i], ok)
		case schema.KindFloat64:
			dst.AppendFloat64(src.Float64[i], ok)
		case schema.KindBool:
			dst.AppendBool(src.Bool[i], ok)
		case schema.KindBytes:
			dst.AppendText(src.Text(i), ok)
		case schema.KindList:
			appendValues(dst.Elem, src.Elem, int(src.Offsets[i]), int(src.Offsets[i+1]))
			dst.EndList(ok)
		}
	}
}
