// Package lexeme cuts SQL into strings, names, comments, words and signs, as
// DuckDB does, so that what stands in a string or a comment is taken for nothing
// else.
package lexeme

import "strings"

// Blanks are the characters that part words and mean nothing, as in DuckDB.
const Blanks = " \t\n\r\f"

// Next returns the length of the lexeme that SQL begins with, or -1 where it has
// no end, and whether it is more than a blank or a comment. The text must not
// be empty.
func Next(sql string) (n int, content bool) {
	switch c := sql[0]; {
	case strings.IndexByte(Blanks, c) >= 0:
		return 1, false
	case strings.HasPrefix(sql, "--"):
		if end := strings.IndexByte(sql, '\n'); end >= 0 {
			return end + 1, false
		}
		return len(sql), false
	case strings.HasPrefix(sql, "/*"):
		return comment(sql), false
	case (c == 'e' || c == 'E') && len(sql) > 1 && sql[1] == '\'':
		return escaped(sql), true
	case c == '\'' || c == '"':
		return until(sql, 1, sql[:1]), true
	case c == '$':
		word := 1
		for word < len(sql) && IsWord(sql[word]) {
			word++
		}
		if word < len(sql) && sql[word] == '$' && (word == 1 || !IsDigit(sql[1])) {
			return until(sql, word+1, sql[:word+1]), true
		}
		return word, true
	case IsWord(c):
		word := 1
		for word < len(sql) && (IsWord(sql[word]) || sql[word] == '$') {
			word++
		}
		return word, true
	default:
		return 1, true
	}
}

// until returns the length up to the end of mark, sought from start.
func until(sql string, start int, mark string) int {
	end := strings.Index(sql[start:], mark)
	if end < 0 {
		return -1
	}
	return start + end + len(mark)
}

// comment returns the length of a block comment; they nest.
func comment(sql string) int {
	depth := 0
	for i := 0; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// escaped returns the length of a string in which a backslash takes the next
// character's meaning away.
func escaped(sql string) int {
	for i := 2; i < len(sql); i++ {
		switch sql[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return -1
}

// IsDigit tells whether c is a decimal digit.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }

// IsWord tells whether c stands in names: a letter, a digit, an underscore or
// a part of what is not ASCII.
func IsWord(c byte) bool {
	return c == '_' || IsDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
