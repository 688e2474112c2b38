package tls

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// JA3 returns the md5, in hex, of the client's version, cipher suites, extensions, groups
// and point formats, as published by its authors; GREASE is left out. An SSLv2 ClientHello
// has none, "".
func (h *ClientHello) JA3() string {
	if h.V2 {
		return ""
	}
	b := strconv.AppendUint(make([]byte, 0, 512), uint64(h.Legacy), 10)
	b = appendList(append(b, ','), h.Ciphers)
	b = appendList(append(b, ','), h.Extensions)
	b = appendList(append(b, ','), h.Groups)
	b = append(b, ',')
	for i, f := range h.PointFormats {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(f), 10)
	}
	return md5Hex(b)
}

// JA3S returns the md5, in hex, of the server's version, cipher suite and extensions.
func (h *ServerHello) JA3S() string {
	b := strconv.AppendUint(make([]byte, 0, 64), uint64(h.Legacy), 10)
	b = strconv.AppendUint(append(b, ','), uint64(h.Cipher), 10)
	b = appendList(append(b, ','), h.Extensions)
	return md5Hex(b)
}

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	var digits [2 * md5.Size]byte
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}

// appendList appends decimal numbers with dashes between them, without GREASE.
func appendList(b []byte, list []uint16) []byte {
	start := len(b)
	for _, v := range list {
		if grease(v) {
			continue
		}
		if len(b) > start {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

// JA4 returns the client's JA4 fingerprint. Transport is 't' for TLS over TCP and 'q'
// for QUIC. An SSLv2 ClientHello has none, "".
func (h *ClientHello) JA4(transport byte) string {
	if h.V2 {
		return ""
	}
	ciphers := sorted(h.Ciphers)
	exts := sorted(h.Extensions)
	b := append(make([]byte, 0, 36), transport)
	b = append(b, h.versionJA4()...)
	if h.has(extServerName) {
		b = append(b, 'd')
	} else {
		b = append(b, 'i')
	}
	b = appendCount(appendCount(b, len(ciphers)), len(exts))
	first, last := endsJA4(h.protocol())
	b = append(b, first, last, '_')
	b = append(appendHash(b, appendHex(make([]byte, 0, 256), ciphers)), '_')
	exts = slices.DeleteFunc(exts, func(n uint16) bool { return n == extServerName || n == extALPN })
	if len(exts) == 0 {
		return string(appendHash(b, nil))
	}
	list := appendHex(make([]byte, 0, 256), exts)
	if signatures := plain(h.Signatures); len(signatures) > 0 {
		list = appendHex(append(list, '_'), signatures)
	}
	return string(appendHash(b, list))
}

// versionJA4 returns the highest version offered in two characters, 00 if it is none that
// JA4 names, such as a draft.
func (h *ClientHello) versionJA4() string {
	v, listed := h.Legacy, false
	for _, n := range h.Versions {
		if x := Version(n); !grease(n) && (!listed || x > v) {
			v, listed = x, true
		}
	}
	switch v {
	case TLS13:
		return "13"
	case TLS12:
		return "12"
	case TLS11:
		return "11"
	case TLS10:
		return "10"
	case SSL30:
		return "s3"
	case SSL20:
		return "s2"
	}
	return "00"
}

// endsJA4 returns the first and last character of a protocol name, of its hex form
// where either is no ASCII letter or digit, and 00 for none.
func endsJA4(name []byte) (first, last byte) {
	if len(name) == 0 {
		return '0', '0'
	}
	first, last = name[0], name[len(name)-1]
	if alphanumeric(first) && alphanumeric(last) {
		return first, last
	}
	const digits = "0123456789abcdef"
	return digits[first>>4], digits[last&15]
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// plain returns a copy of a list without GREASE.
func plain(list []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(list), grease)
}

func sorted(list []uint16) []uint16 {
	list = plain(list)
	slices.Sort(list)
	return list
}

// shortList is a length up to which it is faster to compare all numbers of a list than
// to sort it.
const shortList = 64

// distinct counts the different numbers of a list without GREASE.
func distinct(list []uint16) int {
	if len(list) > shortList {
		return len(slices.Compact(sorted(list)))
	}
	count := 0
	for i, n := range list {
		if !grease(n) && !slices.Contains(list[:i], n) {
			count++
		}
	}
	return count
}

// appendCount appends a count in two digits, 99 at most.
func appendCount(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

// appendHex appends numbers in four hex digits with commas between them.
func appendHex(b []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(b, []byte{byte(v >> 8), byte(v)})
	}
	return b
}

// appendHash appends the first 12 hex digits of a text's SHA-256, zeros for an empty one.
func appendHash(b, text []byte) []byte {
	if len(text) == 0 {
		return append(b, "000000000000"...)
	}
	sum := sha256.Sum256(text)
	return hex.AppendEncode(b, sum[:6])
}
