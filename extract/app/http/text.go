package http

import (
	"unicode/utf8"
)

// appendText appends s with each run of invalid bytes replaced by U+FFFD, cut
// before the character that would exceed limit bytes.
func appendText(dst, s []byte, limit int) []byte {
	if len(s) <= limit && utf8.Valid(s) {
		return append(dst, s...)
	}
	end, bad := len(dst)+limit, false
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		invalid := r == utf8.RuneError && size == 1
		s = s[size:]
		if invalid && bad {
			continue
		}
		if bad = invalid; len(dst)+utf8.RuneLen(r) > end {
			break
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	return b
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (isBlank(b[len(b)-1]) || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

func trim(b []byte) []byte { return trimLeft(trimRight(b)) }

// isToken reports whether c may stand in a token (RFC 9110 section 5.6.2).
func isToken(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return false
}

// tokenLen returns the length of the token b begins with.
func tokenLen(b []byte) int {
	for i, c := range b {
		if !isToken(c) {
			return i
		}
	}
	return len(b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
