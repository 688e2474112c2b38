package decode_test

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

var arpRequest = join([]byte{0, 1, 8, 0, 6, 4, 0, 1}, clientMAC, client4, make([]byte, 6), server4)

// Headers of tunnels; ids are 0x0a0b0c or 99.
var (
	vxlanHeader    = []byte{0x08, 0, 0, 0, 0x0a, 0x0b, 0x0c, 0}
	geneveEthernet = []byte{0x01, 0, 0x65, 0x58, 0x0a, 0x0b, 0x0c, 0, 1, 2, 3, 0} // 4 bytes of options
	geneveIPv6     = []byte{0, 0, 0x86, 0xdd, 0x0a, 0x0b, 0x0c, 0}
	greKey         = []byte{0x20, 0, 0x08, 0, 0, 0, 0, 99}
	greAll         = []byte{0xb0, 0, 0x08, 0, 1, 1, 1, 1, 0, 0, 0, 99, 2, 2, 2, 2}
	greIPv6        = []byte{0, 0, 0x86, 0xdd}
	grePPP         = []byte{0, 0, 0x88, 0x0b, 0xff, 0x03, 0x00, 0x21}
	gtpPlain       = []byte{0x30, 255, 0, 0, 0, 0, 0, 99}
	gtpSequence    = []byte{0x32, 255, 0, 0, 0, 0, 0, 99, 0, 1, 0, 0x85}
	gtpExtensions  = []byte{0x34, 255, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0x85, 1, 0, 0, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0}
	teredoAuth     = []byte{0, 1, 2, 1, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	teredoOrigin   = []byte{0, 0, 1, 2, 3, 4, 5, 6}
)

// inUDP puts bytes into a UDP packet on Ethernet.
func inUDP(t testing.TB, port int, parts ...[]byte) []byte {
	return frame(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp(40000, port), gopacket.Payload(join(parts...)))
}

func inIP(t testing.TB, protocol layers.IPProtocol, parts ...[]byte) []byte {
	return frame(t, eth(layers.EthernetTypeIPv4), ip4(protocol), gopacket.Payload(join(parts...)))
}

func tunnelFrames(t testing.TB) map[string][]byte {
	mac := ethHeader(t, layers.EthernetTypeIPv4)
	return map[string][]byte{
		"vxlan": inUDP(t, 4789, vxlanHeader, mac, plain(t, 4)), "geneve": inUDP(t, 6081, geneveEthernet, mac, plain(t, 4)),
		"geneve6": inUDP(t, 6081, geneveIPv6, plain(t, 6)), "gtp": inUDP(t, 2152, gtpExtensions, plain(t, 4)),
		"teredo": inUDP(t, 3544, teredoAuth, teredoOrigin, plain(t, 6)), "gre": inIP(t, 47, greAll, plain(t, 4)),
		"ppp": inIP(t, 47, grePPP, plain(t, 4)), "6in4": inIP(t, 41, plain(t, 6)),
	}
}

func TestTunnels(t *testing.T) {
	mac := ethHeader(t, layers.EthernetTypeIPv4)
	tag := ethHeader(t, layers.EthernetTypeDot1Q)
	p4, p6 := plain(t, 4), plain(t, 6)
	for _, c := range []struct {
		name  string
		frame []byte
		key   string
		id    uint32 // 0: none
	}{
		{"4in4", inIP(t, 4, p4), plain4in("ipip"), 0},
		{"6in4", inIP(t, 41, p6), plain6in("ipip"), 0},
		{"4in6", frame(t, eth(layers.EthernetTypeIPv6), ip6(4), gopacket.Payload(p4)), plain4in("ipip"), 0},
		{"6in6", frame(t, eth(layers.EthernetTypeIPv6), ip6(41), gopacket.Payload(p6)), plain6in("ipip"), 0},
		{"gre with key", inIP(t, 47, greKey, p4), plain4in("gre"), 99},
		{"gre with all fields", inIP(t, 47, greAll, p4), plain4in("gre"), 99},
		{"gre without key", inIP(t, 47, greIPv6, p6), plain6in("gre"), 0},
		{"gre with ppp", inIP(t, 47, grePPP, p4), plain4in("gre"), 0},
		{"vxlan", inUDP(t, 4789, vxlanHeader, mac, p4), plain4in("vxlan658188"), 0x0a0b0c},
		{"vxlan with an inner tag", inUDP(t, 4789, vxlanHeader, tag, p4), plain4in("vxlan658188"), 0x0a0b0c},
		{"geneve with options", inUDP(t, 6081, geneveEthernet, mac, p4), plain4in("geneve658188"), 0x0a0b0c},
		{"geneve with IP", inUDP(t, 6081, geneveIPv6, p6), plain6in("geneve658188"), 0x0a0b0c},
		{"gtp", inUDP(t, 2152, gtpPlain, p4), plain4in("gtpu"), 99},
		{"gtp with sequence number", inUDP(t, 2152, gtpSequence, p6), plain6in("gtpu"), 99},
		{"gtp with extensions", inUDP(t, 2152, gtpExtensions, p4), plain4in("gtpu"), 99},
		{"teredo", inUDP(t, 3544, p6), plain6in("teredo"), 0},
		{"teredo with indications", inUDP(t, 3544, teredoAuth, teredoOrigin, p6), plain6in("teredo"), 0},
		{"gre in ipip", inIP(t, 4, frame(t, ip4(47), gopacket.Payload(join(greKey, p4)))), plain4in("ipip/gre"), 99},
		{"ipip in gre: the innermost key", inIP(t, 47, greKey, frame(t, ip4(4), gopacket.Payload(p4))), plain4in("gre/ipip"), 99},
	} {
		h := want(t, ethernetLink, c.frame, c.key)
		if h.HasTunnelID != (c.id != 0) || h.TunnelID != c.id {
			t.Errorf("%s: tunnel id %d, known %t; want %d", c.name, h.TunnelID, h.HasTunnelID, c.id)
		}
		if h.FrameLen != uint32(len(c.frame)) || h.PayloadLen != 5 || h.HeaderLen != 8 || h.HasVLAN || h.SrcMAC != [6]byte(clientMAC) {
			t.Errorf("%s: lengths or link fields are wrong: %+v", c.name, h)
		}
		var outer decode.Header
		decode.New(decode.Options{}).Decode(ethernetLink, c.frame, uint32(len(c.frame)), 0, &outer, nil)
		if outer.Key.Path != 0 || outer.HasTunnelID || int(outer.IPLen) != len(c.frame)-14 {
			t.Errorf("%s: opened without Decap: %+v", c.name, outer)
		}
	}
}

func plain4in(tunnels string) string { return plain4[:len(plain4)-len("null")] + tunnels }
func plain6in(tunnels string) string { return plain6[:len(plain6)-len("null")] + tunnels }

// TestTunnelByEitherPort: replies come from the tunnel's port.
func TestTunnelByEitherPort(t *testing.T) {
	b := frame(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp(2152, 40000), gopacket.Payload(join(gtpPlain, plain(t, 4))))
	want(t, ethernetLink, b, plain4in("gtpu"))
}

// TestOuterFlowIsMetered where the header of the tunnel is not right or what is
// inside does not decode.
func TestOuterFlowIsMetered(t *testing.T) {
	p4, p6, mac := plain(t, 4), plain(t, 6), ethHeader(t, layers.EthernetTypeIPv4)
	carrier := func(port string) string { return "10.0.0.1|40000 > 10.0.0.2|" + port + " udp type null in null" }
	with := func(b []byte, i int, v byte) []byte {
		b = append([]byte(nil), b...)
		b[i] = v
		return b
	}
	proto := func(name string) string { return "10.0.0.1|null > 10.0.0.2|null " + name + " type null in null" }
	for name, c := range map[string]struct {
		frame []byte
		key   string
	}{
		"vxlan without I bit":       {inUDP(t, 4789, with(vxlanHeader, 0, 0), mac, p4), carrier("4789")},
		"vxlan with ARP":            {inUDP(t, 4789, vxlanHeader, ethHeader(t, layers.EthernetTypeARP), arpRequest), carrier("4789")},
		"geneve version 1":          {inUDP(t, 6081, with(geneveIPv6, 0, 0x40), p6), carrier("6081")},
		"gtp echo":                  {inUDP(t, 2152, with(gtpPlain, 1, 1), p4), carrier("2152")},
		"gtp version 2":             {inUDP(t, 2152, with(gtpPlain, 0, 0x50), p4), carrier("2152")},
		"gtp prime":                 {inUDP(t, 2152, with(gtpPlain, 0, 0x20), p4), carrier("2152")},
		"gtp extension of length 0": {inUDP(t, 2152, with(gtpExtensions, 12, 0), p4), carrier("2152")},
		"teredo with IPv4":          {inUDP(t, 3544, p4), carrier("3544")},
		"gre version 1":             {inIP(t, 47, with(greKey, 1, 1), p4), proto("gre")},
		"gre with ERSPAN":           {inIP(t, 47, []byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 0}, make([]byte, 8), mac, p4), proto("gre")},
		"4in4 with IPv6":            {inIP(t, 4, p6), proto("ipv4")},
		"6in4 cut off":              {inIP(t, 41, p6[:39]), proto("ipv6")},
		"inner header malformed":    {inIP(t, 4, with(p4, 0, 0x44)), proto("ipv4")},
	} {
		h := want(t, ethernetLink, c.frame, c.key)
		if h.Reject != decode.Accepted || int(h.IPLen) != len(c.frame)-14 || h.HasTunnelID {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

// TestInnerBeyondOuter: bytes behind the outer packet's end are no inner header.
func TestInnerBeyondOuter(t *testing.T) {
	b := inIP(t, 4, plain(t, 4))
	b[14+3] = 20 + 19 // the outer total length ends inside the inner header
	want(t, ethernetLink, b, "10.0.0.1|null > 10.0.0.2|null ipv4 type null in null")
}

// TestInnerLengthZero: an inner length of 0 runs to the end of the outer packet,
// not of the padded frame.
func TestInnerLengthZero(t *testing.T) {
	inner := plain(t, 4)
	inner[2], inner[3] = 0, 0
	h := want(t, ethernetLink, join(inIP(t, 4, inner), make([]byte, 30)), plain4in("ipip"))
	if h.IPLen != 33 || h.PayloadLen != 5 {
		t.Errorf("IP length %d, payload %d; want 33, 5", h.IPLen, h.PayloadLen)
	}
}

// TestDepth: eight tunnels are opened; the ninth is metered as its carrier.
func TestDepth(t *testing.T) {
	b := plain(t, 4)
	for n := 1; n <= 9; n++ {
		b = frame(t, ip4(4), gopacket.Payload(b))
		h := decoded(101, b)
		if n <= 8 && (h.Key.Path.Depth() != n || h.Key.Protocol != 17) {
			t.Errorf("%d tunnels: depth %d, protocol %d", n, h.Key.Path.Depth(), h.Key.Protocol)
		}
		if n == 9 && (h.Key.Path.Depth() != 8 || h.Key.Protocol != 4) {
			t.Errorf("9 tunnels: depth %d, protocol %d; want 8 and 4", h.Key.Path.Depth(), h.Key.Protocol)
		}
	}
}

// TestVNISeparatesFlows, but a TEID or a GRE key does not.
func TestVNISeparatesFlows(t *testing.T) {
	mac, p4 := ethHeader(t, layers.EthernetTypeIPv4), plain(t, 4)
	other := append([]byte(nil), vxlanHeader...)
	other[6]++
	if decoded(1, inUDP(t, 4789, vxlanHeader, mac, p4)).Key == decoded(1, inUDP(t, 4789, other, mac, p4)).Key {
		t.Error("packets of two VXLAN networks are one flow")
	}
	teid := append([]byte(nil), gtpPlain...)
	teid[7]++
	if decoded(1, inUDP(t, 2152, gtpPlain, p4)).Key != decoded(1, inUDP(t, 2152, teid, p4)).Key {
		t.Error("packets of two TEIDs are two flows")
	}
}
