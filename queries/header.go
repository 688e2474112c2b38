package queries

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	namePattern  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	entryPattern = regexp.MustCompile(`^-- ([a-z]+): (\S.*)$`)
	paramPattern = regexp.MustCompile(`^([a-z][a-z0-9_]*) (integer|number|boolean|text|span|time) = ('(?:[^']|'')*'|[^\s':]+): (\S.*)$`)
)

// header reads the comment lines that a query file begins with.
type header struct {
	file string
	line int
	q    Saved
	seen map[string]bool
}

// parseSaved reads a query file: the header that the package's comment
// describes, then one SELECT statement. Errors name file and line.
func parseSaved(file, text string) (Saved, error) {
	h := header{file: file, seen: map[string]bool{}, q: Saved{File: file, Parameters: []Parameter{}}}
	rest := text
	for {
		line, after, more := strings.Cut(rest, "\n")
		m := entryPattern.FindStringSubmatch(strings.TrimSuffix(line, "\r"))
		if m == nil {
			break
		}
		h.line++
		if err := h.entry(m[1], strings.TrimSpace(m[2])); err != nil {
			return Saved{}, err
		}
		if rest = after; !more {
			break
		}
	}
	for _, key := range []string{"name", "group", "doc"} {
		if !h.seen[key] {
			h.line++
			return Saved{}, h.errorf("the header needs a line `-- %s: …`", key)
		}
	}
	if want := strings.TrimSuffix(path.Base(filepath.ToSlash(file)), ".sql"); h.q.Name != want {
		h.line = 1
		return Saved{}, h.errorf("the query is named %s, but the file %s", h.q.Name, want)
	}
	h.q.text = rest
	if err := h.statement(); err != nil {
		return Saved{}, err
	}
	return h.q, nil
}

func (h *header) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", h.file, h.line, fmt.Errorf(format, args...))
}

// entry takes one line of the header.
func (h *header) entry(key, value string) error {
	if key == "param" {
		return h.param(value)
	}
	if h.seen[key] {
		return h.errorf("a second `-- %s:`", key)
	}
	h.seen[key] = true
	switch key {
	case "name", "group":
		if !namePattern.MatchString(value) {
			return h.errorf("the %s %q is not made of small letters, digits and _", key, value)
		}
		if key == "name" {
			h.q.Name = value
		} else {
			h.q.Group = value
		}
	case "doc":
		h.q.Doc = value
	default:
		return h.errorf("the header knows name, group, doc and param, not %s", key)
	}
	return nil
}

func (h *header) param(value string) error {
	m := paramPattern.FindStringSubmatch(value)
	if m == nil {
		return h.errorf("a parameter is written `-- param: NAME TYPE = DEFAULT: what it is`, " +
			"the type integer, number, boolean, text, span or time, the default of a text or time in single quotes")
	}
	p := Parameter{Name: m[1], Type: Type(m[2]), Default: m[3], Doc: m[4]}
	quoted := strings.HasPrefix(p.Default, "'")
	if want := p.Type == Text || p.Type == Time; quoted != want {
		return h.errorf("the default of parameter %s: those of text and time stand in single quotes, others do not", p.Name)
	}
	if quoted {
		p.Default = strings.ReplaceAll(p.Default[1:len(p.Default)-1], "''", "'")
	}
	if h.q.has(p.Name) {
		return h.errorf("a second parameter %s", p.Name)
	}
	if _, _, err := p.parse(p.Default); err != nil {
		return h.errorf("the default: %w", err)
	}
	h.q.Parameters = append(h.q.Parameters, p)
	return nil
}

// statement holds the SQL to the header: one statement, whose parameters are
// those declared.
func (h *header) statement() error {
	first := h.line + 1
	at := func(offset int) { h.line = first + strings.Count(h.q.text[:offset], "\n") }
	scan := scanSQL(h.q.text)
	if scan.bad != "" {
		at(scan.badAt)
		return h.errorf("%s", scan.bad)
	}
	if at(0); scan.empty {
		return h.errorf("no SQL follows the header")
	}
	h.q.uses = scan.uses
	used := map[string]bool{}
	for _, use := range scan.uses {
		if !h.q.has(use.name) {
			at(use.from)
			return h.errorf("$%s is no parameter of the header", use.name)
		}
		used[use.name] = true
	}
	for _, p := range h.q.Parameters {
		if !used[p.Name] {
			h.line = 1
			return h.errorf("the SQL does not use the parameter %s", p.Name)
		}
	}
	h.q.SQL = h.q.filled(func(p Parameter) string { return "CAST($" + p.Name + " AS " + p.Type.duck() + ")" })
	return nil
}
