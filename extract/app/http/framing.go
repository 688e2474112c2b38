package http

import (
	"bytes"
	"math"
)

// framing is what the fields of a head say of the body's length.
type framing struct {
	length    int64
	hasLength bool
	badLength bool // Content-Length is no number, too large, or contradicts itself
	coded     bool // there is a Transfer-Encoding
	chunked   bool // its last coding is chunked
}

// contentLength takes the value of a Content-Length field, which may be a
// list of equal numbers.
func (f *framing) contentLength(value []byte) {
	for more := true; more; {
		var item []byte
		item, value, more = bytes.Cut(value, []byte(","))
		n, ok := parseDecimal(trim(item))
		if !ok || f.hasLength && n != f.length {
			f.badLength = true
			return
		}
		f.length, f.hasLength = n, true
	}
}

// transferEncoding takes the value of a Transfer-Encoding field.
func (f *framing) transferEncoding(value []byte) {
	last := trim(value[bytes.LastIndexByte(value, ',')+1:])
	f.coded, f.chunked = true, bytes.EqualFold(last, []byte("chunked"))
}

// parseDecimal parses a number of digits only that fits an int64.
func parseDecimal(b []byte) (int64, bool) {
	var n int64
	for _, c := range b {
		if !isDigit(c) || n > (math.MaxInt64-int64(c-'0'))/10 {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, len(b) > 0
}

// parseChunkSize parses the line before a chunk: hexadecimal digits, then
// nothing or blanks, or extensions after a semicolon.
func parseChunkSize(line []byte) (int64, bool) {
	line, _, _ = bytes.Cut(line, []byte(";"))
	line = trim(line)
	var n int64
	for _, c := range line {
		var digit int64
		switch {
		case isDigit(c):
			digit = int64(c - '0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			digit = int64(c|0x20-'a') + 10
		default:
			return 0, false
		}
		if n > math.MaxInt64>>4 {
			return 0, false
		}
		n = n<<4 | digit
	}
	return n, len(line) > 0
}
