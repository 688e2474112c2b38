package dns_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weir/extract/app/dns"
)

// netBIOSName is the encoding of 16 octets as 32 letters.
var netBIOSName = strings.Repeat("EC", 16)

func TestProbe(t *testing.T) {
	q := func() *builder { return message(1, query, 1).question("a.example", 1, 1) }
	edns := message(1, query, 1, 0, 0, 1).question("a", 1, 1).name(".").u16(41, 1232, 0, 0, 0)
	for _, c := range []struct {
		name         string
		m            *builder
		strict, port bool
	}{
		{"query", q(), true, true},
		{"query with EDNS", edns, true, true},
		{"response", message(1, response, 1, 1).question("a", 1, 1).answer(1, 1, 1, []byte{1, 2, 3, 4}), true, true},
		{"response without question", message(1, response, 0, 1).name("a").u16(16, 1, 0, 0, 2, 0x0161), true, true},
		{"error without question", message(1, 0x8001), false, true},
		{"nothing", message(1, 0), false, false},
		{"octets behind the query", q().u16(0), false, true},
		{"a record is missing", message(1, response, 1, 1).question("a", 1, 1), false, false},
		{"many answers of mDNS", message(0, 0x8400, 0, 1).name("a.local").u16(16, 0x8001, 0, 0, 2, 0x0161), true, true},
		{"question of mDNS", message(0, 0, 1).question("a.local", 12, 0x8001), false, true},
		{"two questions", message(0, 0, 2).question("a", 12, 1).question("b", 12, 1), false, true},
		{"unknown class", message(1, query, 1).question("a", 1, 77), false, true},
		{"unknown type", message(1, query, 1).question("a", 65400, 1), false, true},
		{"Z bit", message(1, query|0x40, 1).question("a", 1, 1), false, true},
		{"query with a response code", message(1, query|3, 1).question("a", 1, 1), false, true},
		{"query with RA", message(1, query|0x80, 1).question("a", 1, 1), false, true},
		{"opcode 1", message(1, 0x0800, 1).question("a", 1, 1), false, true},
		{"opcode 15", message(1, 0x7800, 1).question("a", 1, 1), false, false},
		{"compression loop", message(1, query, 1).u16(0xc00c, 1, 1), false, false},
		{"NetBIOS query", message(1, 0x0110, 1).question(netBIOSName, 32, 1), false, true},
		{"NetBIOS status", message(1, 0, 1).question(netBIOSName, 33, 1), false, true},
		{"NetBIOS scope", message(1, 0x0110, 1).question(netBIOSName+".scope", 32, 1), false, true},
		{"NetBIOS response", message(1, 0x8500, 0, 1).name(netBIOSName).u16(32, 1, 0, 0, 6, 0, 1, 2), false, true},
		{"NetBIOS registration", message(1, 0x2910, 1, 0, 0, 1).question(netBIOSName, 32, 1).u16(0xc00c, 32, 1, 0, 0, 6, 0, 1, 2), false, true},
		{"such a name of an address", message(1, query, 1).question(strings.ToLower(netBIOSName), 1, 1), true, true},
		{"a service of 32 other letters", message(1, query, 1).question(strings.Repeat("q", 32), 33, 1), true, true},
	} {
		b := c.m.b
		if got := dns.Probe(b, len(b)) == dns.Yes; got != c.strict {
			t.Errorf("%s: Probe says %v", c.name, got)
		}
		if got := dns.ProbePort(b, len(b)); got != c.port {
			t.Errorf("%s: ProbePort says %v", c.name, got)
		}
		if got := dns.ProbeStream(framed(c.m), false) == dns.Yes; got != c.strict {
			t.Errorf("%s: ProbeStream says %v", c.name, got)
		}
		if got := dns.ProbeStream(framed(c.m), true) == dns.Yes; got != c.port {
			t.Errorf("%s: ProbeStream on the port says %v", c.name, got)
		}
	}
}

// A cut message is one as soon as its question is there.
func TestProbeCut(t *testing.T) {
	m := message(1, response, 1, 1).question("a", 1, 1).answer(1, 1, 1, []byte{1, 2, 3, 4})
	stream := framed(m)
	for n := range len(m.b) {
		want := n >= headerLen+7
		for _, wire := range []int{len(m.b), dns.Unknown} {
			if got := dns.Probe(m.b[:n], wire) == dns.Yes; got != want {
				t.Errorf("Probe of %d bytes of %d says %v", n, wire, got)
			}
			if got := dns.ProbePort(m.b[:n], wire); got != (n >= headerLen) {
				t.Errorf("ProbePort of %d bytes of %d says %v", n, wire, got)
			}
		}
		got, stage := dns.ProbeStream(stream[:n+2], false), dns.NeedMore
		if want {
			stage = dns.Yes
		}
		if got != stage {
			t.Errorf("ProbeStream of %d bytes says %d, want %d", n+2, got, stage)
		}
	}
	if dns.ProbeStream([]byte("GET / HTTP/1.1\r\n"), false) != dns.No || dns.ProbeStream([]byte{0, 11}, true) != dns.No {
		t.Error("other streams are not refused at once")
	}
}

// Random octets are no DNS.
func TestProbeRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 64)
	for range 1_000_000 {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		if dns.Probe(b, len(b)) != dns.No {
			t.Fatalf("% x", b)
		}
	}
}
