package part

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/claim"
	"weir/warehouse/schema"
)

// Reader reads a Parquet file of a warehouse back into vectors, column by
// column and any range of rows. Columns may be read at the same time. Damaged
// files are errors; the checksums of pages are verified. Where nothing vouches
// for the bytes, CheckPages comes before Read.
type Reader struct {
	source  io.ReaderAt
	size    int64
	file    *parquet.File
	columns []schema.Column
	leaves  []readLeaf
}

// readLeaf is where a column's values are found.
type readLeaf struct {
	index int
	// whole is the definition level of a value that is there; null is that
	// of a null list or -1, below which an empty one lies between.
	whole int
	list  bool
}

// repeated returns the highest repetition level.
func (l readLeaf) repeated() int {
	if l.list {
		return 1
	}
	return 0
}

// OpenReader reads the footer of a file of size bytes.
func OpenReader(r io.ReaderAt, size int64) (reader *Reader, err error) {
	defer caught(&err)
	if err := claim.Footer(r, size); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	reader = &Reader{source: r, size: size, file: f}
	for _, c := range f.Root().Columns() {
		if err := reader.addColumn(c); err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name(), err)
		}
	}
	if err := reader.checkPlaces(); err != nil {
		return nil, err
	}
	return reader, nil
}

// caught turns a panic of the library, which damaged files may cause, into an error.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("cannot be decoded: %v", p)
	}
}

// Columns describes the columns of the file by name, type and nullability.
// Integers narrower than 32 bits and unsigned ones are not told from the signed
// ones that hold them.
func (r *Reader) Columns() []schema.Column { return r.columns }

// Rows returns the number of rows.
func (r *Reader) Rows() int64 { return r.file.NumRows() }

// Groups returns the number of rows of each row group.
func (r *Reader) Groups() []int64 {
	var rows []int64
	for _, g := range r.file.RowGroups() {
		rows = append(rows, g.NumRows())
	}
	return rows
}

// Footer returns a value of the file's own metadata, such as the format of
// the warehouse.
func (r *Reader) Footer(key string) (string, bool) { return r.file.Lookup(key) }

func (r *Reader) addColumn(c *parquet.Column) error {
	col := schema.Column{Name: c.Name(), Nullable: c.Optional()}
	leaf := readLeaf{whole: c.MaxDefinitionLevel()}
	value := c
	if !c.Leaf() {
		if len(c.Columns()) != 1 || !c.Columns()[0].Repeated() || len(c.Columns()[0].Columns()) != 1 {
			return errors.New("is nested, but no list")
		}
		value = c.Columns()[0].Columns()[0]
		leaf.list, leaf.whole = true, value.MaxDefinitionLevel()
		if !value.Leaf() || value.Optional() {
			return errors.New("is a list of elements that are nested or may be null")
		}
	} else if c.Repeated() {
		return errors.New("is repeated, but no list")
	}
	typ, ok := typeOf(value.Type())
	if !ok {
		return fmt.Errorf("has the unknown type %s", value.Type())
	}
	if leaf.list {
		switch typ {
		case schema.Text:
			typ = schema.TextList
		case schema.Int64:
			typ = schema.Int64List
		case schema.UInt16:
			typ = schema.UInt16List
		default:
			return fmt.Errorf("is a list of the unknown type %s", value.Type())
		}
	}
	col.Type, leaf.index = typ, value.Index()
	r.columns, r.leaves = append(r.columns, col), append(r.leaves, leaf)
	return nil
}

// typeOf returns the type of the catalogue for one of Parquet.
func typeOf(t parquet.Type) (schema.Type, bool) {
	var logical format.LogicalTypeValue
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	switch t.Kind() {
	case parquet.Boolean:
		return schema.Bool, true
	case parquet.Int32:
		if _, ok := logical.(*format.DateType); ok {
			return schema.Date, true
		}
		return schema.UInt16, true
	case parquet.Int64:
		if ts, ok := logical.(*format.TimestampType); ok {
			_, micros := ts.Unit.Value.(*format.MicroSeconds)
			return schema.Timestamp, micros
		}
		return schema.Int64, true
	case parquet.Double:
		return schema.Double, true
	case parquet.ByteArray:
		return schema.Text, true
	}
	return 0, false
}

// Column returns the number of the column of that name, -1 if there is none.
// As DuckDB does, it takes upper and lower case for the same.
func (r *Reader) Column(name string) int {
	for i, c := range r.columns {
		if strings.EqualFold(c.Name, name) {
			return i
		}
	}
	return -1
}

// Read appends rows from up to, but without, to of a row group to v, whose
// kind is that of the column's type.
func (r *Reader) Read(group, column int, from, to int64, v *schema.Vector) (err error) {
	defer caught(&err)
	if from >= to {
		return nil
	}
	name := r.columns[column].Name
	if v.Kind != r.columns[column].Type.Kind() {
		return fmt.Errorf("column %s: the file has %s", name, r.columns[column].Type)
	}
	leaf := r.leaves[column]
	chunk, ok := r.file.RowGroups()[group].ColumnChunks()[leaf.index].(*parquet.FileColumnChunk)
	if !ok {
		return fmt.Errorf("column %s: cannot be read", name)
	}
	if from > 0 {
		if _, err := chunk.OffsetIndex(); err != nil && !errors.Is(err, parquet.ErrMissingOffsetIndex) {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	pages := chunk.Pages()
	defer pages.Close()
	if from > 0 {
		if err := pages.SeekToRow(from); err != nil {
			return fmt.Errorf("column %s, row %d: %w", name, from, err)
		}
	}
	a := appender{leaf: leaf, v: v, left: to - from, room: r.room(group, leaf)}
	for !a.done {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
		err = a.page(page)
		parquet.Release(page)
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	a.endList()
	if a.left > 0 {
		return fmt.Errorf("column %s: %d rows are missing", name, a.left)
	}
	return nil
}

// room bounds the bytes of text that a chunk may expand to, as a dictionary's
// one long text may stand for every row: more than any file has that is not
// made to take memory.
func (r *Reader) room(group int, leaf readLeaf) int {
	const small, row = 64 << 20, 256
	g := &r.file.Metadata().RowGroups[group]
	return small + row*int(g.NumRows) + claim.PageGrowth*int(g.Columns[leaf.index].MetaData.TotalCompressedSize)
}

// appender puts values into a vector.
type appender struct {
	leaf readLeaf
	v    *schema.Vector
	left int64 // rows not yet begun
	// open says that the elements of a list may go on, null that it is null.
	open, null bool
	done       bool
	// room is how many bytes of text there may be.
	room   int
	values [512]parquet.Value
}

// page appends the values of a page until there are enough.
func (a *appender) page(p parquet.Page) error {
	if !a.leaf.list {
		if ok, err := a.flat(p); ok {
			return err
		}
	}
	values := p.Values()
	for !a.done {
		n, err := values.ReadValues(a.values[:])
		for _, x := range a.values[:n] {
			if a.value(x); a.done {
				break
			}
		}
		if a.room < 0 {
			return fmt.Errorf("its texts are too long: the column %w", claim.Err)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrNoProgress
		}
	}
	if !a.leaf.list {
		a.done = a.left == 0
	}
	return nil
}

func (a *appender) value(x parquet.Value) {
	if !a.leaf.list {
		if a.left == 0 {
			a.done = true
			return
		}
		a.left--
		a.take(x)
		appendValue(a.v, x, x.DefinitionLevel() == a.leaf.whole)
		return
	}
	if x.RepetitionLevel() == 0 {
		a.endList()
		if a.left == 0 {
			a.done = true
			return
		}
		a.left--
		// Of a list that may be null level 0 is the null and 1 the empty one.
		a.open, a.null = true, a.leaf.whole == 2 && x.DefinitionLevel() == 0
	}
	if a.open && x.DefinitionLevel() == a.leaf.whole {
		a.take(x)
		appendValue(a.v.Elem, x, true)
	}
}

// take counts the bytes of a text.
func (a *appender) take(x parquet.Value) {
	if x.Kind() == parquet.ByteArray {
		a.room -= len(x.ByteArray())
	}
}

func (a *appender) endList() {
	if a.open {
		a.v.EndList(!a.null)
		a.open = false
	}
}

func appendValue(v *schema.Vector, x parquet.Value, ok bool) {
	switch v.Kind {
	case schema.KindInt32:
		v.AppendInt32(x.Int32(), ok)
	case schema.KindInt64:
		v.AppendInt64(x.Int64(), ok)
	case schema.KindFloat64:
		v.AppendFloat64(x.Double(), ok)
	case schema.KindBool:
		v.AppendBool(x.Boolean(), ok)
	case schema.KindBytes:
		v.AppendText(x.ByteArray(), ok)
	}
}

// CheckIndex reads the page index, by which other readers skip pages, and
// returns what is wrong with its form. Its bounds are not compared with the values.
func (r *Reader) CheckIndex() (err error) {
	defer caught(&err)
	for _, g := range r.file.RowGroups() {
		for i, c := range g.ColumnChunks() {
			chunk, ok := c.(*parquet.FileColumnChunk)
			if !ok {
				continue
			}
			offsets, err := chunk.OffsetIndex()
			if errors.Is(err, parquet.ErrMissingOffsetIndex) {
				continue
			}
			if err != nil {
				return fmt.Errorf("page index of column %d: %w", i, err)
			}
			for p := range offsets.NumPages() {
				row := offsets.FirstRowIndex(p)
				if p == 0 && row != 0 || p > 0 && row <= offsets.FirstRowIndex(p-1) || row >= max(1, g.NumRows()) || offsets.Offset(p) < 4 {
					return fmt.Errorf("page index of column %d: page %d begins with row %d", i, p, row)
				}
			}
			columns, err := chunk.ColumnIndex()
			if errors.Is(err, parquet.ErrMissingColumnIndex) {
				continue
			}
			if err != nil {
				return fmt.Errorf("page index of column %d: %w", i, err)
			}
			if columns.NumPages() != offsets.NumPages() {
				return fmt.Errorf("page index of column %d: it has %d pages in one part and %d in the other", i, columns.NumPages(), offsets.NumPages())
			}
		}
	}
	return nil
}
