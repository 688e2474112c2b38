package tls

import (
	"strings"
	"unicode/utf8"
)

// maxText is how many bytes of a name are kept.
const maxText = 1024

// text returns a name of the wire as valid UTF-8 of bounded length.
func text(b []byte) string { return clip(b, maxText) }

// protocolName is text for the name of an application protocol, of which few are usual.
func protocolName(b []byte) string {
	switch string(b) {
	case "h2":
		return "h2"
	case "http/1.1":
		return "http/1.1"
	}
	return text(b)
}

// clip returns the first n bytes of b, less the character cut, as valid UTF-8.
func clip(b []byte, n int) string {
	if len(b) > n {
		for n > 0 && !utf8.RuneStart(b[n]) {
			n--
		}
		b = b[:n]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
