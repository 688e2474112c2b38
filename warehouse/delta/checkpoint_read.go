package delta

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/claim"
)

// readCheckpoint reads the snapshot in a checkpoint.
func (l *Log) readCheckpoint(c checkpoint) (*Snapshot, error) {
	r := &checkpointReader{txns: newTxnTable(0), at: c.version}
	for _, name := range c.files {
		data, err := l.fs.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read checkpoint: %w", err)
		}
		if err := r.file(data); err != nil {
			return nil, &DamagedError{File: name, Err: err}
		}
	}
	s, err := r.snapshot()
	if err != nil {
		return nil, &DamagedError{File: c.files[0], Err: err}
	}
	return s, s.check(l.table)
}

// checkpointReader reads a checkpoint column by column: rows as structs would
// visit every column for every row, although all but one action are null.
type checkpointReader struct {
	at      int64
	files   []wireAdd
	removes []wireRemove
	meta    *wireMetadata
	proto   *wireProtocol
	txns    *txnTable
}

// file reads one Parquet file. The library may panic on damaged ones.
func (r *checkpointReader) file(data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot be decoded: %v", p)
		}
	}()
	if err := claim.Footer(bytes.NewReader(data), int64(len(data))); err != nil {
		return err
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	if err := checkPages(f, data); err != nil {
		return err
	}
	paths := f.Schema().Columns()
	room := textRoom(len(data))
	for _, g := range f.RowGroups() {
		rows := &group{chunks: g.ColumnChunks(), paths: paths, size: int(g.NumRows()), schema: f.Schema(), room: &room}
		r.readTxns(rows)
		r.readAdds(rows)
		r.readRemoves(rows)
		r.readMetadata(rows)
		r.readProtocol(rows)
		if rows.err != nil {
			return rows.err
		}
	}
	return nil
}

func (r *checkpointReader) readTxns(g *group) {
	at, n := g.index("txn", "appId")
	if n == 0 {
		return
	}
	txns := make([]Txn, n)
	eachOf(g, txns, at, func(t *Txn, v parquet.Value) { t.AppID = string(v.ByteArray()) }, "txn", "appId")
	eachOf(g, txns, at, func(t *Txn, v parquet.Value) { t.Version = integer(v) }, "txn", "version")
	eachOf(g, txns, at, func(t *Txn, v parquet.Value) { t.LastUpdated = integer(v) }, "txn", "lastUpdated")
	r.txns.add(txns, r.at)
}

func (r *checkpointReader) readAdds(g *group) {
	at, n := g.index("add", "path")
	if n == 0 {
		return
	}
	adds := make([]wireAdd, n)
	eachOf(g, adds, at, func(a *wireAdd, v parquet.Value) { a.Path = string(v.ByteArray()) }, "add", "path")
	eachOf(g, adds, at, func(a *wireAdd, v parquet.Value) { a.Size = integer(v) }, "add", "size")
	eachOf(g, adds, at, func(a *wireAdd, v parquet.Value) { a.ModificationTime = integer(v) }, "add", "modificationTime")
	eachOf(g, adds, at, func(a *wireAdd, v parquet.Value) { a.Stats = string(v.ByteArray()) }, "add", "stats")
	eachOf(g, adds, at, func(a *wireAdd, v parquet.Value) { a.DeletionVector = &struct{}{} }, "add", "deletionVector", "storageType")
	mapOf(g, at, func(i int32, k string, v *string) { put(&adds[i].PartitionValues, k, v) }, "add", "partitionValues")
	mapOf(g, at, func(i int32, k string, v *string) { put(&adds[i].Tags, k, v) }, "add", "tags")
	r.files = append(r.files, adds...)
}

func (r *checkpointReader) readRemoves(g *group) {
	at, n := g.index("remove", "path")
	if n == 0 {
		return
	}
	list := make([]wireRemove, n)
	eachOf(g, list, at, func(w *wireRemove, v parquet.Value) { w.Path = string(v.ByteArray()) }, "remove", "path")
	eachOf(g, list, at, func(w *wireRemove, v parquet.Value) { w.DeletionTimestamp = integer(v) }, "remove", "deletionTimestamp")
	eachOf(g, list, at, func(w *wireRemove, v parquet.Value) { w.DataChange = v.Boolean() }, "remove", "dataChange")
	eachOf(g, list, at, func(w *wireRemove, v parquet.Value) { w.Size = integer(v) }, "remove", "size")
	mapOf(g, at, func(i int32, k string, v *string) { put(&list[i].PartitionValues, k, v) }, "remove", "partitionValues")
	r.removes = append(r.removes, list...)
}

func (r *checkpointReader) readMetadata(g *group) {
	at, n := g.index("metaData", "schemaString")
	if n == 0 {
		return
	}
	list := make([]wireMetadata, n)
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.SchemaString = string(v.ByteArray()) }, "metaData", "schemaString")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.ID = string(v.ByteArray()) }, "metaData", "id")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.Name = string(v.ByteArray()) }, "metaData", "name")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.Description = string(v.ByteArray()) }, "metaData", "description")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.CreatedTime = integer(v) }, "metaData", "createdTime")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) { m.Format.Provider = string(v.ByteArray()) }, "metaData", "format", "provider")
	eachOf(g, list, at, func(m *wireMetadata, v parquet.Value) {
		m.PartitionColumns = append(m.PartitionColumns, string(v.ByteArray()))
	}, "metaData", "partitionColumns")
	mapOf(g, at, func(i int32, k string, v *string) {
		if list[i].Configuration == nil {
			list[i].Configuration = map[string]string{}
		}
		if v != nil {
			list[i].Configuration[k] = *v
		}
	}, "metaData", "configuration")
	r.meta = &list[n-1]
}

func (r *checkpointReader) readProtocol(g *group) {
	at, n := g.index("protocol", "minReaderVersion")
	if n == 0 {
		return
	}
	list := make([]wireProtocol, n)
	eachOf(g, list, at, func(p *wireProtocol, v parquet.Value) { p.MinReaderVersion = int(integer(v)) }, "protocol", "minReaderVersion")
	eachOf(g, list, at, func(p *wireProtocol, v parquet.Value) { p.MinWriterVersion = int(integer(v)) }, "protocol", "minWriterVersion")
	r.proto = &list[n-1]
}

// snapshot puts together what was read.
func (r *checkpointReader) snapshot() (*Snapshot, error) {
	if r.meta == nil || r.proto == nil {
		return nil, errors.New("no metadata or no protocol")
	}
	meta, err := decodeMetadata(r.meta)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Version: r.at, Metadata: meta, Protocol: Protocol(*r.proto), txns: r.txns, types: meta.types()}
	s.Files = make([]Add, len(r.files))
	for i := range r.files {
		if s.Files[i], err = decodeAdd(&r.files[i]); err != nil {
			return nil, err
		}
	}
	for i := range r.removes {
		remove, err := decodeRemove(&r.removes[i])
		if err != nil {
			return nil, err
		}
		s.removed = append(s.removed, remove)
	}
	sortAdds(s.Files)
	sortRemoves(s.removed)
	return s, nil
}

func put(m *map[string]*string, k string, v *string) {
	if *m == nil {
		*m = map[string]*string{}
	}
	(*m)[k] = v
}

// integer returns the value of an integer column of either width.
func integer(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// group is a row group of a checkpoint.
type group struct {
	chunks []parquet.ColumnChunk
	paths  [][]string
	schema *parquet.Schema
	size   int
	room   *int // bytes of text that there may still be
	err    error
}

// leaves returns the columns at or below a path. Writers differ in how they
// name what is within a list or a map, but not in the order.
func (g *group) leaves(path []string) []int {
	var at []int
	want := strings.Join(path, ".") + "."
	for i, p := range g.paths {
		if strings.HasPrefix(strings.Join(p, ".")+".", want) {
			at = append(at, i)
		}
	}
	return at
}

// index numbers the rows that have a value in a column; the others are -1.
func (g *group) index(path ...string) ([]int32, int) {
	if len(g.leaves(path)) == 0 {
		return nil, 0
	}
	var at []int32
	n := 0
	g.each(func(row int, v parquet.Value) {
		if at == nil {
			at = make([]int32, g.size)
			for i := range at {
				at[i] = -1
			}
		}
		at[row] = int32(n)
		n++
	}, path...)
	return at, n
}

// eachOf hands each value of a column to the row it belongs to.
func eachOf[T any](g *group, rows []T, at []int32, set func(*T, parquet.Value), path ...string) {
	g.each(func(row int, v parquet.Value) {
		if i := at[row]; i >= 0 {
			set(&rows[i], v)
		}
	}, path...)
}

// each visits the values of a column that are not null.
func (g *group) each(visit func(row int, v parquet.Value), path ...string) {
	if at := g.leaves(path); len(at) > 0 {
		g.values(at[0], false, func(row int, v parquet.Value) {
			if !v.IsNull() {
				visit(row, v)
			}
		})
	}
}

// mapOf visits the entries of a column of maps: the keys and values of all
// rows stand in two columns in the same order.
func mapOf(g *group, at []int32, visit func(i int32, key string, value *string), path ...string) {
	leaves := g.leaves(path)
	if len(leaves) != 2 {
		return
	}
	key, _ := g.schema.Lookup(g.paths[leaves[0]]...)
	type entry struct {
		row int
		key string
	}
	var keys []entry
	g.values(leaves[0], false, func(row int, v parquet.Value) {
		if !v.IsNull() {
			keys = append(keys, entry{row, string(v.ByteArray())})
		}
	})
	g.values(leaves[1], true, func(row int, v parquet.Value) {
		if v.DefinitionLevel() < key.MaxDefinitionLevel || len(keys) == 0 {
			return // the row has no map, or an empty one
		}
		e := keys[0]
		keys = keys[1:]
		if e.row != row {
			g.fail(errors.New("keys and values of a map do not match"))
			return
		}
		var value *string
		if !v.IsNull() {
			text := string(v.ByteArray())
			value = &text
		}
		if i := at[row]; i >= 0 {
			visit(i, e.key, value)
		}
	})
}

func (g *group) fail(err error) {
	if g.err == nil {
		g.err = err
	}
}

// values visits the values of a column. Without nulls it passes over chunks
// and pages that hold nothing else, and may visit nulls in the others.
func (g *group) values(column int, nulls bool, visit func(row int, v parquet.Value)) {
	chunk := g.chunks[column]
	if c, ok := chunk.(*parquet.FileColumnChunk); g.err != nil || !nulls && ok && c.NullCount() > 0 && c.NullCount() == c.NumValues() {
		return
	}
	pages := chunk.Pages()
	defer pages.Close()
	row := -1
	var buf [256]parquet.Value
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return
		}
		if err != nil {
			g.fail(err)
			return
		}
		row = g.page(page, row, nulls, buf[:], visit)
		parquet.Release(page)
		if g.err != nil {
			return
		}
	}
}

// page visits the values of a page. It takes and returns the number of the
// last row.
func (g *group) page(page parquet.Page, row int, nulls bool, buf []parquet.Value, visit func(int, parquet.Value)) int {
	if n := page.NumValues(); !nulls && page.NumNulls() == n && page.NumRows() == n {
		return row + int(n)
	}
	values := page.Values()
	for {
		n, err := values.ReadValues(buf)
		for _, v := range buf[:n] {
			if v.RepetitionLevel() == 0 {
				row++
			}
			if row < 0 || row >= g.size {
				g.fail(errors.New("a column has other rows than the file"))
				return row
			}
			if v.Kind() == parquet.ByteArray {
				*g.room -= len(v.ByteArray())
			}
			visit(row, v)
		}
		if *g.room < 0 {
			g.fail(fmt.Errorf("its texts are too long: the file %w", claim.Err))
			return row
		}
		if err == io.EOF {
			return row
		}
		if err != nil || n == 0 {
			g.fail(errors.Join(errors.New("column cannot be read"), err))
			return row
		}
	}
}
