package queries

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed report/*.sql
var reportFiles embed.FS

// Saved is a query that has a name.
type Saved struct {
	Name string
	// Doc says in a sentence what it answers.
	Doc string
	SQL string
}

// parseSaved reads a query file: two lines of header, then one statement.
func parseSaved(file, text string) (Saved, error) {
	q := Saved{SQL: text}
	lines := strings.SplitN(text, "\n", 3)
	if len(lines) < 3 {
		return q, fmt.Errorf("query %s: it needs the header lines `-- name:` and `-- doc:` before the SQL", file)
	}
	for i, field := range []struct {
		mark string
		to   *string
	}{{"-- name: ", &q.Name}, {"-- doc: ", &q.Doc}} {
		value, ok := strings.CutPrefix(lines[i], field.mark)
		if !ok || strings.TrimSpace(value) == "" {
			return q, fmt.Errorf("query %s: line %d must be `%s…`", file, i+1, field.mark)
		}
		*field.to = value
	}
	if want := strings.TrimSuffix(path.Base(file), ".sql"); q.Name != want {
		return q, fmt.Errorf("query %s: its name is %q, not %q", file, q.Name, want)
	}
	return q, nil
}

// ReportQueries returns the queries that the report is made of.
func ReportQueries() ([]Saved, error) {
	entries, err := reportFiles.ReadDir("report")
	if err != nil {
		return nil, fmt.Errorf("list the report's queries: %w", err)
	}
	var all []Saved
	for _, e := range entries {
		text, err := reportFiles.ReadFile("report/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the query %s: %w", e.Name(), err)
		}
		q, err := parseSaved(e.Name(), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}
