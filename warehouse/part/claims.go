package part

import (
	"errors"
	"fmt"

	"weir/warehouse/claim"
)

// checkPlaces judges where chunks and their indexes are said to lie.
func (r *Reader) checkPlaces() error {
	within := func(what string, at, n int64) error {
		if at < 0 || n < 0 || at > r.size || n > r.size-at {
			return fmt.Errorf("%s of %d bytes at %d cannot be in %d bytes", what, n, at, r.size)
		}
		return nil
	}
	// Rows of many columns that are said to be the same throughout would take
	// time as the square of the size.
	const small, each = 1 << 20, 128
	values := int64(0)
	for i, g := range r.file.Metadata().RowGroups {
		if g.NumRows < 0 || g.NumRows > claim.MaxRows(r.size) {
			return fmt.Errorf("row group %d: %d rows cannot be in %d bytes", i, g.NumRows, r.size)
		}
		if values += g.NumRows * int64(len(g.Columns)); values > small+each*r.size {
			return fmt.Errorf("%d values cannot be in %d bytes", values, r.size)
		}
		if len(g.Columns) != len(r.leaves) {
			return fmt.Errorf("row group %d: it has %d columns, and the file %d", i, len(g.Columns), len(r.leaves))
		}
		for j := range g.Columns {
			c := &g.Columns[j]
			err := errors.Join(within("chunk", claim.ChunkStart(&c.MetaData), c.MetaData.TotalCompressedSize),
				within("offset index", c.OffsetIndexOffset, int64(c.OffsetIndexLength)), within("column index", c.ColumnIndexOffset, int64(c.ColumnIndexLength)))
			if err != nil {
				return fmt.Errorf("row group %d, column %d: %w", i, j, err)
			}
		}
	}
	return nil
}

// CheckPages reads every page of the file without the library: its checksum is
// verified, and what it says it holds is judged by its size. The error names
// the row group, the column and the byte at which the page begins. A file whose
// bytes nothing vouches for is to pass it before it is read.
func (r *Reader) CheckPages() (err error) {
	defer caught(&err)
	p, err := claim.NewPages(r.source, r.size)
	if err != nil {
		return err
	}
	defer p.Close()
	for i, g := range r.file.Metadata().RowGroups {
		for j, column := range r.columns {
			leaf := r.leaves[j]
			c := &g.Columns[leaf.index]
			if err := p.Chunk(&c.MetaData, leaf.repeated(), leaf.whole); err != nil {
				return fmt.Errorf("row group %d, column %s: %w", i, column.Name, err)
			}
			for _, x := range [][2]int64{{c.OffsetIndexOffset, int64(c.OffsetIndexLength)}, {c.ColumnIndexOffset, int64(c.ColumnIndexLength)}} {
				if x[1] == 0 {
					continue
				}
				if err := claim.Shape(r.source, x[0], x[1]); err != nil {
					return fmt.Errorf("row group %d, column %s: page index: %w", i, column.Name, err)
				}
			}
		}
	}
	return nil
}
