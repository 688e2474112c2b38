package main_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// rule is one property of the tree. It returns a finding for each place that
// lacks it.
type rule struct {
	name  string
	check func(tree) []string
}

func rules() []rule {
	return []rule{
		{"top level", topLevel},
		{"arrows", arrows},
		{"libraries", libraries},
		{"package comments", packageComments},
		{"doc comments", docComments},
		{"no init", noInit},
		{"process", process},
		{"thin main", thinMain},
		{"names", names},
		{"sizes", sizes},
		{"package state", packageState},
		{"machine paths", machinePaths},
		{"loose ends", looseEnds},
	}
}

// topLevel keeps the root to the folders of the data path.
func topLevel(t tree) (found []string) {
	allowed := []string{"cmd", "extract", "warehouse", "queries", "testdata", "go.mod", "go.sum", "README.md", "LICENSE"}
	for _, name := range t.top {
		if !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			found = append(found, name+" stands at the top level; move it below cmd, extract, warehouse, queries or testdata, or name it in .gitignore if a run makes it")
		}
	}
	return found
}

// packageComments wants one comment per package that says what it provides.
func packageComments(t tree) (found []string) {
	for dir, files := range t.packages() {
		var comments []string
		for _, s := range files {
			if s.ast.Doc != nil {
				comments = append(comments, s.ast.Doc.Text())
			}
		}
		name := files[0].ast.Name.Name
		start := "Package " + name + " "
		if name == "main" {
			start = "Command " + path.Base(dir) + " "
		}
		switch {
		case len(comments) == 0:
			found = append(found, fmt.Sprintf("%s has no package comment; say what it provides in doc.go, starting with %q", dir, start))
		case len(comments) > 1:
			found = append(found, dir+" has several package comments; keep one, in doc.go")
		case !strings.HasPrefix(comments[0], start):
			found = append(found, fmt.Sprintf("%s: the package comment starts with %q; start it with %q", dir, firstWords(comments[0]), start))
		}
	}
	return found
}

func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(3, len(words))], " ")
}

// docComments wants a comment at every exported name, methods of exported types
// included. A group's comment serves its constants and variables, and methods
// that every Go programmer knows need none.
func docComments(t tree) (found []string) {
	known := []string{"Error", "Unwrap", "String", "Len", "Less", "Swap", "Read", "Write"}
	for _, s := range t.code() {
		if s.test() {
			continue
		}
		missing := func(n ast.Node, name string) {
			found = append(found, fmt.Sprintf("%s: %s has no doc comment; say what it is, its unit, and when it is null or fails", s.at(n), name))
		}
		for _, d := range s.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				wellKnown := d.Recv != nil && slices.Contains(known, d.Name.Name)
				if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !wellKnown {
					missing(d, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if name := undocumented(d, spec); name != "" {
						missing(spec, name)
					}
				}
			}
		}
	}
	return found
}

// exportedReceiver tells whether a function belongs to the package or to an
// exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	var receiver *ast.Ident // the first name, before those of type parameters
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && receiver == nil {
			receiver = id
		}
		return receiver == nil
	})
	return receiver.IsExported()
}

// undocumented returns the exported name that spec declares without a comment.
func undocumented(d *ast.GenDecl, spec ast.Spec) string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
			return spec.Name.Name
		}
	case *ast.ValueSpec:
		if spec.Doc != nil || spec.Comment != nil || d.Doc != nil {
			return ""
		}
		for _, n := range spec.Names {
			if n.IsExported() {
				return n.Name
			}
		}
	}
	return ""
}

// noInit forbids code that runs because it is imported.
func noInit(t tree) (found []string) {
	for _, s := range t.code() {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				found = append(found, s.at(f)+": func init; call it from where it is needed, or list things explicitly")
			}
		}
	}
	return found
}

// process keeps the process's own affairs in cmd/weir, and its exit in main.go.
func process(t tree) (found []string) {
	for _, s := range t.code() {
		program := s.ast.Name.Name == "main" && path.Base(s.path) == "main.go"
		if s.test() || s.generator() && program {
			continue
		}
		imported := localNames(s.ast)
		ast.Inspect(s.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			id, ok := sel.X.(*ast.Ident)
			if !ok || id.Obj != nil {
				return true
			}
			what := imported[id.Name] + "." + sel.Sel.Name
			if cure := processCure(what, program, s.dir() == "cmd/weir"); cure != "" {
				found = append(found, fmt.Sprintf("%s: %s; %s", s.at(sel), what, cure))
			}
			return true
		})
	}
	return found
}

// processCure returns what to do instead of using a name of a package there,
// or nothing if it may be used.
func processCure(what string, mainFile, command bool) string {
	switch what {
	case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "log.Panicln":
		if !mainFile {
			return "only main.go exits: return an error, wrapped with operation and object"
		}
	case "os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Args":
		if !command {
			return "only the grammar in cmd/weir reads the environment: take the value as an argument or in Config"
		}
	case "os.Stdin", "os.Stdout", "os.Stderr", "fmt.Print", "fmt.Printf", "fmt.Println":
		if !command {
			return "streams are injected: take an io.Reader or io.Writer"
		}
	}
	return ""
}

// localNames maps the names that a file gives its imports to their paths.
func localNames(f *ast.File) map[string]string {
	m := map[string]string{}
	for _, spec := range f.Imports {
		p := importPath(spec)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		m[name] = p
	}
	return m
}

// thinMain keeps main.go to wiring.
func thinMain(t tree) (found []string) {
	const most = 40
	for _, s := range t.code() {
		if s.path != "cmd/weir/main.go" {
			continue
		}
		if n := strings.Count(s.text, "\n"); n > most {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d; move what is not wiring to the command it serves", s.path, n, most))
		}
	}
	return found
}

// names forbids names that say nothing.
func names(t tree) (found []string) {
	empty := regexp.MustCompile(`^(utils?|common|helpers?|misc|shared|lib|base|core|managers?|handlers?|types|stuff)$`)
	seen := map[string]bool{}
	for _, s := range t.code() {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		for _, name := range append(strings.Split(s.dir(), "/"), stem) {
			if empty.MatchString(name) && !seen[s.dir()+name] {
				seen[s.dir()+name] = true
				found = append(found, fmt.Sprintf("%s: %q says nothing; name it by the noun it holds", s.path, name))
			}
		}
	}
	return found
}

// Bounds of sizes, in lines. Tables are not code: the lines of a composite
// literal do not count, those of a function within it do.
const (
	mostFile, mostTestFile = 500, 800
	mostFunc, mostTestFunc = 80, 120
)

// sizes keeps files to one noun and functions to one thought.
func sizes(t tree) (found []string) {
	for _, s := range t.code() {
		if ast.IsGenerated(s.ast) {
			continue
		}
		inFile, inFunc := mostFile, mostFunc
		if s.test() {
			inFile, inFunc = mostTestFile, mostTestFunc
		}
		if n := strings.Count(s.text, "\n") - tableLines(s, s.ast); n > inFile {
			found = append(found, fmt.Sprintf("%s has %d lines, more than %d; split it by noun", s.path, n, inFile))
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Body != nil {
				if n := lines(s, f) - tableLines(s, f.Body); n > inFunc {
					found = append(found, fmt.Sprintf("%s: %s has %d lines, more than %d; give its parts names", s.at(f), f.Name.Name, n, inFunc))
				}
			}
			return true
		})
	}
	return found
}

func lines(s source, n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// tableLines returns the lines that composite literals take inside n, beyond
// the one that each starts on, without the functions among their elements.
func tableLines(s source, n ast.Node) int {
	total := 0
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		total += lines(s, lit) - 1
		ast.Inspect(lit, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncLit); ok {
				total -= lines(s, f) - 1
				total += tableLines(s, f.Body)
				return false
			}
			return true
		})
		return false
	})
	return total
}

// packageState forbids package variables that change.
func packageState(t tree) (found []string) {
	for _, files := range t.packages() {
		declared := map[string]bool{}
		for _, s := range files {
			for _, spec := range packageVars(s) {
				for i, name := range spec.Names {
					declared[name.Name] = true
					if why := mutable(spec, i); why != "" && name.Name != "_" {
						found = append(found, fmt.Sprintf("%s: package variable %s %s; make it a field of what owns it", s.at(spec), name.Name, why))
					}
				}
			}
		}
		for _, s := range files {
			for _, id := range assigned(s) {
				if declared[id.Name] {
					found = append(found, fmt.Sprintf("%s: package variable %s is assigned to; make it a field of what owns it", s.at(id), id.Name))
				}
			}
		}
	}
	return found
}

// packageVars returns the variable declarations of a file, embedded files excepted.
func packageVars(s source) (specs []*ast.ValueSpec) {
	for _, d := range s.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			if !embeds(g.Doc) && !embeds(v.Doc) {
				specs = append(specs, v)
			}
		}
	}
	return specs
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// mutable returns why the i-th variable of spec can only be meant to change,
// or nothing. An array without a value may serve as zeros.
func mutable(spec *ast.ValueSpec, i int) string {
	if len(spec.Values) == 0 {
		if array, ok := spec.Type.(*ast.ArrayType); ok && array.Len != nil {
			return ""
		}
		return "has no value"
	}
	if len(spec.Values) <= i {
		return ""
	}
	value := spec.Values[i]
	if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.AND {
		value = u.X
	}
	switch v := value.(type) {
	case *ast.CallExpr:
		if id, ok := v.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
			return "is made empty to be filled"
		}
	case *ast.CompositeLit:
		if sel, ok := v.Type.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && (id.Name == "sync" || id.Name == "atomic") {
				return "is there to be changed"
			}
		}
	}
	return ""
}

// assigned returns the package-level names that functions of the file assign
// to, wholly or in part. Names of other files of the package, which the
// parser leaves unresolved, are among them; local ones are not.
func assigned(s source) (ids []*ast.Ident) {
	collect := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.StarExpr:
				e = x.X
				continue
			case *ast.ParenExpr:
				e = x.X
				continue
			case *ast.Ident:
				if x.Obj == nil || x.Obj == s.ast.Scope.Lookup(x.Name) {
					ids = append(ids, x)
				}
			}
			return
		}
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					collect(e)
				}
			}
		case *ast.IncDecStmt:
			collect(n.X)
		}
		return true
	})
	return ids
}

// machinePaths forbids folders of one machine in what people read and run.
func machinePaths(t tree) (found []string) {
	folders := regexp.MustCompile(`(?:^|[^\w.\-/)}*])/(?:work|root|home|Users|tmp)/`)
	for _, s := range t.sources {
		n := 0
		for line := range strings.Lines(s.text) {
			n++
			if place := folders.FindString(line); place != "" && !strings.Contains(line, "regexp.MustCompile") {
				found = append(found, fmt.Sprintf("%s:%d: a path of one machine (%s); make it relative, or a temporary folder", s.path, n, strings.TrimSpace(place)))
			}
		}
	}
	return found
}

// looseEnds forbids marks of work that was left.
func looseEnds(t tree) (found []string) {
	marks := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	for _, s := range t.code() {
		for _, group := range s.ast.Comments {
			for _, c := range group.List {
				if mark := marks.FindString(c.Text); mark != "" {
					found = append(found, fmt.Sprintf("%s: %s; do it, or tell it in an issue", s.at(c), mark))
				}
			}
		}
	}
	return found
}
