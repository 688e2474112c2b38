package decode_test

import (
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

// Endpoints of the frames the tests make. The client's addresses are the smaller ones.
var (
	clientMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	serverMAC = net.HardwareAddr{2, 0, 0, 0, 0, 2}
	client4   = net.IP{10, 0, 0, 1}
	server4   = net.IP{10, 0, 0, 2}
	client6   = net.ParseIP("2001:db8::1")
	server6   = net.ParseIP("2001:db8::2")
)

const ethernetLink = 1

// frame serialises layers with their lengths set right.
func frame(t testing.TB, ls ...gopacket.SerializableLayer) []byte {
	t.Helper()
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, ls...); err != nil {
		t.Fatal(err)
	}
	return append([]byte(nil), buf.Bytes()...)
}

func eth(et layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: clientMAC, DstMAC: serverMAC, EthernetType: et}
}

// ethHeader is an Ethernet header, with a tag where et is 802.1Q; serialised
// alone it would be padded.
func ethHeader(t testing.TB, et layers.EthernetType) []byte {
	if et == layers.EthernetTypeDot1Q {
		return frame(t, eth(et), &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeIPv4})[:18]
	}
	return frame(t, eth(et))[:14]
}

func ip4(p layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, TOS: 0xb8, Id: 7, Protocol: p, SrcIP: client4, DstIP: server4}
}

func ip6(p layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 63, TrafficClass: 0xb8, NextHeader: p, SrcIP: client6, DstIP: server6}
}

func udp(src, dst int) *layers.UDP {
	return &layers.UDP{SrcPort: layers.UDPPort(src), DstPort: layers.UDPPort(dst)}
}

func data(n int) gopacket.Payload { return make([]byte, n) }

// plain is a UDP packet with 5 bytes of payload, in IPv4 or IPv6.
func plain(t testing.TB, version int) []byte {
	if version == 6 {
		return frame(t, ip6(layers.IPProtocolUDP), udp(1000, 53), data(5))
	}
	return frame(t, ip4(layers.IPProtocolUDP), udp(1000, 53), data(5))
}

// join concatenates headers and payloads of bytes.
func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// decoded decodes one frame that was captured whole.
func decoded(link uint16, b []byte) decode.Header {
	h, _ := decodedFragments(link, b, uint32(len(b)))
	return h
}

func decodedFragments(link uint16, b []byte, length uint32) (h decode.Header, frags []decode.Fragment) {
	frags = decode.New(decode.Options{Decap: true}).Decode(link, b, length, 0, &h, nil)
	return h, frags
}

// text spells the key of a header: endpoints from source to destination,
// protocol, EtherType and tunnels.
func text(h decode.Header) string {
	if h.Reject != decode.Accepted {
		return [...]string{"accepted", "truncated", "malformed", "unsupported link", "not data"}[h.Reject]
	}
	a, b, kind := describe(&h)
	return a + " > " + b + kind
}

// want checks the key of a frame.
func want(t *testing.T, link uint16, b []byte, key string) decode.Header {
	t.Helper()
	h := decoded(link, b)
	if got := text(h); got != key {
		t.Errorf("link %d, frame %x:\n got %s\nwant %s", link, b, got, key)
	}
	return h
}

// Keys of plain packets.
const (
	plain4 = "10.0.0.1|1000 > 10.0.0.2|53 udp type null in null"
	plain6 = "2001:db8::1|1000 > 2001:db8::2|53 udp type null in null"
	macs   = "02:00:00:00:00:01|null > 02:00:00:00:00:02|null ethernet type "
)
