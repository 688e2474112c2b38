package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

const rawLink = 101

// edited returns a copy of b with bytes replaced at i.
func edited(b []byte, i int, with ...byte) []byte {
	b = append([]byte(nil), b...)
	copy(b[i:], with)
	return b
}

func TestRejectedIP(t *testing.T) {
	p4, p6 := plain(t, 4), plain(t, 6)
	hop := frame(t, ip6(0), gopacket.Payload([]byte{17, 0, 1, 4, 0, 0, 0, 0}), gopacket.Payload(p4[20:]))
	for _, c := range []struct {
		name string
		b    []byte
		key  string
	}{
		{"IPv4 cut off", p4[:19], "truncated"},
		{"IPv4 options cut off", edited(p4, 0, 0x4f), "malformed"}, // 60 bytes of a total of 33
		{"IPv4 options not captured", edited(p4, 0, 0x4f, 0, 1, 0), "truncated"},
		{"IPv4 header length 16", edited(p4, 0, 0x44), "malformed"},
		{"IPv4 total length below the header", edited(p4, 2, 0, 19), "malformed"},
		{"IPv6 cut off", p6[:39], "truncated"},
		{"extension not captured", hop[:44], "truncated"},
		{"extension longer than the packet", edited(hop, 41, 9), "malformed"},
		{"extension longer than captured", edited(edited(hop, 41, 9), 4, 1, 0), "truncated"},
		{"no room for the extension", edited(hop, 4, 0, 7), "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) { want(t, rawLink, c.b, c.key) })
	}
	want(t, 228, p6, "malformed")
	want(t, 229, join(p4, p4), "malformed")
}

// TestLengths: all lengths come from the headers; padding and cut-off captures
// change nothing.
func TestLengths(t *testing.T) {
	p4, p6 := plain(t, 4), plain(t, 6)
	options := frame(t, &layers.IPv4{Version: 4, TTL: 1, Protocol: 17, SrcIP: client4, DstIP: server4,
		Options: []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}}, udp(1000, 53), data(5))
	for _, c := range []struct {
		name                string
		b                   []byte
		length              uint32
		ip, header, payload uint32
		captured            int // of the payload
	}{
		{"plain", p4, 33, 33, 8, 5, 5},
		{"padded", join(p4, make([]byte, 20)), 53, 33, 8, 5, 5},
		{"cut off in the payload", p4[:30], 33, 33, 8, 5, 2},
		{"cut off behind the header", p4[:28], 1028, 33, 8, 5, 0},
		{"options", options, 37, 37, 8, 5, 5},
		{"IPv6", p6, 53, 53, 8, 5, 5},
		{"length 0", edited(p4, 2, 0, 0), 9000, 9000, 8, 8972, 5},
		{"IPv6 length 0", edited(p6, 4, 0, 0), 9000, 9000, 8, 8952, 5},
		{"wire length below the captured one", edited(p4, 2, 0, 0), 10, 33, 8, 5, 5},
		{"no transport", edited(p4, 9, 50), 33, 33, 0, 13, 13},
		{"IPv6 length 0, no next header", edited(p6, 4, 0, 0, 59), 53, 40, 0, 0, 0},
	} {
		h, _ := decodedFragments(rawLink, c.b, c.length)
		if h.FrameLen != c.length || h.IPLen != c.ip || uint32(h.HeaderLen) != c.header || h.PayloadLen != c.payload || len(h.Payload) != c.captured {
			t.Errorf("%s: frame %d, IP %d, header %d, payload %d, captured %d; want %+v", c.name, h.FrameLen, h.IPLen, h.HeaderLen, h.PayloadLen, len(h.Payload), c)
		}
	}
	if h := decoded(rawLink, p4); h.TTL != 64 || h.DSCP != 46 {
		t.Errorf("IPv4: TTL %d, DSCP %d; want 64, 46", h.TTL, h.DSCP)
	}
	if h := decoded(rawLink, p6); h.TTL != 63 || h.DSCP != 46 {
		t.Errorf("IPv6: hop limit %d, DSCP %d; want 63, 46", h.TTL, h.DSCP)
	}
}

// extensionChain is one of each extension header before UDP.
var extensionChain = join(
	[]byte{60, 0, 1, 4, 0, 0, 0, 0}, // hop-by-hop
	[]byte{43, 1}, make([]byte, 14), // destination
	[]byte{51, 0, 0, 0, 0, 0, 0, 0}, // routing
	[]byte{44, 4}, make([]byte, 22), // AH
	[]byte{17, 0, 0, 0, 0, 0, 0, 1}) // an atomic fragment

func TestExtensionHeaders(t *testing.T) {
	b := frame(t, ip6(0), gopacket.Payload(join(extensionChain, plain(t, 4)[20:])))
	h := want(t, rawLink, b, plain6)
	if int(h.IPLen) != len(b) || h.PayloadLen != 5 || h.Fragment {
		t.Errorf("IP length %d, payload %d, fragment %t", h.IPLen, h.PayloadLen, h.Fragment)
	}
	want(t, rawLink, frame(t, ip4(51), gopacket.Payload(make([]byte, 24))), "10.0.0.1|null > 10.0.0.2|null ah type null in null")
	want(t, rawLink, frame(t, ip6(135), gopacket.Payload(make([]byte, 8))), "2001:db8::1|null > 2001:db8::2|null mobility-header type null in null")
}

func tcpSegment(t testing.TB) []byte {
	return frame(t, ip4(6), &layers.TCP{SrcPort: 1000, DstPort: 80, Seq: 7, Ack: 8, SYN: true, ECE: true, NS: true, Window: 9,
		Options: []layers.TCPOption{
			{OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}},
			{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}},
		}}, data(5))
}

func TestTCP(t *testing.T) {
	b := tcpSegment(t)
	h := decoded(rawLink, b)
	if !h.TCP || h.Seq != 7 || h.Ack != 8 || h.Window != 9 || h.Flags != decode.SYN|decode.ECE|decode.AE ||
		!h.HasMSS || h.MSS != 1460 || !h.HasWindowScale || h.WindowScale != 7 || h.HeaderLen != 28 || h.PayloadLen != 5 {
		t.Errorf("%+v", h)
	}
	cut := decoded(rawLink, b[:44])
	if !cut.TCP || !cut.HasTransport || cut.HeaderLen != 28 || cut.HasWindowScale || cut.PayloadLen != 5 {
		t.Errorf("cut options are not fine: %+v", cut)
	}
	if h := decoded(rawLink, edited(b, 41, 2, 0)); h.HasMSS || !h.TCP {
		t.Error("an option of length 0 was read")
	}
	if h := decoded(rawLink, edited(b, 40, 0)); h.HasMSS {
		t.Error("an option behind the end of options was read")
	}
}

// TestBrokenTransport: a transport header that is cut off or malformed leaves
// addresses and protocol; the header counts as 0 bytes.
func TestBrokenTransport(t *testing.T) {
	tcp, udp := tcpSegment(t), plain(t, 4)
	sctp := edited(udp, 9, 132)
	short := func(b []byte, n byte) []byte { return edited(b, 3, n) } // total length
	null := func(name string) string { return "10.0.0.1|null > 10.0.0.2|null " + name + " type null in null" }
	for _, c := range []struct {
		name string
		b    []byte
		key  string
	}{
		{"TCP cut off", tcp[:39], null("tcp")},
		{"TCP offset 4", edited(tcp, 32, 0x40), null("tcp")},
		{"TCP offset behind the packet", short(tcp, 20+27), null("tcp")},
		{"TCP only in the padding", short(tcp, 20+19), null("tcp")},
		{"UDP cut off", udp[:27], null("udp")},
		{"UDP only in the padding", short(udp, 27), null("udp")},
		{"UDP length 7", edited(udp, 24, 0, 7), null("udp")},
		{"UDP length 1", edited(udp, 24, 0, 1), null("udp")},
		{"SCTP cut off", sctp[:31], null("sctp")},
		{"ICMP cut off", edited(udp, 9, 1)[:23], null("icmp")},
	} {
		h := want(t, rawLink, c.b, c.key)
		if h.HasTransport || h.HeaderLen != 0 || h.TCP || h.HasICMP || h.PayloadLen != h.IPLen-20 {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
	want(t, rawLink, edited(udp, 24, 0, 0), plain4)
	want(t, rawLink, edited(udp, 24, 0xff, 0xff), plain4)
}

func TestTransports(t *testing.T) {
	body := func(protocol byte) []byte {
		b := plain(t, 4)
		b = join(b, make([]byte, 20))
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		return edited(edited(b, 9, protocol), 24, 4) // DCCP: offset of 16 bytes
	}
	for _, c := range []struct {
		protocol byte
		name     string
		ports    bool
		header   uint16
	}{
		{17, "udp", true, 8}, {136, "udplite", true, 8}, {132, "sctp", true, 12}, {33, "dccp", true, 16},
		{1, "icmp", false, 8}, {58, "ipv6-icmp", false, 8}, {2, "igmp", false, 0}, {50, "esp", false, 0}, {253, "ipproto-253", false, 0},
	} {
		h := decoded(rawLink, body(c.protocol))
		if name := decode.ProtocolName(h.Key); name != c.name || h.Key.Ports != c.ports || h.HeaderLen != c.header || h.HasTransport != (c.header > 0) {
			t.Errorf("%s: %s, %+v", c.name, name, h)
		}
		if h.PayloadLen != 33-uint32(c.header) || len(h.Payload) != int(h.PayloadLen) {
			t.Errorf("%s: payload %d, captured %d", c.name, h.PayloadLen, len(h.Payload))
		}
	}
}

func TestICMP(t *testing.T) {
	b := frame(t, ip4(1), gopacket.Payload([]byte{3, 4, 0, 0, 0, 0}))
	h := want(t, rawLink, b, "10.0.0.1|null > 10.0.0.2|null icmp type null in null")
	if !h.HasICMP || h.ICMPType != 3 || h.ICMPCode != 4 || h.HeaderLen != 6 || h.PayloadLen != 0 {
		t.Errorf("%+v", h)
	}
	quoted := frame(t, ip4(1), gopacket.Payload(join([]byte{3, 1, 0, 0, 0, 0, 0, 0}, edited(plain(t, 4), 12, 9, 9, 9, 9))))
	want(t, rawLink, quoted, "10.0.0.1|null > 10.0.0.2|null icmp type null in null")
}
