package queries

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed saved/*/*.sql report/*.sql
var files embed.FS

// Groups returns the groups of the built-in queries in the order in which
// people are shown them.
func Groups() []string { return []string{"traffic", "tcp", "dns", "web", "hunting"} }

// Library is the queries that can be called by name.
type Library struct {
	// Queries are sorted by group, the built-in ones first, and name.
	Queries []Saved
}

// OpenLibrary returns the built-in queries, and those of the *.sql files in
// dir if it is not empty. A name that both have is an error, as is a file that
// is no query.
func OpenLibrary(dir string) (*Library, error) {
	built, err := readQueries(files, "saved", "*/*.sql", "")
	if err != nil {
		return nil, err
	}
	l := &Library{Queries: built}
	if dir != "" {
		if err := l.add(dir); err != nil {
			return nil, err
		}
	}
	rank := func(q Saved) int {
		if i := slices.Index(Groups(), q.Group); i >= 0 {
			return i
		}
		return len(Groups())
	}
	slices.SortFunc(l.Queries, func(a, b Saved) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Group, b.Group), strings.Compare(a.Name, b.Name))
	})
	return l, nil
}

// OpenNamed returns the built-in query of that name as a library of its own,
// which is read sooner than all of them, or all where none has the name.
func OpenNamed(name string) (*Library, error) {
	found, err := readQueries(files, "saved", "*/"+fileName(name)+".sql", "")
	if err == nil && len(found) == 1 {
		return &Library{Queries: found}, nil
	}
	return OpenLibrary("")
}

// fileName returns a name as files have it: hyphens stand for underscores.
func fileName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// add takes the user's queries in.
func (l *Library) add(dir string) error {
	if info, err := os.Stat(dir); err != nil {
		return fmt.Errorf("read the queries of %s: %w", dir, err)
	} else if !info.IsDir() {
		return fmt.Errorf("read the queries of %s: it is no directory", dir)
	}
	own, err := readQueries(os.DirFS(dir), ".", "*.sql", dir)
	if err != nil {
		return err
	}
	for _, q := range own {
		if _, taken := l.Find(q.Name); taken {
			return fmt.Errorf("%s:1: a built-in query is called %s; give yours another name", q.File, q.Name)
		}
		l.Queries = append(l.Queries, q)
	}
	return nil
}

// Find returns the query of that name; hyphens stand for underscores.
func (l *Library) Find(name string) (Saved, bool) {
	name = fileName(name)
	for _, q := range l.Queries {
		if q.Name == name {
			return q, true
		}
	}
	return Saved{}, false
}

// ReportQueries returns the queries that the report is made of.
func ReportQueries() ([]Saved, error) {
	return readQueries(files, "report", "*.sql", "")
}

// readQueries reads the files of root that the pattern matches. Messages name
// them as they lie in shown.
func readQueries(fsys fs.FS, root, pattern, shown string) ([]Saved, error) {
	sub, err := fs.Sub(fsys, root)
	if err != nil {
		return nil, fmt.Errorf("list the queries: %w", err)
	}
	names, err := fs.Glob(sub, pattern)
	if err != nil {
		return nil, fmt.Errorf("list the queries: %w", err)
	}
	var all []Saved
	for _, name := range names {
		text, err := fs.ReadFile(sub, name)
		if err != nil {
			return nil, fmt.Errorf("read the query %s: %w", filepath.Join(shown, name), err)
		}
		q, err := parseSaved(filepath.Join(shown, filepath.FromSlash(name)), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}
