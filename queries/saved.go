package queries

import (
	"fmt"
	"sort"
	"strings"

	"weir/warehouse"
)

// Saved is a query that has a name.
type Saved struct {
	Name string `json:"name"`
	// Group is what the query belongs to, such as "traffic".
	Group string `json:"group"`
	// Doc says in a sentence what it answers.
	Doc        string      `json:"doc"`
	Parameters []Parameter `json:"parameters"`
	// SQL is the statement, its parameters $name typed by casts, for without
	// them DuckDB knows some columns only when values are bound.
	SQL string `json:"-"`
	// File is where the query stands, for messages.
	File string `json:"-"`

	text string // the file's text below the header
	uses []placeholder
}

// Args returns what to bind to the query's parameters: the values given by
// name as text, the defaults for the others. A name that the query does not
// have and a value that its type does not take are errors.
func (q Saved) Args(values map[string]string) ([]any, error) {
	if err := q.known(values); err != nil {
		return nil, err
	}
	args := make([]any, len(q.Parameters))
	for i, p := range q.Parameters {
		bound, _, err := p.parse(q.value(p, values))
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.Name, err)
		}
		args[i] = warehouse.Arg{Name: p.Name, Value: bound}
	}
	return args, nil
}

// Show returns SQL that answers the query as it stands, with the values in the
// places of the parameters, under a comment that says what they were.
func (q Saved) Show(values map[string]string) (string, error) {
	if err := q.known(values); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "/* %s: %s\n", q.Name, comment(q.Doc))
	literals := map[string]string{}
	for _, p := range q.Parameters {
		value := q.value(p, values)
		_, literal, err := p.parse(value)
		if err != nil {
			return "", fmt.Errorf("query %s: %w", q.Name, err)
		}
		literals[p.Name] = literal
		fmt.Fprintf(&b, "     %s %s = %s: %s\n", p.Name, p.Type, comment(oneLine(p.written(value))), comment(p.Doc))
	}
	b.WriteString("*/\n")
	b.WriteString(q.filled(func(p Parameter) string { return literals[p.Name] }))
	return b.String(), nil
}

// filled returns the query's text with what stands for each parameter.
func (q Saved) filled(with func(Parameter) string) string {
	var b strings.Builder
	last := 0
	for _, use := range q.uses {
		b.WriteString(q.text[last:use.from])
		for _, p := range q.Parameters {
			if p.Name == use.name {
				b.WriteString(with(p))
			}
		}
		last = use.to
	}
	b.WriteString(q.text[last:])
	return b.String()
}

// comment keeps a text within a comment of this kind, which does not look like
// a flag where it begins an argument.
func comment(text string) string {
	return strings.NewReplacer("*/", "* /", "/*", "/ *").Replace(text)
}

// oneLine keeps a value on its line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
}

func (q Saved) value(p Parameter, values map[string]string) string {
	if v, given := values[p.Name]; given {
		return v
	}
	return p.Default
}

// written returns a value as the header of a file writes it.
func (p Parameter) written(value string) string {
	if p.Type == Text || p.Type == Time {
		return warehouse.QuoteText(value)
	}
	return value
}

func (q Saved) known(values map[string]string) error {
	var strange []string
	for name := range values {
		if !q.has(name) {
			strange = append(strange, name)
		}
	}
	if len(strange) == 0 {
		return nil
	}
	sort.Strings(strange)
	if len(q.Parameters) == 0 {
		return fmt.Errorf("query %s has no parameters, so none called %s", q.Name, strange[0])
	}
	names := make([]string, len(q.Parameters))
	for i, p := range q.Parameters {
		names[i] = p.Name
	}
	return fmt.Errorf("query %s has no parameter %s; it has %s", q.Name, strange[0], strings.Join(names, ", "))
}

func (q Saved) has(name string) bool {
	for _, p := range q.Parameters {
		if p.Name == name {
			return true
		}
	}
	return false
}
