package tls

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// block8, block16 and block24 put a length before bytes.
func block8(b ...byte) []byte { return append([]byte{byte(len(b))}, b...) }

func block16(b ...byte) []byte { return append(u16s(uint16(len(b))), b...) }

func block24(b ...byte) []byte {
	return append([]byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

func u16s(list ...uint16) []byte {
	var b []byte
	for _, v := range list {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func ext(number uint16, body ...byte) []byte { return join(u16s(number), block16(body...)) }

func extSNI(name string) []byte {
	return ext(extServerName, block16(join([]byte{0}, block16([]byte(name)...))...)...)
}

func extProtocols(names ...string) []byte {
	var list []byte
	for _, n := range names {
		list = append(list, block8([]byte(n)...)...)
	}
	return ext(extALPN, block16(list...)...)
}

func extOffers(versions ...uint16) []byte {
	return ext(extSupportedVersions, block8(u16s(versions...)...)...)
}

func extSelects(version uint16) []byte { return ext(extSupportedVersions, u16s(version)...) }

// clientHello returns the body of a ClientHello.
func clientHello(version uint16, id string, ciphers []uint16, exts ...[]byte) []byte {
	b := join(u16s(version), make([]byte, 32), block8([]byte(id)...), block16(u16s(ciphers...)...), block8(0))
	if len(exts) > 0 {
		b = append(b, block16(join(exts...)...)...)
	}
	return b
}

// serverHello returns the body of a ServerHello.
func serverHello(version uint16, id string, cipher uint16, exts ...[]byte) []byte {
	b := join(u16s(version), make([]byte, 32), block8([]byte(id)...), u16s(cipher), []byte{0})
	if len(exts) > 0 {
		b = append(b, block16(join(exts...)...)...)
	}
	return b
}

func numbers(t *testing.T, text, sep string, base int) (list []uint16) {
	t.Helper()
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return string(r) == sep }) {
		n, err := strconv.ParseUint(s, base, 16)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, uint16(n))
	}
	return list
}

func TestParseClientHello(t *testing.T) {
	h, err := ParseClientHello(clientHello(0x0303, "0123456789", []uint16{0x1a1a, 0x1301, 0xc02f, 0x1301},
		ext(0x2a2a), extSNI("Example.com"), extProtocols("h2", "http/1.1"), extOffers(0x3a3a, 0x0304, 0x0303),
		ext(extSupportedGroups, block16(u16s(29, 23)...)...), ext(extPointFormats, block8(0, 1)...),
		ext(extSignatures, block16(u16s(0x0403, 0x0804)...)...), ext(extSessionTicket, 1), ext(extEarlyData), ext(extPreSharedKey)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	h.EachProtocol(func(n []byte) { names = append(names, string(n)) })
	switch {
	case h.Legacy != TLS12 || h.Highest() != TLS13 || string(h.SessionID) != "0123456789":
		t.Errorf("version %v, highest %v, id %q", h.Legacy, h.Highest(), h.SessionID)
	case !slices.Equal(h.Ciphers, []uint16{0x1a1a, 0x1301, 0xc02f, 0x1301}) || h.Specs != 2:
		t.Errorf("ciphers %x, %d without GREASE and repetition", h.Ciphers, h.Specs)
	case !slices.Equal(h.Extensions, []uint16{0x2a2a, 0, 16, 43, 10, 11, 13, 35, 42, 41}):
		t.Errorf("extensions %v", h.Extensions)
	case h.ServerName != "Example.com" || !slices.Equal(names, []string{"h2", "http/1.1"}):
		t.Errorf("server name %q, protocols %q", h.ServerName, names)
	case !slices.Equal(h.Groups, []uint16{29, 23}) || string(h.PointFormats) != "\x00\x01" || !slices.Equal(h.Signatures, []uint16{0x0403, 0x0804}):
		t.Errorf("groups %v, formats %v, signatures %x", h.Groups, h.PointFormats, h.Signatures)
	case !h.Ticket || !h.PSK || !h.EarlyData || h.V2:
		t.Errorf("ticket %v, PSK %v, early data %v, v2 %v", h.Ticket, h.PSK, h.EarlyData, h.V2)
	}
}

func TestClientHelloKeepsNothing(t *testing.T) {
	b := clientHello(0x0303, "id", []uint16{1}, extSNI("a.b"), extProtocols("h2"), ext(extPointFormats, block8(7)...))
	h, err := ParseClientHello(b)
	if err != nil {
		t.Fatal(err)
	}
	clear(b)
	if string(h.SessionID) != "id" || h.ServerName != "a.b" || string(h.protocol()) != "h2" || h.PointFormats[0] != 7 {
		t.Errorf("hello shares memory: %+v", h)
	}
}

// A hello that ends within its fixed fields is refused; within its extensions it
// is read as far as it goes.
func TestCutHello(t *testing.T) {
	whole := clientHello(0x0303, "0123", []uint16{1, 2}, extSNI("a.b"), extProtocols("h2"))
	fixed := len(clientHello(0x0303, "0123", []uint16{1, 2}))
	for n := range whole {
		h, err := ParseClientHello(whole[:n])
		if n < fixed != (err != nil) {
			t.Errorf("%d of %d bytes: error %v", n, len(whole), err)
		}
		if err == nil && (h.ServerName != "") != (n >= fixed+2+len(extSNI("a.b"))) {
			t.Errorf("%d bytes: server name %q", n, h.ServerName)
		}
	}
	server := serverHello(0x0303, "0123", 7, extSelects(0x0304))
	for n := range len(serverHello(0x0303, "0123", 7)) {
		if _, err := ParseServerHello(server[:n]); err == nil {
			t.Errorf("ServerHello of %d bytes is not refused", n)
		}
	}
}

func TestText(t *testing.T) {
	h, err := ParseClientHello(clientHello(0x0303, "", []uint16{1}, extSNI("a\xff\xfeb")))
	if err != nil || h.ServerName != "a\uFFFDb" {
		t.Errorf("server name %q, %v", h.ServerName, err)
	}
	long := text([]byte(strings.Repeat("ä", maxText)))
	if len(long) != maxText || long != strings.Repeat("ä", maxText/2) {
		t.Errorf("a long name has %d bytes", len(long))
	}
}

func TestParseServerHello(t *testing.T) {
	h, err := ParseServerHello(serverHello(0x0303, "01", 0x1301, extSelects(0x0304), extProtocols("h2"), ext(extPreSharedKey, 0, 0)))
	if err != nil || h.Version() != TLS13 || h.Legacy != TLS12 || h.Cipher != 0x1301 || h.Protocol != "h2" || !h.PSK || h.Retry || string(h.SessionID) != "01" {
		t.Errorf("%+v, %v", h, err)
	}
	draft := join(u16s(0x7f12), make([]byte, 32), u16s(0x1302), block16(ext(extPreSharedKey, 0, 0)...))
	if h, err = ParseServerHello(draft); err != nil || h.Cipher != 0x1302 || h.Version().String() != "TLS 1.3" || !h.PSK {
		t.Errorf("draft 18: %+v, %v", h, err)
	}
	again := serverHello(0x0303, "", 0x1301, extSelects(0x0304))
	copy(again[2:], retry)
	if h, err = ParseServerHello(again); err != nil || !h.Retry {
		t.Errorf("HelloRetryRequest: %+v, %v", h, err)
	}
}

func TestVersion(t *testing.T) {
	for v, want := range map[Version]string{0x0002: "SSL 2.0", 0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2",
		0x0304: "TLS 1.3", 0x7f17: "TLS 1.3", 0x7e02: "TLS 1.3", 0xfb1a: "TLS 1.3", 0x0305: "0x0305", 0xabcd: "0xABCD"} {
		if v.String() != want {
			t.Errorf("version %04x is %q, want %q", uint16(v), v, want)
		}
	}
	for _, c := range []struct {
		offered []uint16
		want    Version
	}{{nil, TLS12}, {[]uint16{0xfafa}, TLS12}, {[]uint16{0x0302, 0xfafa, 0x0301}, TLS11}, {[]uint16{0x7f1c, 0x0303}, TLS13}, {[]uint16{0x0303, 0x4444}, TLS12}} {
		if v := (&ClientHello{Legacy: TLS12, Versions: c.offered}).Highest(); v != c.want {
			t.Errorf("highest of %x is %v, want %v", c.offered, v, c.want)
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Lists that are lent from the same memory do not run into each other, however long.
func TestListsAreApart(t *testing.T) {
	room := make(lists, 0, 4)
	var all [][]uint16
	for i := range 20 {
		all = append(all, room.numbers(slices.Repeat([]byte{byte(i), 1}, i%7)))
	}
	for i, list := range all {
		if len(list) != i%7 || cap(list) != len(list) {
			t.Errorf("list %d has %d numbers and room for %d", i, len(list), cap(list))
		}
		for _, n := range list {
			if n != uint16(i)<<8|1 {
				t.Errorf("list %d has %#x", i, n)
			}
		}
	}
}

// Suites are counted alike in short lists and in long ones.
func TestDistinct(t *testing.T) {
	var list []uint16
	for n := range 3 * shortList {
		list = append(list, uint16(n%41), 0x2a2a)
		if got, want := distinct(list), min(n+1, 41); got != want {
			t.Errorf("%d different of %d, want %d", got, len(list), want)
		}
	}
}
