package delta

import (
	"errors"
	"strings"
)

const upperHex = "0123456789ABCDEF"

// encodePath writes a path as the log has it: a relative URI, percent-encoded.
// What a URI allows in a path stands for itself, among it '=' and '/', so the
// usual names of partitions and parts stay as they are.
func encodePath(path string) string {
	n := 0
	for i := range len(path) {
		if !plainInPath(path[i]) {
			n++
		}
	}
	if n == 0 {
		return path
	}
	var b strings.Builder
	b.Grow(len(path) + 2*n)
	for i := range len(path) {
		c := path[i]
		if plainInPath(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

// plainInPath reports whether a byte stands for itself. A colon does not:
// before the first slash it would end the scheme of an absolute URI.
func plainInPath(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("/-._~!$&'()*+,;=@", c) >= 0
}

// decodePath undoes encodePath, whatever the writer chose to encode.
func decodePath(path string) (string, error) {
	if strings.IndexByte(path, '%') < 0 {
		return path, nil
	}
	b := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		if path[i] != '%' {
			b = append(b, path[i])
			continue
		}
		if i+2 >= len(path) {
			return "", errors.New("path ends within a percent-encoded character")
		}
		hi, lo := hexDigit(path[i+1]), hexDigit(path[i+2])
		if hi < 0 || lo < 0 {
			return "", errors.New("path has '%' without two hexadecimal digits")
		}
		b = append(b, byte(hi<<4|lo))
		i += 2
	}
	return string(b), nil
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
