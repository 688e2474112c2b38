package shell

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// words is what statements of the session can be made of.
type words struct {
	tables    []string
	columns   map[string][]string // by the table's name in small letters
	keywords  []string            // in small letters
	functions []string
}

// suggestions returns the words, which are asked for anew for every piece that
// is typed: statements make tables, and asking takes some milliseconds.
func (s *Shell) suggestions(ctx context.Context) (*words, error) {
	if s.words != nil {
		return s.words, nil
	}
	w := &words{columns: map[string][]string{}}
	err := s.eachText(ctx, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index", func(cells []string) {
		key := strings.ToLower(cells[0])
		if len(w.columns[key]) == 0 {
			w.tables = append(w.tables, cells[0])
		}
		w.columns[key] = append(w.columns[key], cells[1])
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	err = s.eachText(ctx, "SELECT keyword_name FROM duckdb_keywords() ORDER BY keyword_name", func(cells []string) {
		w.keywords = append(w.keywords, cells[0])
	})
	if err != nil {
		return nil, fmt.Errorf("list the keywords: %w", err)
	}
	plain := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	err = s.eachText(ctx, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'table', 'macro', 'table_macro') ORDER BY function_name", func(cells []string) {
		if plain.MatchString(cells[0]) {
			w.functions = append(w.functions, cells[0])
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list the functions: %w", err)
	}
	s.words = w
	return w, nil
}

// eachText calls f with the cells of each row of a query of texts.
func (s *Shell) eachText(ctx context.Context, sql string, f func(cells []string)) error {
	rows, err := s.Session.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		chunk := rows.Chunk()
		for row := range chunk.Rows {
			cells := make([]string, len(chunk.Vectors))
			for i := range chunk.Vectors {
				cells[i] = string(chunk.Vectors[i].Text(row))
			}
			f(cells)
		}
	}
	return rows.Err()
}

// named reports whether the name is a table's.
func (w *words) named(name string) bool { return len(w.columns[strings.ToLower(name)]) > 0 }

// allColumns returns the columns of some tables, or of all, without doubles.
func (w *words) allColumns(tables []string) []string {
	if len(tables) == 0 {
		tables = w.tables
	}
	var all []string
	for _, t := range tables {
		all = append(all, w.columns[strings.ToLower(t)]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
