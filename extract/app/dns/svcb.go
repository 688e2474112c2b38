package dns

import (
	"encoding/base64"
	"net/netip"
	"strconv"
)

// Parameters of SVCB and HTTPS records (RFC 9460 and the IANA registry).
const (
	svcMandatory = iota
	svcALPN
	svcNoDefaultALPN
	svcPort
	svcIPv4Hint
	svcECH
	svcIPv6Hint
	svcDoHPath
	svcOHTTP
	svcGroups
)

var svcNames = [...]string{"mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp", "tls-supported-groups"}

// parameters appends the service parameters up to the end of the data, as
// key=value. A key that is not known is key65400 with its value quoted.
func (d *rdata) parameters(dst []byte) []byte {
	for last, first := -1, true; d.off < d.end && !d.bad; first = false {
		key := int(d.number(2))
		value := rdata{msg: d.msg}
		n := len(d.take(int(d.number(2))))
		value.off, value.end = d.off-n, d.off
		if d.bad || key <= last { // keys must be in order, so that none comes twice
			d.bad = true
			return dst
		}
		if last = key; !first {
			dst = append(dst, ' ')
		}
		dst = value.parameter(appendKey(dst, key), key)
		d.bad = d.bad || value.bad || value.off != value.end
	}
	return dst
}

func appendKey(dst []byte, key int) []byte {
	if key < len(svcNames) {
		return append(dst, svcNames[key]...)
	}
	return strconv.AppendInt(append(dst, "key"...), int64(key), 10)
}

// parameter appends the whole data as the value of a parameter.
func (d *rdata) parameter(dst []byte, key int) []byte {
	switch key {
	case svcNoDefaultALPN, svcOHTTP:
		return dst
	case svcMandatory:
		return d.listed(append(dst, '='), func(dst []byte) []byte { return appendKey(dst, int(d.number(2))) })
	case svcALPN:
		dst = d.listed(append(dst, `="`...), func(dst []byte) []byte { return appendALPN(dst, d.take(int(d.number(1)))) })
		return append(dst, '"')
	case svcPort:
		return strconv.AppendUint(append(dst, '='), d.number(2), 10)
	case svcIPv4Hint:
		return d.listed(append(dst, '='), func(dst []byte) []byte { return d.address(dst, false) })
	case svcIPv6Hint:
		return d.listed(append(dst, '='), func(dst []byte) []byte { return d.address(dst, true) })
	case svcGroups:
		return d.listed(append(dst, '='), func(dst []byte) []byte { return strconv.AppendUint(dst, d.number(2), 10) })
	case svcECH:
		return base64.StdEncoding.AppendEncode(append(dst, '='), d.rest())
	default:
		if d.off == d.end {
			return dst
		}
		return appendQuoted(append(dst, '='), d.rest())
	}
}

// listed appends the elements up to the end of the data, at least one.
func (d *rdata) listed(dst []byte, element func([]byte) []byte) []byte {
	dst = element(dst)
	for !d.bad && d.off < d.end {
		dst = element(append(dst, ','))
	}
	return dst
}

// appendALPN appends a protocol id as an element of a list within quotes: a
// comma or backslash of its own is escaped for the list and then for the quotes.
func appendALPN(dst, id []byte) []byte {
	for _, c := range id {
		switch {
		case c == ',':
			dst = append(dst, `\\,`...)
		case c == '\\':
			dst = append(dst, `\\\\`...)
		case c == '"':
			dst = append(dst, '\\', c)
		case c < ' ' || c > '~':
			dst = appendEscape(dst, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// prefixes appends the address prefixes of an APL record (RFC 3123).
func (d *rdata) prefixes(dst []byte) []byte {
	for first := true; d.off < d.end && !d.bad; first = false {
		family, bits, n := d.number(2), d.number(1), int(d.number(1))
		if !first {
			dst = append(dst, ' ')
		}
		if n&0x80 != 0 {
			dst = append(dst, '!')
		}
		b := d.take(n & 0x7f)
		dst = append(strconv.AppendUint(dst, family, 10), ':')
		switch {
		case family == 1 && bits <= 32 && len(b) <= 4:
			var a [4]byte
			copy(a[:], b)
			dst = netip.AddrFrom4(a).AppendTo(dst)
		case family == 2 && bits <= 128 && len(b) <= 16:
			var a [16]byte
			copy(a[:], b)
			dst = netip.AddrFrom16(a).AppendTo(dst)
		default:
			d.bad = true
		}
		dst = strconv.AppendUint(append(dst, '/'), bits, 10)
	}
	return dst
}
