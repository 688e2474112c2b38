package warehouse

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"weir/warehouse/delta"
	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// rewriter copies rows of a table's data files into new files, in the order in
// which they stand, in memory of a few row groups. Every column is
// copied as it is, those that the catalogue does not know too; columns that a
// file lacks become nulls. It is for one goroutine.
type rewriter struct {
	store    *tableStore
	session  *Session // reads the files
	encoders encoders
	options  WriterOptions
}

// newRewriter returns a rewriter, which the caller closes.
func newRewriter(ctx context.Context, store *tableStore, o WriterOptions) (*rewriter, error) {
	o.setDefaults()
	s, err := OpenMemory(ctx, nil, SessionOptions{Threads: o.Workers})
	if err != nil {
		return nil, err
	}
	return &rewriter{store: store, session: s, encoders: newEncoders(o.Workers, part.NewEncoder), options: o}, nil
}

func (r *rewriter) close() { r.session.Close() }

// paths returns the absolute paths of data files.
func (r *rewriter) paths(files []delta.Add) ([]string, error) {
	dir, err := filepath.Abs(r.store.dir)
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = filepath.Join(dir, filepath.FromSlash(f.Path))
	}
	return paths, nil
}

// rewrite copies the rows of files of one partition, in the order given, and
// returns finished files that no log names yet. The assignment's column gets its
// new values.
func (r *rewriter) rewrite(ctx context.Context, files []delta.Add, a Assignment) ([]*dataFile, error) {
	paths, err := r.paths(files)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := r.store.checkBytes(f); err != nil {
			return nil, err
		}
	}
	columns, err := r.columns(ctx, paths)
	if err != nil {
		return nil, err
	}
	src := viewSource{files: paths, union: true}
	var selected []string
	for _, c := range columns {
		expr := QuoteName(c.Name)
		if c.Name == a.Column {
			expr = a.valueSQL() + " AS " + expr
		} else if _, known := r.store.table.Column(c.Name); !known {
			src.more = append(src.more, c.Name)
		}
		selected = append(selected, expr)
	}
	rows, err := r.session.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(selected, ", "), a.decideSQL(storedSQL(r.store.table, src))))
	if err != nil {
		return nil, fmt.Errorf("read data files of %s: %w", r.store.table.Name, err)
	}
	defer rows.Close()
	c := &copying{rewriter: r, columns: columns, partition: r.store.partitionOf(files[0])}
	done, err := c.all(ctx, rows)
	if err != nil {
		c.discard()
		return nil, err
	}
	return done, nil
}

// columns returns the columns of the rewritten files: those of the
// catalogue, then what the files have besides. A column may be null where
// the catalogue, or a file, says so, or a file lacks it.
func (r *rewriter) columns(ctx context.Context, paths []string) ([]schema.Column, error) {
	columns := slices.Clone(r.store.table.Stored())
	for i := range columns {
		columns[i].Late = false // the captures are complete
	}
	known := len(columns)
	for _, path := range paths {
		footer, err := r.session.footer(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("read footer of %s: %w", path, err)
		}
		for _, f := range footer {
			if !slices.ContainsFunc(columns, func(c schema.Column) bool { return strings.EqualFold(c.Name, f.name) }) {
				typ, err := r.session.typeOf(ctx, path, f.name)
				if err != nil {
					return nil, err
				}
				columns = append(columns, schema.Column{Name: f.name, Type: typ, Nullable: true})
			}
		}
		for i := range columns[:known] {
			at := slices.IndexFunc(footer, func(f footerColumn) bool { return f.name == columns[i].Name })
			columns[i].Nullable = columns[i].Nullable || at < 0 || footer[at].optional
		}
	}
	return columns, nil
}

// footerColumn is a column of a data file.
type footerColumn struct {
	name     string
	optional bool
}

// footer returns the columns of a data file, in order.
func (s *Session) footer(ctx context.Context, path string) ([]footerColumn, error) {
	rows, err := s.Query(ctx, "SELECT name, repetition_type, num_children FROM parquet_schema("+QuoteText(escapeGlob(path))+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns []footerColumn
	below := int64(-1) // elements left below the column at hand; the root comes first
	for rows.Next() {
		v := rows.Chunk().Vectors
		for i := range rows.Chunk().Rows {
			switch {
			case below < 0:
				below = 0
				continue
			case below == 0:
				columns = append(columns, footerColumn{string(v[0].Text(i)), string(v[1].Text(i)) == "OPTIONAL"})
			default:
				below--
			}
			below += v[2].Int64[i]
		}
	}
	return columns, rows.Err()
}

// typeOf returns the type of a data file's column that the catalogue does not
// know, as another release may have written it.
func (s *Session) typeOf(ctx context.Context, path, column string) (schema.Type, error) {
	rows, err := s.Query(ctx, fmt.Sprintf("SELECT %s FROM read_parquet(%s, hive_partitioning = false) LIMIT 0", QuoteName(column), QuoteText(escapeGlob(path))))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	types := map[string]schema.Type{"BOOLEAN": schema.Bool, "INTEGER": schema.UInt16, "BIGINT": schema.Int64, "DOUBLE": schema.Double, "VARCHAR": schema.Text,
		"DATE": schema.Date, "TIMESTAMP WITH TIME ZONE": schema.Timestamp, "VARCHAR[]": schema.TextList, "BIGINT[]": schema.Int64List, "INTEGER[]": schema.UInt16List}
	name := rows.Columns()[0].Type
	t, ok := types[name]
	if !ok {
		return 0, fmt.Errorf("%s: column %s of type %s cannot be rewritten; use the program that wrote it", path, column, name)
	}
	return t, nil
}

// partitionOf returns the values of the partition columns of a data file.
func (s *tableStore) partitionOf(f delta.Add) []string {
	var values []string
	for _, c := range s.table.Partitions() {
		values = append(values, f.PartitionValues[c.Name])
	}
	return values
}
