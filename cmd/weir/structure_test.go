package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestStructure holds the tree to the rules of its design: which package may
// import which, what is documented, and what nobody does. Each message names
// the place and the cure.
func TestStructure(t *testing.T) {
	tree, err := readTree(moduleRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, finding := range r.check(tree) {
				t.Error(finding)
			}
		})
	}
}

// TestStructureRulesFire shows each rule a tree that breaks it, and the same
// tree mended.
func TestStructureRulesFire(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range violations() {
		shown[c.rule] = true
		t.Run(c.rule+"/"+c.finding, func(t *testing.T) {
			i := slices.IndexFunc(rules(), func(r rule) bool { return r.name == c.rule })
			if i < 0 {
				t.Fatalf("there is no rule %q", c.rule)
			}
			check := rules()[i].check
			found := check(treeOf(t, c.broken))
			if len(found) != 1 || !strings.Contains(found[0], c.finding) {
				t.Errorf("broken tree: found %q, want one finding with %q", found, c.finding)
			}
			if found := check(treeOf(t, c.mended)); len(found) != 0 {
				t.Errorf("mended tree: found %q, want nothing", found)
			}
		})
	}
	for _, r := range rules() {
		if !shown[r.name] {
			t.Errorf("no example breaks the rule %q; add one to violations", r.name)
		}
	}
}

// source is a file of the tree that the rules look at. Its path is relative
// to the module, with slashes.
type source struct {
	path string
	text string
	ast  *ast.File // nil unless it is Go
	fset *token.FileSet
}

func (s source) dir() string { return path.Dir(s.path) }
func (s source) test() bool  { return strings.HasSuffix(s.path, "_test.go") }

// generator tells whether the file belongs to a program that writes test data.
func (s source) generator() bool { return strings.HasPrefix(s.path, "testdata/") }

// at returns the place of a node as path:line.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// tree is the project as the rules see it.
type tree struct {
	top     []string // names of the top level, without what .gitignore names
	sources []source
}

// code returns the Go files.
func (t tree) code() []source {
	return slices.DeleteFunc(slices.Clone(t.sources), func(s source) bool { return s.ast == nil })
}

// packages returns the Go files that are no tests by their folder.
func (t tree) packages() map[string][]source {
	byDir := map[string][]source{}
	for _, s := range t.code() {
		if !s.test() {
			byDir[s.dir()] = append(byDir[s.dir()], s)
		}
	}
	return byDir
}

// textual are the file name endings of what people write.
var textual = []string{".go", ".sql", ".md", ".py", ".txtar", ".txt", ".mod", "/run"}

// readTree reads the files of the module at root, except what .gitignore names.
func readTree(root string) (tree, error) {
	var t tree
	ignored, err := ignoredNames(root)
	if err != nil {
		return t, err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return t, err
	}
	for _, e := range entries {
		if !ignored(e.Name()) {
			t.top = append(t.top, e.Name())
		}
	}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == root {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if name == ".git" || ignored(name) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() || !slices.ContainsFunc(textual, func(e string) bool { return strings.HasSuffix(name, e) }) {
			return nil
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return t.add(name, string(b))
	})
	return t, err
}

// add parses a file and appends it.
func (t *tree) add(name, text string) error {
	s := source{path: name, text: text}
	if strings.HasSuffix(name, ".go") {
		s.fset = token.NewFileSet()
		file, err := parser.ParseFile(s.fset, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		s.ast = file
	}
	t.sources = append(t.sources, s)
	return nil
}

// ignoredNames returns a test for paths by the module's .gitignore, of which
// it knows plain patterns, those with a slash in front holding at the top only.
func ignoredNames(root string) (func(name string) bool, error) {
	b, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		return nil, err
	}
	var patterns []string
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(strings.TrimSpace(line), "/")
		if line != "" && line[0] != '#' {
			patterns = append(patterns, line)
		}
	}
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			subject := path.Base(name)
			if p[0] == '/' {
				subject = "/" + name
			}
			match, err := path.Match(p, subject)
			return err == nil && match
		})
	}, nil
}

// treeOf returns a tree of files given as path and text.
func treeOf(t *testing.T, files map[string]string) tree {
	t.Helper()
	var made tree
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := made.add(name, files[name]); err != nil {
			t.Fatal(err)
		}
		top, _, _ := strings.Cut(name, "/")
		if !slices.Contains(made.top, top) {
			made.top = append(made.top, top)
		}
	}
	return made
}
