package warehouse

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// source returns the files of the table's view, in the order of their paths,
// so that rows come in the same order from every warehouse of the same
// captures. DuckDB takes the columns from the first file, which is expected to have all
// of the log's schema.
func (s *Session) source(t *schema.Table) (viewSource, error) {
	src := viewSource{union: s.views.narrow}
	snap, err := s.Snapshot(t.Name)
	if err != nil || snap == nil || len(snap.Files) == 0 {
		return src, err
	}
	src.adds = slices.Clone(snap.Files)
	src.files = make([]string, len(snap.Files))
	for i, f := range snap.Files {
		src.files[i] = filepath.Join(s.dir, t.Name, filepath.FromSlash(f.Path))
	}
	if src.union {
		return src, nil
	}
	src.has = map[string]bool{}
	for _, c := range snap.Metadata.Schema {
		src.has[c.Name] = true
	}
	return src, nil
}

// sourceOfFooters is source where the first file was found to lack a column of the log's schema,
// as when an older release wrote it. The newest comes first then, and where
// that lacks one too, the columns come from all footers.
func (s *Session) sourceOfFooters(ctx context.Context, conn duckdb.Connection, t *schema.Table) (viewSource, error) {
	src, err := s.source(t)
	if err != nil || src.union {
		return src, err
	}
	snap, err := s.Snapshot(t.Name)
	if err != nil {
		return src, err
	}
	newest := 0
	for i, f := range src.adds {
		if f.ModificationTime > src.adds[newest].ModificationTime {
			newest = i
		}
	}
	has, err := fileColumns(ctx, conn, src.files[0])
	if err == nil && !complete(t, snap, has) && newest > 0 {
		src.files[0], src.files[newest] = src.files[newest], src.files[0]
		src.adds[0], src.adds[newest] = src.adds[newest], src.adds[0]
		has, err = fileColumns(ctx, conn, src.files[0])
	}
	src.has, src.union = has, !complete(t, snap, has)
	return src, err
}

// complete tells whether a file that has some columns has all those that the
// log's schema names.
func complete(t *schema.Table, snap *delta.Snapshot, has map[string]bool) bool {
	for _, c := range snap.Metadata.Schema {
		if col, known := t.Column(c.Name); known && !col.Partition && !has[c.Name] {
			return false
		}
	}
	return true
}

// fileColumns returns the names in a file's footer.
func fileColumns(ctx context.Context, conn duckdb.Connection, path string) (map[string]bool, error) {
	rows, err := ownRows(ctx, conn, "SELECT name FROM parquet_schema("+QuoteText(escapeGlob(path))+")")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer rows.Close()
	names := map[string]bool{}
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			names[string(rows.Chunk().Vectors[0].Text(i))] = true
		}
	}
	return names, rows.Err()
}
