package dns

// outcome says how the reading of a part of a message ended.
type outcome uint8

const (
	whole  outcome = iota
	cut            // the bytes at hand end within it
	broken         // it contradicts the format
)

// Limits of names.
const (
	maxName     = 255 // octets on the wire, the root's included
	maxPointers = 127 // a name has no more labels
)

// appendName appends the text of the name at off in the message to dst and
// returns the offset behind the name. Unless the name is whole, dst comes back
// as it was.
func appendName(dst, msg []byte, off int) ([]byte, int, outcome) {
	start, next := len(dst), -1
	run, octets, pointers := off, 1, 0
	for off < len(msg) {
		n := int(msg[off])
		switch {
		case n == 0:
			if next < 0 {
				next = off + 1
			}
			if len(dst) == start {
				dst = append(dst, '.')
			}
			return dst, next, whole
		case n < 0x40:
			if octets += 1 + n; octets > maxName {
				return dst[:start], 0, broken
			}
			if off+1+n > len(msg) {
				return dst[:start], 0, cut
			}
			if len(dst) > start {
				dst = append(dst, '.')
			}
			dst = appendLabel(dst, msg[off+1:off+1+n])
			off += 1 + n
		case n < 0xc0:
			return dst[:start], 0, broken
		default:
			if off+2 > len(msg) {
				return dst[:start], 0, cut
			}
			target := n&0x3f<<8 | int(msg[off+1])
			if next < 0 {
				next = off + 2
			}
			if pointers++; target >= run || target < headerLen || pointers > maxPointers {
				return dst[:start], 0, broken
			}
			run, off = target, target
		}
	}
	return dst[:start], 0, cut
}

// skipName returns the offset behind the name at off without following its
// pointer.
func skipName(msg []byte, off int) (int, outcome) {
	for start := off; off < len(msg); {
		n := int(msg[off])
		switch {
		case n == 0:
			return off + 1, whole
		case n < 0x40:
			if off += 1 + n; off-start >= maxName {
				return 0, broken
			}
		case n < 0xc0:
			return 0, broken
		default:
			if off+2 > len(msg) {
				return 0, cut
			}
			return off + 2, whole
		}
	}
	return 0, cut
}

// asWritten holds how bytes of a label are written that take one place, in small
// letters, and 0 for those that are escaped.
var asWritten = func() (t [256]byte) {
	for c := byte(' '); c <= '~'; c++ {
		switch {
		case c == '.' || c == '\\':
		case c >= 'A' && c <= 'Z':
			t[c] = c + 'a' - 'A'
		default:
			t[c] = c
		}
	}
	return t
}()

func appendLabel(dst, label []byte) []byte {
	start := len(dst)
	dst = append(dst, label...)
	for i, c := range label {
		w := asWritten[c]
		if w == 0 {
			return appendEscaped(dst[:start+i], label[i:])
		}
		dst[start+i] = w
	}
	return dst
}

// appendEscaped is appendLabel where there is something to escape.
func appendEscaped(dst, label []byte) []byte {
	for _, c := range label {
		switch w := asWritten[c]; {
		case w != 0:
			dst = append(dst, w)
		case c == '.' || c == '\\':
			dst = append(dst, '\\', c)
		default:
			dst = appendEscape(dst, c)
		}
	}
	return dst
}

// appendEscape appends \DDD.
func appendEscape(dst []byte, c byte) []byte {
	return append(dst, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
}
