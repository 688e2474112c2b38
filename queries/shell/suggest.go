package shell

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"weir/queries/lexeme"
)

// Suggestion is a word that may stand at the cursor.
type Suggestion struct {
	Word string
	// Kind is what it is: "table", "column", "function", "keyword",
	// "command", "query", "parameter", "format", "file" or "setting".
	Kind string
}

// Suggest returns how many bytes before the cursor the word that is being
// typed takes, and what it may become; before is the piece up to the cursor.
// Words match whatever their case; keywords follow that of what is typed.
func (s *Shell) Suggest(ctx context.Context, before string) (typed int, found []Suggestion) {
	if isCommand(before) {
		return s.suggestArgument(ctx, strings.TrimLeft(before, " \t\r\n"))
	}
	tokens, prefix := lastStatement(before)
	if prefix == unfinished {
		return 0, nil
	}
	w, err := s.suggestions(ctx)
	if err != nil {
		return 0, nil
	}
	if qualifier, column, ok := cutLast(prefix, "."); ok {
		table := tableOf(w, tokens, strings.Trim(qualifier, `"`))
		return len(column), matching(column, "column", w.columns[strings.ToLower(table)])
	}
	last := ""
	if len(tokens) > 0 {
		last = strings.ToLower(tokens[len(tokens)-1])
	}
	if slices.Contains([]string{"from", "join", "describe", "summarize", "into", "update", "table"}, last) {
		return len(prefix), matching(prefix, "table", w.tables)
	}
	if len(tokens) > 0 {
		found = matching(prefix, "column", w.allColumns(mentioned(w, tokens)))
	}
	if prefix == "" {
		return 0, found
	}
	found = append(found, matching(prefix, "keyword", cased(w.keywords, prefix))...)
	if len(tokens) > 0 {
		found = append(found, matching(prefix, "table", w.tables)...)
		for _, f := range matching(prefix, "function", w.functions) {
			found = append(found, Suggestion{f.Word + "(", f.Kind})
		}
	}
	return len(prefix), found
}

// unfinished stands for a word within a string, a quoted name or a comment.
const unfinished = "\x00"

// lastStatement returns the tokens of the statement that the text ends in,
// without the word at the end, which is what is being typed.
func lastStatement(text string) (tokens []string, prefix string) {
	for i := 0; i < len(text); {
		n, means := lexeme.Next(text[i:])
		end := i + n
		switch {
		case n < 0:
			return nil, unfinished
		case !means:
			if end == len(text) && strings.HasPrefix(text[i:], "--") && !strings.HasSuffix(text, "\n") {
				return nil, unfinished
			}
		case text[i] == ';':
			tokens = nil
		default:
			tokens = append(tokens, text[i:end])
		}
		i = end
	}
	// The word at the end, with its qualifier, is not a token yet.
	from := len(text)
	for from > 0 && (lexeme.IsWord(text[from-1]) || text[from-1] == '.') {
		from--
	}
	prefix = text[from:]
	for cut := len(prefix); cut > 0 && len(tokens) > 0; tokens = tokens[:len(tokens)-1] {
		cut -= len(tokens[len(tokens)-1])
	}
	return tokens, prefix
}

// cutLast cuts text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return "", text, false
	}
	return text[:i], text[i+len(separator):], true
}

// tableOf returns the table that a qualifier names: by its own name, or by the
// alias that the statement gives it.
func tableOf(w *words, tokens []string, qualifier string) string {
	if w.named(qualifier) {
		return qualifier
	}
	for i, t := range tokens {
		if !w.named(t) {
			continue
		}
		next := i + 1
		if next < len(tokens) && strings.EqualFold(tokens[next], "as") {
			next++
		}
		if next < len(tokens) && strings.EqualFold(tokens[next], qualifier) {
			return t
		}
	}
	return ""
}

// mentioned returns the tables that the statement names.
func mentioned(w *words, tokens []string) []string {
	var tables []string
	for _, t := range tokens {
		if w.named(t) {
			tables = append(tables, t)
		}
	}
	return tables
}

// cased returns the words in the case of what is typed.
func cased(list []string, typed string) []string {
	if strings.ContainsFunc(typed, unicode.IsLower) {
		return list
	}
	upper := make([]string, len(list))
	for i, w := range list {
		upper[i] = strings.ToUpper(w)
	}
	return upper
}

// matching returns the words that begin with the prefix.
func matching(prefix, kind string, list []string) []Suggestion {
	var found []Suggestion
	for _, w := range list {
		if len(w) >= len(prefix) && strings.EqualFold(w[:len(prefix)], prefix) {
			found = append(found, Suggestion{w, kind})
		}
	}
	return found
}

// suggestArgument completes a dot-command.
func (s *Shell) suggestArgument(ctx context.Context, line string) (typed int, found []Suggestion) {
	from := strings.LastIndexAny(line, " \t") + 1
	prefix, words := line[from:], strings.Fields(line[:from])
	if len(words) == 0 {
		var names []string
		for _, c := range commands() {
			names = append(names, c.name)
		}
		return len(prefix), matching(prefix, "command", names)
	}
	switch words[0] {
	case ".mode":
		found = matching(prefix, "format", formats())
	case ".timer":
		found = matching(prefix, "setting", []string{"on", "off"})
	case ".columns":
		if w, err := s.suggestions(ctx); err == nil {
			found = matching(prefix, "table", w.tables)
		}
	case ".show":
		found = matching(prefix, "query", s.Library.Names())
	case ".run":
		if len(words) == 1 {
			return len(prefix), matching(prefix, "query", s.Library.Names())
		}
		var parameters []string
		for _, p := range s.Library.Parameters(words[1]) {
			parameters = append(parameters, p+"=")
		}
		found = matching(prefix, "parameter", parameters)
	case ".output":
		found = matching(prefix, "file", files(prefix))
	}
	return len(prefix), found
}

// files returns the paths that begin with the prefix, directories with a slash.
func files(prefix string) []string {
	dir, base := filepath.Split(prefix)
	read := dir
	if read == "" {
		read = "."
	}
	entries, err := os.ReadDir(read)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		name := dir + e.Name()
		if e.IsDir() {
			name += string(filepath.Separator)
		}
		found = append(found, name)
	}
	return found
}
