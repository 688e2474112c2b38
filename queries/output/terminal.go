package output

import (
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// terminalText writes to a terminal what is made for files, such as CSV. What
// could move the cursor or hide what follows becomes \u and four digits, as JSON has
// it; ends of lines and tabs stay.
type terminalText struct {
	w    io.Writer
	tail []byte // the beginning of a character whose end is not yet written
}

func (t *terminalText) Write(b []byte) (int, error) {
	text := append(t.tail, b...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		if !utf8.FullRune(text) {
			break
		}
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, `\u%04x`, text[0])
		case r == '\n' || r == '\t' || !unprintable(r):
			out = append(out, text[:n]...)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
		text = text[n:]
	}
	t.tail = append([]byte(nil), text...)
	if _, err := t.w.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}
