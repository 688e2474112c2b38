package shell

import "strings"

// Complete reports whether text can be answered: it is a dot-command, nothing
// but blanks and comments, or its last statement ends in a semicolon.
func Complete(text string) bool {
	if isCommand(text) {
		return true
	}
	_, rest := split(text)
	return rest == ""
}

// OneLine returns text as one line of the same meaning: without comments, and
// with a blank for what blanks and line ends stood between words. It is not
// possible where a string or a name has several lines.
func OneLine(text string) (line string, possible bool) {
	text = strings.TrimSpace(text)
	if isCommand(text) {
		return text, !strings.Contains(text, "\n")
	}
	var b strings.Builder
	gap := false
	for i := 0; i < len(text); {
		n, means := token(text[i:])
		if n < 0 {
			return "", false
		}
		if means {
			if gap && b.Len() > 0 && text[i] != ';' {
				b.WriteByte(' ')
			}
			b.WriteString(text[i : i+n])
		}
		gap = !means
		i += n
	}
	return b.String(), !strings.ContainsAny(b.String(), "\r\n")
}

// isCommand tells whether text is a dot-command rather than SQL.
func isCommand(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), ".")
}

// split cuts text into its statements, without their semicolons, and what
// follows the last semicolon, if that is more than blanks and comments.
// Semicolons within strings, quoted names and comments end nothing.
func split(text string) (statements []string, rest string) {
	start, content := 0, false
	for i := 0; i < len(text); {
		n, means := token(text[i:])
		if n < 0 {
			return statements, strings.TrimSpace(text[start:])
		}
		if text[i] == ';' {
			if content {
				statements = append(statements, strings.TrimSpace(text[start:i]))
			}
			start, content = i+1, false
		} else {
			content = content || means
		}
		i += n
	}
	if content {
		rest = strings.TrimSpace(text[start:])
	}
	return statements, rest
}

// token returns the length of what SQL begins with, or -1 where it has no end,
// and whether it is more than a blank or a comment.
func token(sql string) (n int, content bool) {
	switch c := sql[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
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
		for word < len(sql) && isWord(sql[word]) {
			word++
		}
		if word < len(sql) && sql[word] == '$' && (word == 1 || !isDigit(sql[1])) {
			return until(sql, word+1, sql[:word+1]), true
		}
		return word, true
	case isWord(c):
		word := 1
		for word < len(sql) && (isWord(sql[word]) || sql[word] == '$') {
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

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
