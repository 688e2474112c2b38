package tls

import (
	"encoding/hex"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxName is how many bytes of a distinguished name are kept.
const maxName = 4096

// attribute is the short name of a kind of attribute, by its DER identifier.
type attribute struct{ id, name string }

// attributes are those that occur in certificates, as OpenSSL abbreviates them.
var attributes = [...]attribute{
	{"\x55\x04\x03", "CN"}, {"\x55\x04\x04", "SN"}, {"\x55\x04\x05", "serialNumber"},
	{"\x55\x04\x06", "C"}, {"\x55\x04\x07", "L"}, {"\x55\x04\x08", "ST"},
	{"\x55\x04\x09", "street"}, {"\x55\x04\x0a", "O"}, {"\x55\x04\x0b", "OU"},
	{"\x55\x04\x0c", "title"}, {"\x55\x04\x0d", "description"}, {"\x55\x04\x0f", "businessCategory"},
	{"\x55\x04\x10", "postalAddress"}, {"\x55\x04\x11", "postalCode"}, {"\x55\x04\x12", "postOfficeBox"},
	{"\x55\x04\x14", "telephoneNumber"}, {"\x55\x04\x29", "name"}, {"\x55\x04\x2a", "GN"},
	{"\x55\x04\x2b", "initials"}, {"\x55\x04\x2c", "generationQualifier"}, {"\x55\x04\x2d", "x500UniqueIdentifier"},
	{"\x55\x04\x2e", "dnQualifier"}, {"\x55\x04\x41", "pseudonym"}, {"\x55\x04\x61", "organizationIdentifier"},
	{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "emailAddress"},
	{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", "unstructuredName"},
	{"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08", "unstructuredAddress"},
	{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", "UID"},
	{"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", "jurisdictionL"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", "jurisdictionST"},
	{"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", "jurisdictionC"},
}

// distinguishedName writes a name as text, the last attribute first: RFC 4514
// with the attribute names of OpenSSL, as OpenSSL's RFC 2253 form and so Zeek have
// it, but for letters outside ASCII, which stay readable. What has no short name is
// written as its number and the value in hex.
func distinguishedName(d der) string {
	type pair struct {
		id, value, whole []byte
		tag              byte
		joined           bool // to the one before, in a set of several
	}
	var pairs []pair
	for len(pairs) < maxName/4 {
		set, ok := d.take(tagSet)
		if !ok {
			break
		}
		for first := true; ; first = false {
			seq, ok := set.take(tagSequence)
			if !ok {
				break
			}
			id, _ := seq.take(tagOID)
			if tag, value, whole, ok := seq.next(); ok {
				pairs = append(pairs, pair{id, value, whole, tag, !first})
			}
		}
	}
	var b []byte
	for i := len(pairs) - 1; i >= 0 && len(b) < maxName; i-- {
		p := pairs[i]
		b = appendAttribute(b, p.id, p.tag, p.value, p.whole)
		if i > 0 {
			b = append(b, ",+"[toIndex(p.joined)])
		}
	}
	return clip(b, maxName)
}

func toIndex(b bool) int {
	if b {
		return 1
	}
	return 0
}

func appendAttribute(b, id []byte, tag byte, value, whole []byte) []byte {
	for _, a := range attributes {
		if a.id == string(id) {
			b = append(append(b, a.name...), '=')
			if s, ok := directory(tag, value); ok {
				return appendEscaped(b, s)
			}
			return hex.AppendEncode(append(b, '#'), whole)
		}
	}
	return hex.AppendEncode(append(appendOID(b, id), '=', '#'), whole)
}

// directory returns the text of a value of any of the kinds of strings.
func directory(tag byte, v []byte) (string, bool) {
	v = v[:min(len(v), maxName)]
	switch tag {
	case tagUTF8, tagNumeric, tagPrintable, tagIA5, tagVisible:
		return clip(v, maxName), true
	case tagTeletex: // in practice Latin-1, or UTF-8 that was declared wrongly
		if utf8.Valid(v) {
			return string(v), true
		}
		runes := make([]rune, len(v))
		for i, c := range v {
			runes[i] = rune(c)
		}
		return string(runes), true
	case tagBMP:
		return string(utf16.Decode(uint16s(v))), true
	case tagUniversal:
		runes := make([]rune, 0, len(v)/4)
		for ; len(v) >= 4; v = v[4:] {
			runes = append(runes, rune(uint32(v[0])<<24|uint32(v[1])<<16|uint32(v[2])<<8|uint32(v[3])))
		}
		return string(runes), true
	}
	return "", false
}

// appendEscaped appends a value with what has a meaning in a name escaped.
func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\')
			b = append(b, "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&15])
		case c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';',
			c == ' ' && (i == 0 || i == len(s)-1), c == '#' && i == 0:
			b = append(b, '\\', c)
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendOID appends an object identifier in its dotted form.
func appendOID(b, id []byte) []byte {
	var n uint64
	first := true
	for _, c := range id {
		n = n<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if first {
			top := min(n/40, 2)
			b = strconv.AppendUint(b, top, 10)
			n -= 40 * top
			first = false
		}
		b = strconv.AppendUint(append(b, '.'), n, 10)
		n = 0
	}
	return b
}
