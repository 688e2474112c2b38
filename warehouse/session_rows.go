package warehouse

import (
	"context"
	"fmt"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// Rows is a result that is computed while it is read, in chunks of some
// thousand rows, in memory that does not grow with the result. It must be
// closed, and is for one goroutine.
type Rows struct {
	conn     duckdb.Connection
	prepare  func(ctx context.Context, conn duckdb.Connection, q *question) (*statement, error)
	columns  []ResultColumn
	decoders []*decoder
	st       *statement
	chunk    Chunk
	first    bool // chunk was fetched ahead by Query
	done     bool
	err      error
	ctx      context.Context
	watch    *watcher
	release  func()
}

// Columns describes the result's columns.
func (r *Rows) Columns() []ResultColumn { return r.columns }

// Empty reports, before the first Next, that there are no rows.
func (r *Rows) Empty() bool { return r.done && !r.first }

// Next fetches the next chunk; it returns false at the end and on an error.
func (r *Rows) Next() bool {
	if r.first {
		r.first = false
		return true
	}
	if r.done || r.err != nil {
		return false
	}
	if r.err = r.fetch(); r.err != nil {
		return false
	}
	return !r.done
}

// fetch fills the chunk with the next rows, or sets done.
func (r *Rows) fetch() error {
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		chunk, more, err := r.st.fetch()
		if err != nil {
			return r.watch.cause(err)
		}
		if !more {
			r.done = true
			return nil
		}
		r.chunk.Rows = int(duckdb.DataChunkGetSize(chunk))
		for i := range r.decoders {
			v := &r.chunk.Vectors[i]
			v.Reset()
			r.decoders[i].decode(v, duckdb.DataChunkGetVector(chunk, duckdb.IdxT(i)), 0, r.chunk.Rows)
		}
		duckdb.DestroyDataChunk(&chunk)
		if r.chunk.Rows > 0 {
			return nil
		}
	}
}

// Chunk returns the rows that Next fetched.
func (r *Rows) Chunk() *Chunk { return &r.chunk }

// Err returns the error that ended Next, if any: a *QueryError, or the
// context's error after its end.
func (r *Rows) Err() error { return r.err }

// Close stops the query if it still runs. It may be called twice.
func (r *Rows) Close() {
	if r.st == nil {
		return
	}
	r.watch.stop()
	r.st.close()
	r.st = nil
	r.release()
}

// describe sets columns and decoders from the statement's result. The names
// are the user's, the types those before the casts of plain.
func (r *Rows) describe(plain []plainColumn) error {
	n := int(duckdb.ColumnCount(&r.st.result))
	r.chunk.Vectors = make([]schema.Vector, n)
	for i := range n {
		typ := duckdb.ColumnLogicalType(&r.st.result, duckdb.IdxT(i))
		col, dec, ok := describeType(typ)
		duckdb.DestroyLogicalType(&typ)
		col.Name = duckdb.ColumnName(&r.st.result, duckdb.IdxT(i))
		if plain != nil {
			col.Name, col.Type = plain[i].name, plain[i].typ
			if plain[i].kind != nil {
				col.Kind = *plain[i].kind
			}
		}
		if !ok {
			return fmt.Errorf("column %q: results of type %s cannot be read; cast it to VARCHAR", col.Name, col.Type)
		}
		r.columns, r.decoders = append(r.columns, col), append(r.decoders, dec)
		r.chunk.Vectors[i] = newVector(col)
	}
	return nil
}
