package shell

import (
	"strings"

	"weir/queries/lexeme"
)

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
	text = strings.Trim(text, lexeme.Blanks)
	if isCommand(text) {
		return text, !strings.Contains(text, "\n")
	}
	var b strings.Builder
	gap := false
	for i := 0; i < len(text); {
		n, means := lexeme.Next(text[i:])
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
	return strings.HasPrefix(strings.TrimLeft(text, lexeme.Blanks), ".")
}

// split cuts text into its statements, without their semicolons, and what
// follows the last semicolon, if that is more than blanks and comments.
// Semicolons within strings, quoted names and comments end nothing.
func split(text string) (statements []string, rest string) {
	start, content := 0, false
	for i := 0; i < len(text); {
		n, means := lexeme.Next(text[i:])
		if n < 0 {
			return statements, strings.Trim(text[start:], lexeme.Blanks)
		}
		if text[i] == ';' {
			if content {
				statements = append(statements, strings.Trim(text[start:i], lexeme.Blanks))
			}
			start, content = i+1, false
		} else {
			content = content || means
		}
		i += n
	}
	if content {
		rest = strings.Trim(text[start:], lexeme.Blanks)
	}
	return statements, rest
}
