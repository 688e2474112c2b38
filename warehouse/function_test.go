package warehouse

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// TestIPRangeIsIPIn compares ranges of numbers with ip_in, which asks
// net/netip, for addresses at the edges of networks and elsewhere.
func TestIPRangeIsIPIn(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	texts := []string{"::", "::1", "255.255.255.255", "0.0.0.0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::fffe:ffff:ffff", "::1:0:0:0", "fe80::1%eth0", "no address", ""}
	networks := []string{"::/0", "0.0.0.0/0", "::/80", "::ffff:0:0/96", "::ffff:10.0.0.0/104", "::/128", "255.255.255.255/32", "8000::/1", "fe80::/10"}
	for range 60 {
		var b [16]byte
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		ip := netip.AddrFrom16(b)
		if r.IntN(2) == 0 {
			ip = netip.AddrFrom4([4]byte(b[:4]))
		}
		p := netip.PrefixFrom(ip, r.IntN(ip.BitLen()+1))
		networks = append(networks, p.String())
		first := p.Masked().Addr()
		for _, edge := range []netip.Addr{ip, first, first.Prev()} {
			if edge.IsValid() {
				texts = append(texts, edge.String())
			}
		}
	}
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, ip := range texts {
		texts[i] = "(" + QuoteText(ip) + ")"
	}
	for _, n := range networks {
		rangeSQL := IPRangeSQL("number", netip.MustParsePrefix(n))
		expect(t, s, fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE (%s) IS DISTINCT FROM ip_in(ip, %s)) FROM
			(SELECT ip, ip_number(ip) AS number FROM (VALUES %s) AS t(ip))`, rangeSQL, QuoteText(n), strings.Join(texts, ", ")),
			fmt.Sprintf("%d|0", len(texts)))
	}
	expect(t, s, "SELECT ip_number('10.0.1.0') - ip_number('10.0.0.255'), ip_number(NULL), ip_number('x')", "1|NULL|NULL")
}

// TestParseIPv4 holds the short way to net/netip's.
func TestParseIPv4(t *testing.T) {
	texts := []string{"", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "01.2.3.4", "1.2.3.00", "1.2.3.256", "1.2.3.999999999999999999999", "0.0.0.0", "255.255.255.255", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4%x", "::1.2.3.4", "a.b.c.d", "-1.2.3.4", "+1.2.3.4", "1.2.3.\x00"}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var b []byte
		for range r.IntN(16) {
			b = append(b, "0123456789..125"[r.IntN(15)])
		}
		texts = append(texts, string(b), fmt.Sprintf("%d.%d.%d.%d", r.IntN(260), r.IntN(260), r.IntN(260), r.IntN(260)))
	}
	right := 0
	for _, text := range texts {
		want, err := netip.ParseAddr(text)
		got, ok := parseIPv4(text)
		if four := err == nil && want.Is4(); ok != four || ok && netip.AddrFrom4(got) != want {
			t.Errorf("%q: %v, %t; net/netip: %v, %v", text, got, ok, want, err)
		}
		if ok {
			right++
		}
	}
	if right < 100 {
		t.Errorf("%d of the texts are addresses", right)
	}
}
