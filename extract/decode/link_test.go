package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

// Headers of cooked frames: from a station with a MAC, of IPv4.
var (
	sll  = join([]byte{0, 0, 0, 1, 0, 6}, clientMAC, []byte{0, 0, 8, 0})
	sll2 = join([]byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6}, clientMAC, []byte{0, 0})
)

// TestLinkTypes: the same packet has the same key over every link type.
func TestLinkTypes(t *testing.T) {
	p4, p6 := plain(t, 4), plain(t, 6)
	for _, c := range []struct {
		name   string
		link   uint16
		header []byte
		v6     bool
	}{
		{"ethernet", 1, ethHeader(t, layers.EthernetTypeIPv4), false},
		{"ethernet, IPv6", 1, ethHeader(t, layers.EthernetTypeIPv6), true},
		{"raw 12", 12, nil, false}, {"raw 14", 14, nil, true}, {"raw 101", 101, nil, false},
		{"raw 101, IPv6", 101, nil, true}, {"IPv4", 228, nil, false}, {"IPv6", 229, nil, true},
		{"null, little endian", 0, []byte{2, 0, 0, 0}, false}, {"null, big endian", 0, []byte{0, 0, 0, 2}, false},
		{"null, IPv6 of OpenBSD", 0, []byte{24, 0, 0, 0}, true}, {"null, IPv6 of FreeBSD", 0, []byte{28, 0, 0, 0}, true},
		{"null, IPv6 of Darwin", 0, []byte{0, 0, 0, 30}, true}, {"loop", 108, []byte{0, 0, 0, 2}, false},
		{"sll", 113, sll, false}, {"sll2", 276, sll2, false},
		{"ppp", 9, []byte{0, 0x21}, false}, {"ppp with framing", 9, []byte{0xff, 3, 0, 0x57}, true},
		{"ppp, compressed protocol", 9, []byte{0x21}, false}, {"ppp hdlc", 50, []byte{0xff, 3, 0, 0x21}, false},
		{"802.11", 105, wlanData(0x08, 0x01, 24), false}, {"802.11 QoS", 105, wlanData(0x88, 0x02, 26), false},
		{"802.11 QoS with HT control", 105, wlanData(0x88, 0x81, 30), false}, {"802.11 WDS", 105, wlanData(0x08, 0x03, 30), false},
		{"radiotap", 127, join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlanData(0x08, 0x01, 24)), false},
		{"radiotap with padding", 127, join(
			[]byte{0, 0, 17, 0, 3, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0x20}, wlanData(0x88, 0x01, 26)[:26], []byte{0, 0}, snap), false},
	} {
		key, body := plain4, p4
		if c.v6 {
			key, body = plain6, p6
		}
		h := want(t, c.link, join(c.header, body), key)
		if h.IPLen != uint32(len(body)) || h.PayloadLen != 5 || len(h.Payload) != 5 || h.FrameLen != uint32(len(c.header)+len(body)) {
			t.Errorf("%s: lengths are wrong: %+v", c.name, h)
		}
		if !decode.Supported(c.link) {
			t.Errorf("%s is said not to be supported", c.name)
		}
	}
	want(t, 104, p4, "unsupported link")
	want(t, 1, nil, "truncated")
}

func TestMACs(t *testing.T) {
	p4 := plain(t, 4)
	for _, c := range []struct {
		link     uint16
		header   []byte
		src, dst bool
	}{
		{1, ethHeader(t, layers.EthernetTypeIPv4), true, true}, {113, sll, true, false}, {276, sll2, true, false},
		{113, join([]byte{0, 0, 0, 1, 0, 0}, make([]byte, 8), []byte{8, 0}), false, false},
		{101, nil, false, false}, {105, wlanData(0x08, 0x01, 24), true, true}, {105, wlanData(0x08, 0x02, 24), true, true},
		{105, wlanData(0x08, 0x00, 24), true, true}, {105, wlanData(0x08, 0x03, 30), true, true},
	} {
		h := decoded(c.link, join(c.header, p4))
		if h.HasSrcMAC != c.src || h.HasDstMAC != c.dst ||
			(c.src && h.SrcMAC != [6]byte(clientMAC)) || (c.dst && h.DstMAC != [6]byte(serverMAC)) {
			t.Errorf("link %d, header %x: %x %t > %x %t", c.link, c.header, h.SrcMAC, h.HasSrcMAC, h.DstMAC, h.HasDstMAC)
		}
	}
}

var snap = []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}

// wlanData is the header of a data frame from client to server with n bytes, and
// the LLC/SNAP of IPv4.
func wlanData(control, flags byte, n int) []byte {
	b := make([]byte, n)
	b[0], b[1] = control, flags
	source, destination := 10, 4
	switch flags & 3 {
	case 1:
		destination = 16
	case 2:
		source = 16
	case 3:
		source, destination = 24, 16
	}
	copy(b[source:], clientMAC)
	copy(b[destination:], serverMAC)
	return join(b, snap)
}

func TestWLAN(t *testing.T) {
	p4 := plain(t, 4)
	fragmented := wlanData(0x08, 1, 24)
	fragmented[22] = 1
	aggregate := wlanData(0x88, 1, 26)
	aggregate[24] = 0x80
	for _, c := range []struct {
		name string
		b    []byte
		key  string
	}{
		{"encrypted", join(wlanData(0x08, 0x41, 24), p4), macs + "null in null"},
		{"later fragment", join(fragmented, p4), macs + "null in null"},
		{"aggregate", join(aggregate, p4), macs + "null in null"},
		{"null function", wlanData(0x48, 1, 24), "not data"},
		{"QoS null function", wlanData(0xc8, 1, 26), "not data"},
		{"beacon", []byte{0x80, 0}, "not data"},
		{"acknowledgement", []byte{0xd4, 0, 0, 0}, "not data"},
		{"control field cut off", []byte{0x08}, "truncated"},
		{"header cut off", wlanData(0x08, 1, 24)[:23], "truncated"},
		{"QoS field cut off", wlanData(0x88, 1, 26)[:25], "truncated"},
		{"version 1", join([]byte{0x09}, wlanData(0x08, 1, 24)[1:]), "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) { want(t, 105, c.b, c.key) })
	}
	want(t, 127, []byte{0, 0, 7, 0, 0, 0, 0, 0, 0}, "malformed")
	want(t, 127, []byte{1, 0, 8, 0, 0, 0, 0, 0, 0}, "malformed")
	want(t, 127, []byte{0, 0, 9, 0, 0, 0, 0, 0}, "truncated")
}

// TestStripped: what stands between the link and the network layer.
func TestStripped(t *testing.T) {
	p4, p6, mac := plain(t, 4), plain(t, 6), join(serverMAC, clientMAC)
	tag := func(tpid, id, next uint16) []byte {
		b := binary.BigEndian.AppendUint16(nil, tpid)
		b = binary.BigEndian.AppendUint16(b, 0xe000|id)
		return binary.BigEndian.AppendUint16(b, next)
	}
	for _, c := range []struct {
		name string
		b    []byte
		key  string
		vlan int // -1: none
	}{
		{"802.1Q", join(mac, tag(0x8100, 5, 0x0800), p4), plain4, 5},
		{"priority tag", join(mac, tag(0x8100, 0, 0x0800), p4), plain4, 0},
		{"802.1ad", join(mac, tag(0x88a8, 100, 0x8100), tag(0x8100, 5, 0x0800)[2:], p4), plain4, 100},
		{"three tags", join(mac, tag(0x9100, 7, 0x88a8), tag(0, 6, 0x8100)[2:], tag(0, 5, 0x86dd)[2:], p6), plain6, 7},
		{"MPLS", join(mac, []byte{0x88, 0x47, 0, 1, 0x20, 9, 0, 1, 0x21, 9}, p4), plain4, -1},
		{"MPLS multicast", join(mac, []byte{0x88, 0x48, 0, 1, 0x21, 9}, p6), plain6, -1},
		{"PPPoE in a VLAN", join(mac, tag(0x8100, 5, 0x8864), []byte{0x11, 0, 0, 1, 0, 0, 0, 0x21}, p4), plain4, 5},
		{"PPPoE, MPLS", join(mac, []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 2, 0x81, 0, 1, 0x21, 9}, p4), plain4, -1},
		{"SNAP", join(mac, []byte{0, 41}, snap, p4), plain4, -1},
		{"SNAP in a VLAN", join(mac, tag(0x8100, 5, 41), snap, p4), plain4, 5},
		{"SNAP 0000f8", join(mac, []byte{0, 41, 0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0}, p4), plain4, -1},
		{"SNAP of another EtherType", join(mac, []byte{0, 41, 0xaa, 0xaa, 3, 0, 0, 0, 0x80, 0x9b}, p4), macs + "32923 in null", -1},
		{"SNAP of a vendor", join(mac, []byte{0, 41, 0xaa, 0xaa, 3, 0, 0, 0xc, 8, 0}, p4), macs + "null in null", -1},
		{"LLC", join(mac, []byte{0, 41, 0x42, 0x42, 3}, p4), macs + "null in null", -1},
		{"another EtherType", join(mac, tag(0x8100, 5, 0x88cc), p4), macs + "35020 in null", 5},
		{"EtherType of bridges", join(mac, []byte{0x88, 0xe7}, p4), macs + "35047 in null", -1},
		{"pseudowire", join(mac, []byte{0x88, 0x47, 0, 1, 0x21, 9, 0, 0, 0, 0}), macs + "34887 in null", -1},
		{"PPPoE, LCP", join(mac, []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0xc0, 0x21}), macs + "34916 in null", -1},
		{"PPPoE discovery", join(mac, []byte{0x88, 0x63, 0x11, 9, 0, 0, 0, 0}), macs + "34915 in null", -1},
		{"ARP for other than IPv4", join(mac, []byte{8, 6, 0, 1, 0x80, 0x9b, 6, 4, 0, 1}), macs + "2054 in null", -1},
		{"ARP", join(mac, []byte{8, 6}, arpRequest), "10.0.0.1|null > 10.0.0.2|null arp type null in null", -1},
		{"RARP", join(mac, []byte{0x80, 0x35}, arpRequest), "10.0.0.1|null > 10.0.0.2|null arp type null in null", -1},
		{"ARP cut off", join(mac, []byte{8, 6}, arpRequest[:27]), "truncated", -1},
		{"ARP header cut off", join(mac, []byte{8, 6}, arpRequest[:7]), "truncated", -1},
		{"tag cut off", join(mac, tag(0x8100, 5, 0x0800)[:5]), "truncated", -1},
		{"label stack cut off", join(mac, []byte{0x88, 0x47, 0, 1, 0x20, 9}), "truncated", -1},
		{"Ethernet cut off", mac, "truncated", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := want(t, ethernetLink, c.b, c.key)
			if h.Reject == decode.Accepted && (h.HasVLAN != (c.vlan >= 0) || (h.HasVLAN && int(h.VLAN) != c.vlan)) {
				t.Errorf("VLAN %d, known %t; want %d", h.VLAN, h.HasVLAN, c.vlan)
			}
			if f := h.Key.Family; (f == decode.Ethernet || f == decode.ARP) && (h.IPLen|h.PayloadLen != 0 || h.HeaderLen != 0 || h.Payload != nil) {
				t.Errorf("a frame without IP has lengths: %+v", h)
			}
		})
	}
	unknown := "null|null > null|null ethernet type null in null"
	want(t, 9, []byte{0xc0, 0x21, 1, 1}, unknown)
	want(t, 0, []byte{7, 0, 0, 0, 1}, unknown)
	want(t, 101, []byte{0x50, 0, 0}, "malformed")
}
