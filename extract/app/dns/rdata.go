package dns

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"
)

// rdata reads the data of one record from left to right. Once it does not fit
// its layout, bad is set and nothing more is read.
type rdata struct {
	msg      []byte
	off, end int
	bad      bool
}

// appendData appends the data of r as text.
func appendData(dst, msg []byte, r record) []byte {
	start, d := len(dst), rdata{msg: msg, off: r.data, end: r.end}
	layout := kindOf(r.rtype).layout
	before := start // the end of the last field but one
	for i := 0; i < len(layout) && !d.bad; i++ {
		if before = len(dst); i > 0 {
			dst = append(dst, ' ')
		}
		dst = d.field(dst, layout[i])
	}
	if layout == "" || d.bad || d.off != d.end {
		return appendGeneric(dst[:start], msg[r.data:r.end])
	}
	if len(dst) == before+1 && dst[before] == ' ' { // an empty last field
		dst = dst[:before]
	}
	return dst
}

// appendGeneric appends data in the form of RFC 3597.
func appendGeneric(dst, data []byte) []byte {
	dst = strconv.AppendInt(append(dst, `\# `...), int64(len(data)), 10)
	if len(data) == 0 {
		return dst
	}
	return appendHex(append(dst, ' '), data)
}

// field appends the next field, which is of the kind that a letter of a layout
// stands for.
func (d *rdata) field(dst []byte, letter byte) []byte {
	switch letter {
	case '1', '2', '4', '6', '8': // a number of so many octets
		return strconv.AppendUint(dst, d.number(int(letter-'0')), 10)
	case 'a', 'A': // an address
		return d.address(dst, letter == 'A')
	case 'n': // a name
		return d.name(dst)
	case 's', 'S': // a quoted string; one or more, to the end
		return d.strings(dst, letter == 'S')
	case 'k': // letters and digits behind a length
		return d.word(dst)
	case 'q': // a quoted string without length, to the end
		return appendQuoted(dst, d.rest())
	case 'h', 'N': // hex digits, to the end; after 0x
		if letter == 'N' {
			dst = append(dst, "0x"...)
		}
		return appendHex(dst, d.rest())
	case 'b': // base64, to the end
		return base64.StdEncoding.AppendEncode(dst, d.rest())
	case 'z': // base64 behind a length of two octets
		return base64.StdEncoding.AppendEncode(dst, d.take(int(d.number(2))))
	case 'T': // a type
		return AppendType(dst, uint16(d.number(2)))
	case 't': // a time
		return time.Unix(int64(d.number(4)), 0).UTC().AppendFormat(dst, "20060102150405")
	case 'B': // a set of types, to the end
		return d.types(dst)
	case 'V': // service parameters, to the end
		return d.parameters(dst)
	default:
		return d.rareField(dst, letter)
	}
}

// rareField is field for what one or two types have.
func (d *rdata) rareField(dst []byte, letter byte) []byte {
	switch letter {
	case 'x': // a salt: hex behind a length, - if empty
		if salt := d.take(int(d.number(1))); len(salt) > 0 {
			return appendHex(dst, salt)
		}
		return append(dst, '-')
	case 'y': // a hash: base32 behind a length
		return base32.HexEncoding.WithPadding(base32.NoPadding).AppendEncode(dst, d.take(int(d.number(1))))
	case 'l': // 64 bits as four groups
		return appendGroups(dst, d.take(8), 2, ':')
	case 'E':
		return appendGroups(dst, d.take(6), 1, '-')
	case 'F':
		return appendGroups(dst, d.take(8), 1, '-')
	case 'G':
		return d.ipsecKey(dst)
	case 'R':
		return d.relay(dst)
	case 'H':
		return d.hostIdentity(dst)
	case 'L':
		return d.location(dst)
	case 'P':
		return d.prefixes(dst)
	}
	d.bad = true
	return dst
}

// take returns the next n octets, none if there are fewer.
func (d *rdata) take(n int) []byte {
	if d.bad || n > d.end-d.off {
		d.bad = true
		return nil
	}
	d.off += n
	return d.msg[d.off-n : d.off]
}

func (d *rdata) rest() []byte { return d.take(d.end - d.off) }

func (d *rdata) number(octets int) (n uint64) {
	for _, b := range d.take(octets) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (d *rdata) address(dst []byte, six bool) []byte {
	if six {
		if b := d.take(16); b != nil {
			return netip.AddrFrom16([16]byte(b)).AppendTo(dst)
		}
		return dst
	}
	if b := d.take(4); b != nil {
		return netip.AddrFrom4([4]byte(b)).AppendTo(dst)
	}
	return dst
}

func (d *rdata) name(dst []byte) []byte {
	if d.bad {
		return dst
	}
	// The name itself must lie within the data; what its pointer leads to may not.
	dst, next, o := appendName(dst, d.msg[:d.end], d.off)
	if o != whole {
		d.bad = true
		return dst
	}
	d.off = next
	return dst
}

func (d *rdata) strings(dst []byte, all bool) []byte {
	dst = appendQuoted(dst, d.take(int(d.number(1))))
	for all && !d.bad && d.off < d.end {
		dst = appendQuoted(append(dst, ' '), d.take(int(d.number(1))))
	}
	return dst
}

func (d *rdata) word(dst []byte) []byte {
	for _, c := range d.take(int(d.number(1))) {
		if c |= 0x20; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			d.bad = true
			return dst
		}
		dst = append(dst, c)
	}
	return dst
}

// types appends the mnemonics of a set of types in the form of NSEC.
func (d *rdata) types(dst []byte) []byte {
	for window, first := -1, true; d.off < d.end && !d.bad; {
		w, n := int(d.number(1)), int(d.number(1))
		if w <= window || n == 0 || n > 32 {
			d.bad = true
			return dst
		}
		window = w
		for i, b := range d.take(n) {
			for bit := 0; bit < 8; bit++ {
				if b&(0x80>>bit) == 0 {
					continue
				}
				if !first {
					dst = append(dst, ' ')
				}
				dst, first = AppendType(dst, uint16(window<<8|i<<3|bit)), false
			}
		}
	}
	return dst
}

func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c > '~':
			dst = appendEscape(dst, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// appendHex appends upper-case hex digits.
func appendHex(dst, b []byte) []byte {
	start := len(dst)
	dst = hex.AppendEncode(dst, b)
	for i, c := range dst[start:] {
		if c >= 'a' {
			dst[start+i] = c - 'a' + 'A'
		}
	}
	return dst
}

// appendGroups appends hex digits in lower case, size octets to a group.
func appendGroups(dst, b []byte, size int, separator byte) []byte {
	for i := 0; i < len(b); i += size {
		if i > 0 {
			dst = append(dst, separator)
		}
		dst = hex.AppendEncode(dst, b[i:i+size])
	}
	return dst
}
