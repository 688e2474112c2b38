package service

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func zeros(n int) string { return strings.Repeat("\x00", n) }

// bootp is a message with the cookie of DHCP, or another.
func bootp(op byte, cookie string) string {
	return string([]byte{op, 1, 6, 0}) + zeros(232) + cookie + "\x35\x01\x01\xff"
}

func ntp48(first byte) string {
	return string([]byte{first}) + "\x02\x06\xe9" + zeros(36) + "\xe5\x00\x00\x00\x01\x02\x03\x04"
}

// datagrams are first ones of flows between a port and 40000.
var datagrams = []struct {
	name, text string
	port       uint16
	want       string
}{
	{"discover", bootp(1, "\x63\x82\x53\x63"), 67, "dhcp"},
	{"offer on any port", bootp(2, "\x63\x82\x53\x63"), 4011, "dhcp"},
	{"plain BOOTP", bootp(1, zeros(4)), 67, ""},
	{"neither request nor reply", bootp(3, "\x63\x82\x53\x63"), 67, ""},
	{"binding request", "\x00\x01\x00\x04\x21\x12\xa4\x42TRANSACTIONXattr", 4000, "stun"},
	{"with a wrong length", "\x00\x01\x00\x08\x21\x12\xa4\x42TRANSACTIONXattr", 4000, ""},
	{"without cookie", "\x00\x01\x00\x04\x21\x12\xa4\x43TRANSACTIONXattr", 4000, ""},
	{"snmp v1", "\x30\x10\x02\x01\x00\x04\x06public\xa0\x03abc", 4000, "snmp"},
	{"snmp v2c, long form", "\x30\x81\x10\x02\x01\x01\x04\x06public\xa0\x03abc", 161, "snmp"},
	{"snmp v3", "\x30\x0b\x02\x01\x03\x30\x06abcdef", 161, "snmp"},
	{"of another version", "\x30\x10\x02\x01\x02\x04\x06public\xa0\x03abc", 161, ""},
	{"too long", "\x30\x11\x02\x01\x00\x04\x06public\xa0\x03abc", 161, ""},
	{"ntp client", ntp48(0x23), 123, "ntp"},
	{"ntp off its port", ntp48(0x24), 4000, "ntp"},
	{"symmetric ntp", ntp48(0x19), 123, "ntp"},
	{"symmetric ntp off its port", ntp48(0x19), 4000, ""},
	{"ntp control", "\x16\x01\x00\x01" + zeros(8), 123, "ntp"},
	{"control off its port", "\x16\x01\x00\x01" + zeros(8), 4000, ""},
	{"monlist", "\x17\x00\x03\x2a" + zeros(4), 123, "ntp"},
	{"no ntp", zeros(48), 123, ""},
	{"ntp of version 7", ntp48(0x3b), 123, ""},
	{"dht query", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", 6881, "bittorrent"},
	{"dht reply", "d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re", 6881, "bittorrent"},
	{"bencoded", "d3:cow3:moo4:spam4:eggse", 6881, ""},
	{"sip", "INVITE sip:bob@example.com SIP/2.0\r\n", 4000, "sip"},
	{"sip answer", "SIP/2.0 200 OK\r\n", 5060, "sip"},
	{"ssdp", "NOTIFY * HTTP/1.1\r\n", 1900, ""},
	{"ssdp search", "M-SEARCH * HTTP/1.1\r\n", 1900, ""},
	{"quic", "\xc3\x00\x00\x00\x01\x08" + strings.Repeat("q", 1194), 443, ""},
	{"wireguard", "\x01\x00\x00\x00" + strings.Repeat("w", 144), 51820, ""},
	{"dns", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x00\x00\x01\x00\x01", 4000, ""},
	{"nbns", "\x12\x34\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00 " + strings.Repeat("CA", 16) + "\x00\x00\x20\x00\x01", 137, ""},
	{"isakmp", "INITCOOK" + zeros(8) + "\x01\x10\x02\x00" + zeros(4) + "\x00\x00\x00\x1c", 500, ""},
	{"empty", "", 4000, ""},
}

func TestFirstDatagram(t *testing.T) {
	for _, c := range datagrams {
		for dir, ports := range [][2]uint16{{40000, c.port}, {c.port, 40000}} {
			var d Datagrams
			name, v := d.See([]byte(c.text), len(c.text), dir, ports[0], ports[1])
			if name.String() != c.want || (v == Yes) != (c.want != "") {
				t.Errorf("%s, direction %d: %q, %d, want %q", c.name, dir, name, v, c.want)
			}
		}
	}
}

// DHCPv6 is judged on its ports only, where its options fill the message.
func TestDHCPv6(t *testing.T) {
	solicit := "\x01\x12\x34\x56\x00\x08\x00\x02\x00\x00\x00\x01\x00\x04abcd"
	relayed := "\x0c\x00" + zeros(32) + "\x00\x09\x00\x02ab"
	for _, c := range []struct {
		text string
		a, b uint16
		want string
	}{
		{solicit, 546, 547, "dhcp"}, {solicit, 547, 546, "dhcp"}, {relayed, 547, 547, "dhcp"},
		{solicit, 546, 40000, ""}, {solicit[:9], 546, 547, ""}, {"\x00" + solicit[1:], 546, 547, ""}, {"\x25" + solicit[1:], 546, 547, ""},
	} {
		var d Datagrams
		if name, _ := d.See([]byte(c.text), len(c.text), 0, c.a, c.b); name.String() != c.want {
			t.Errorf("%q from %d to %d: %q, want %q", c.text, c.a, c.b, name, c.want)
		}
	}
}

// Cut by the capture, a message whose length must fit still counts if the
// header tells that it does.
func TestCutDatagram(t *testing.T) {
	for _, c := range datagrams {
		for n := range c.text {
			var d Datagrams
			if name, v := d.See([]byte(c.text[:n]), len(c.text), 0, 40000, c.port); v == Yes && name.String() != c.want {
				t.Errorf("%s cut to %d bytes is %s", c.name, n, name)
			}
		}
	}
}

func TestRTP(t *testing.T) {
	packet := func(first, kind byte, seq uint16, source string) string {
		return string([]byte{first, kind, byte(seq >> 8), byte(seq)}) + "TIME" + source + "voice"
	}
	run := func(change func(i int, p string) string) string {
		var d Datagrams
		for i := range 8 {
			p := change(i, packet(0x80, 0, uint16(0xfffe+i), "SRC1"))
			if name, v := d.See([]byte(p), len(p), 0, 40000, 4000); v != NeedMore {
				return name.String()
			}
		}
		return "undecided"
	}
	for name, c := range map[string]struct {
		change func(i int, p string) string
		want   string
	}{
		"as it should be": {func(_ int, p string) string { return p }, "rtp"},
		"marked":          {func(i int, p string) string { return p[:1] + string([]byte{p[1] | 0x80*byte(i&1)}) + p[2:] }, "rtp"},
		"another source":  {func(i int, p string) string { return p[:8] + string([]byte{byte('a' + i)}) + p[9:] }, ""},
		"another kind":    {func(i int, p string) string { return p[:1] + string([]byte{byte(i)}) + p[2:] }, ""},
		"no numbers":      {func(i int, p string) string { return p[:2] + "ab" + p[4:] }, ""},
		"another version": {func(i int, p string) string { return "\x40" + p[1:] }, ""},
		"RTCP":            {func(i int, p string) string { return p[:1] + "\xc8" + p[2:] }, ""},
		"too short":       {func(i int, p string) string { return p[:11] }, ""},
		"with a list":     {func(i int, p string) string { return "\x8f" + p[1:] }, ""},
	} {
		if got := run(c.change); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A flow of random datagrams is given up soon, and is nothing.
func TestRandomDatagrams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100_000 {
		var d Datagrams
		for i := 0; ; i++ {
			b := random(r, 1+r.IntN(200))
			name, v := d.See(b, len(b), r.IntN(2), 40000, 123)
			if v == No {
				break
			}
			if v == Yes && name != NTP || i > maxUnknown+2*rtpRun {
				t.Fatalf("datagram %d, %q: %q, %d", i, b, name, v)
			}
			if v == Yes {
				break
			}
		}
	}
}

func FuzzDatagrams(f *testing.F) {
	for _, c := range datagrams {
		f.Add([]byte(c.text), len(c.text), c.port)
	}
	f.Fuzz(func(t *testing.T, b []byte, wire int, port uint16) {
		var d Datagrams
		for range 6 {
			if name, v := d.See(b, max(wire, len(b)), 0, port, 547); v > NeedMore || (v == Yes) != (name != None) {
				t.Errorf("%q, %d", name, v)
			}
		}
	})
}
