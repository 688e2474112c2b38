package queries

import "strings"

// placeholder is a place of the SQL where $name stands.
type placeholder struct {
	name     string
	from, to int
}

// scanned is what the words of a statement show.
type scanned struct {
	uses  []placeholder
	empty bool // nothing but blanks and comments
	// bad says what is wrong at offset badAt, if anything.
	bad   string
	badAt int
}

// scanSQL finds the parameters of a statement, which what stands in strings,
// quoted names and comments is none of.
func scanSQL(sql string) scanned {
	s := scanned{empty: true}
	ended := false
	for i := 0; i < len(sql); {
		n, content := lexeme(sql, i)
		switch {
		case n < 0:
			s.bad, s.badAt = "a string, name or comment is not closed", i
			return s
		case !content:
		case ended:
			s.bad, s.badAt = "more follows the statement's `;`, but a query is one statement", i
			return s
		case sql[i] == ';':
			ended = true
		case sql[i] == '?' || sql[i] == '$' && (n == 1 || isDigit(sql[i+1])):
			s.bad, s.badAt = "parameters are written $name", i
			return s
		default:
			s.empty = false
			if sql[i] == '$' && isWord(sql[i+1]) && !strings.HasSuffix(sql[i:i+n], "$") {
				s.uses = append(s.uses, placeholder{sql[i+1 : i+n], i, i + n})
			}
		}
		i += n
	}
	return s
}

// lexeme returns the length of what starts at i, or -1 where it has no end,
// and whether it is neither blank nor comment.
func lexeme(sql string, i int) (n int, content bool) {
	rest := sql[i:]
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1, false
	case strings.HasPrefix(rest, "--"):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return end, false
		}
		return len(rest), false
	case strings.HasPrefix(rest, "/*"):
		return closed(rest, 2, "*/"), false
	case (c == 'e' || c == 'E') && len(rest) > 1 && rest[1] == '\'':
		return escaped(rest), true
	case c == '\'' || c == '"':
		return closed(rest, 1, rest[:1]), true
	case c == '$':
		word := 1
		for word < len(rest) && isWord(rest[word]) {
			word++
		}
		if word < len(rest) && rest[word] == '$' {
			return closed(rest, word+1, rest[:word+1]), true
		}
		return word, true
	case isWord(c):
		word := 1
		for word < len(rest) && (isWord(rest[word]) || rest[word] == '$') {
			word++
		}
		return word, true
	}
	return 1, true
}

// closed returns the length up to the end of mark, sought from start.
func closed(s string, start int, mark string) int {
	end := strings.Index(s[start:], mark)
	if end < 0 {
		return -1
	}
	return start + end + len(mark)
}

// escaped returns the length of a string in which backslashes escape.
func escaped(s string) int {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return -1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c >= 0x80
}
