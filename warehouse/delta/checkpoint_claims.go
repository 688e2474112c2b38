package delta

import (
	"bytes"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/claim"
)

// checkPages judges what the pages of a checkpoint say they hold, before the library
// takes their word for it.
func checkPages(f *parquet.File, data []byte) error {
	size := int64(len(data))
	pages, err := claim.NewPages(bytes.NewReader(data), size)
	if err != nil {
		return err
	}
	defer pages.Close()
	leaves := leavesOf(f.Root(), nil)
	for _, g := range f.Metadata().RowGroups {
		if g.NumRows < 0 || g.NumRows > claim.MaxRows(size) {
			return fmt.Errorf("%d rows cannot be in %d bytes", g.NumRows, size)
		}
		if len(g.Columns) != len(leaves) {
			return fmt.Errorf("a row group of %d columns, and the file has %d", len(g.Columns), len(leaves))
		}
		for _, l := range leaves {
			m := &g.Columns[l.Index()].MetaData
			if err := pages.Chunk(m, l.MaxRepetitionLevel(), l.MaxDefinitionLevel()); err != nil {
				return fmt.Errorf("column %v: %w", m.PathInSchema, err)
			}
		}
	}
	return nil
}

// leavesOf appends the columns at and below one that have values.
func leavesOf(c *parquet.Column, leaves []*parquet.Column) []*parquet.Column {
	if c.Leaf() {
		return append(leaves, c)
	}
	for _, below := range c.Columns() {
		leaves = leavesOf(below, leaves)
	}
	return leaves
}

// textRoom bounds the bytes of text that the row groups of a checkpoint expand to, as
// one long text of a dictionary may stand for every row.
func textRoom(size int) int { return 64<<20 + 1024*size }
