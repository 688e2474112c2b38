package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"weir/extract"
	"weir/extract/dialect"
	"weir/queries"
)

// commandLine is how far a command line that is to be completed was read.
type commandLine struct {
	node        *kong.Node
	tables      *extract.Catalogues
	library     *queries.Library
	positionals []string   // before the word that is completed
	pending     *kong.Flag // wants the word as its value
	ended       bool       // -- stood before
}

// completed is a word that the last one may become.
type completed struct{ text, doc string }

// kindOfRest says what else a word may become, or that it goes on.
type kindOfRest string

const (
	completeFiles       kindOfRest = "files"
	completeDirectories kindOfRest = "directories"
	completeOpen        kindOfRest = "open"
)

type completion struct {
	words []completed
	kind  kindOfRest
}

// complete reads all words but the last, and says what that may become.
func (l *commandLine) complete(words []string) completion {
	for _, w := range words[:len(words)-1] {
		l.read(w)
	}
	word := words[len(words)-1]
	name, value, assigned := strings.Cut(word, "=")
	switch {
	case l.pending != nil:
		return l.values(l.pending.Value, word)
	case l.ended || !strings.HasPrefix(word, "-"):
		return l.argument(word)
	case assigned:
		if flag := l.flag(name); flag != nil {
			return l.values(flag.Value, value)
		}
		return completion{}
	default:
		return completion{words: l.flagNames(word)}
	}
}

// read takes a word that stands before the one that is completed.
func (l *commandLine) read(word string) {
	name, _, assigned := strings.Cut(word, "=")
	switch {
	case l.pending != nil:
		l.pending = nil
	case l.ended:
		l.positionals = append(l.positionals, word)
	case word == "--":
		l.ended = true
	case strings.HasPrefix(word, "-") && len(word) > 1:
		if flag := l.flag(name); flag != nil && !assigned && !flag.IsBool() {
			l.pending = flag
		}
	default:
		for _, child := range l.node.Children {
			if child.Name == word || slices.Contains(child.Aliases, word) {
				l.node = child
				return
			}
		}
		l.positionals = append(l.positionals, word)
	}
}

// flags returns the flags that may stand here.
func (l *commandLine) flags() []*kong.Flag {
	var all []*kong.Flag
	for n := l.node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden && !slices.ContainsFunc(all, func(other *kong.Flag) bool { return other.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// flag returns the flag of that name, written -x or --name, or nil. What
// follows a short flag in the same word is its value.
func (l *commandLine) flag(name string) *kong.Flag {
	for _, f := range l.flags() {
		if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

func (l *commandLine) flagNames(prefix string) []completed {
	var found []completed
	add := func(text, doc string) {
		if strings.HasPrefix(text, prefix) {
			found = append(found, completed{text, firstSentence(doc)})
		}
	}
	for _, f := range l.flags() {
		add("--"+f.Name, f.Help)
		if f.Tag.Negatable != "" {
			add("--no-"+f.Name, "")
		}
	}
	slices.SortFunc(found, func(a, b completed) int { return strings.Compare(a.text, b.text) })
	return found
}

// argument completes a command's name, or a positional argument.
func (l *commandLine) argument(word string) completion {
	if len(l.node.Children) > 0 {
		var found []completed
		for _, child := range l.node.Children {
			if !child.Hidden && strings.HasPrefix(child.Name, word) {
				found = append(found, completed{child.Name, firstSentence(child.Help)})
			}
		}
		return completion{words: found}
	}
	i := len(l.positionals)
	if all := l.node.Positional; len(all) > 0 && (i < len(all) || all[len(all)-1].IsSlice()) {
		return l.values(all[min(i, len(all)-1)], word)
	}
	return completion{}
}

// values completes the value of a flag or an argument.
func (l *commandLine) values(v *kong.Value, word string) completion {
	var names []completed
	name := v.Name
	if v.Flag == nil && l.node.Name == "query" {
		name = "show" // both take the name of a saved query
	}
	switch {
	case v.Enum != "":
		for _, e := range v.EnumSlice() {
			names = append(names, completed{text: e})
		}
	case name == "show":
		for _, q := range l.library.Queries {
			names = append(names, completed{q.Name, firstSentence(q.Doc)})
		}
	case name == "param":
		return completion{words: matchingWords(l.parameters(), "", word), kind: completeOpen}
	case name == "columns":
		lead := word[:strings.LastIndexByte(word, ',')+1]
		return completion{words: matchingWords(l.columns(), lead, word), kind: completeOpen}
	case name == "split-by":
		names = l.columns()
	case name == "as":
		for _, d := range dialect.All() {
			names = append(names, completed{d.Name, firstSentence(d.Doc)})
		}
	case name == "protocol":
		lead := word[:strings.LastIndexByte(word, ',')+1]
		for _, p := range []string{"tcp", "udp", "icmp", "arp", "dns"} {
			names = append(names, completed{text: p})
		}
		return completion{words: matchingWords(names, lead, word), kind: completeOpen}
	case v.Flag == nil || strings.Contains(v.Flag.PlaceHolder, "FILE") || strings.Contains(v.Flag.PlaceHolder, "PATH"):
		return completion{kind: completeFiles}
	case strings.Contains(v.Flag.PlaceHolder, "DIR"):
		return completion{kind: completeDirectories}
	}
	return completion{words: matchingWords(names, "", word)}
}

// matchingWords returns the words, behind lead, that begin with the prefix.
func matchingWords(words []completed, lead, prefix string) []completed {
	var found []completed
	for _, w := range words {
		if w.text = lead + w.text; w.text != "" && strings.HasPrefix(w.text, prefix) {
			found = append(found, w)
		}
	}
	return found
}

// columns returns the columns of flows.
func (l *commandLine) columns() []completed {
	var found []completed
	for _, c := range l.tables.Flows.Table.Columns {
		found = append(found, completed{c.Name, firstSentence(c.Doc)})
	}
	return found
}

// parameters returns those of the saved query that the line names.
func (l *commandLine) parameters() []completed {
	var found []completed
	for _, name := range l.positionals {
		if q, ok := l.library.Find(name); ok {
			for _, p := range q.Parameters {
				found = append(found, completed{p.Name + "=", p.Doc})
			}
		}
	}
	return found
}

// firstSentence returns a doc's start, for the side of a word.
func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if end := strings.Index(doc, ". "); end >= 0 {
		doc = doc[:end+1]
	}
	return doc
}
