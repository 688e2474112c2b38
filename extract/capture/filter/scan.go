package filter

import (
	"fmt"
	"strings"
)

// Error says what is wrong with an expression.
type Error struct {
	Expression string
	// Place is the byte at which it is wrong.
	Place  int
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("filter %q: %s (at character %d)", e.Expression, e.Reason, e.Place+1)
}

// token is a word or a sign of the expression. A word that was quoted by a backslash
// is a name, whatever it means otherwise.
type token struct {
	text   string
	place  int
	word   bool
	quoted bool
}

var signs = []string{"&&", "||", "<<", ">>", "<=", ">=", "==", "!=", "(", ")", "[", "]", "!", "<", ">", "=", "+", "-", "*", "/", "%", "&", "|", "^", ":"}

// scan cuts an expression into tokens, the last of which is empty.
func scan(expression string) ([]token, error) {
	var tokens []token
	brackets := 0
	for i := 0; i < len(expression); {
		c := expression[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			i++
			continue
		}
		t := token{place: i}
		if c == '\\' {
			t.quoted = true
			i++
		}
		if n := wordLength(expression[i:], brackets > 0); n > 0 {
			t.text, t.word = expression[i:i+n], true
			i += n
			tokens = append(tokens, t)
			continue
		}
		for _, s := range signs {
			if strings.HasPrefix(expression[i:], s) {
				t.text = s
				break
			}
		}
		switch {
		case t.text == "" || t.quoted:
			return nil, &Error{expression, t.place, fmt.Sprintf("%q means nothing here", c)}
		case t.text == "[":
			brackets++
		case t.text == "]":
			brackets--
		}
		i += len(t.text)
		tokens = append(tokens, t)
	}
	return append(tokens, token{place: len(expression)}), nil
}

// wordLength returns the length of the word that s begins with. Addresses are
// words; within brackets a colon is a sign, and a hyphen is part of a word only between
// the letters of a name.
func wordLength(s string, brackets bool) int {
	n := 0
	for n < len(s) {
		c := s[n]
		switch {
		case alphanumeric(c) || c == '_' || c == '.':
		case c == ':' && !brackets && (n > 0 || strings.HasPrefix(s, "::")):
		case c == '-' && n > 0 && letter(s[0]) && s[:n] != "len" && n+1 < len(s) && alphanumeric(s[n+1]):
		default:
			return n
		}
		n++
	}
	return n
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func alphanumeric(c byte) bool { return letter(c) || c >= '0' && c <= '9' }
