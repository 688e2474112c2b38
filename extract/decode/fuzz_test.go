package decode_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

var linkTypes = []uint16{0, 1, 9, 12, 14, 50, 101, 105, 108, 113, 127, 228, 229, 276, 7}

// FuzzDecode holds that no bytes make the decoder panic or say impossible
// things, and that equal bytes decode equally whatever was decoded before.
func FuzzDecode(f *testing.F) {
	for _, b := range kinds(f) {
		for i := range linkTypes {
			f.Add(uint8(i), b, uint32(len(b)))
		}
	}
	for link, frames := range oddFrames(f) {
		for _, b := range frames {
			f.Add(uint8(slices.Index(linkTypes, link)), b, uint32(len(b)))
		}
	}
	used := decode.New(decode.Options{Decap: true})
	f.Fuzz(func(t *testing.T, kind uint8, b []byte, length uint32) {
		link := linkTypes[int(kind)%len(linkTypes)]
		h := decode.Header{Time: 42}
		frags := used.Decode(link, b, length, 3, &h, nil)
		checkSane(t, b, length, &h, frags)
		again := decode.Header{Time: 42, Key: decode.Key{PortA: 9}, Fragment: true, HasMSS: true, VLAN: 4}
		decode.New(decode.Options{Decap: true}).Decode(link, b, length, 3, &again, nil)
		if string(h.Payload) != string(again.Payload) {
			t.Fatal("the payload depends on an earlier frame")
		}
		h.Payload, again.Payload = nil, nil
		if !sameHeader(&h, &again) {
			t.Fatalf("the header depends on an earlier frame:\n%+v\n%+v", h, again)
		}
		var table decode.Fragments
		for i := range frags {
			frags[i].Packet = 0
		}
		table.Resolve([]decode.Header{h}, frags)
	})
}

// oddFrames are frames of every link type, tunnel, extension header and kind
// of option, by link type.
func oddFrames(t testing.TB) map[uint16][][]byte {
	p4, p6, mac := plain(t, 4), plain(t, 6), join(serverMAC, clientMAC)
	frames := map[uint16][][]byte{
		0: {join([]byte{2, 0, 0, 0}, p4), join([]byte{0, 0, 0, 30}, p6)}, 9: {join([]byte{0, 0x21}, p4), join([]byte{0xff, 3, 0, 0x57}, p6)},
		12: {p4}, 14: {p6}, 50: {join([]byte{0xff, 3, 0, 0x21}, p4)}, 108: {join([]byte{0, 0, 0, 2}, p4)}, 228: {p4}, 229: {p6},
		113: {join(sll, p4)}, 276: {join(sll2, p4)},
		105: {join(wlanData(0x08, 0x01, 24), p4), join(wlanData(0x88, 0x81, 30), p4), join(wlanData(0x08, 0x03, 30), p4), wlanData(0xc8, 1, 26), {0x80, 0}},
		127: {join([]byte{0, 0, 17, 0, 3, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0x20}, wlanData(0x88, 0x01, 26)[:26], []byte{0, 0}, snap, p4)},
	}
	frames[101] = [][]byte{frame(t, ip6(0), gopacket.Payload(join(extensionChain, p4[20:]))), tcpSegment(t)}
	later := frame(t, ip6(44), gopacket.Payload([]byte{17, 0, 0, 185, 0, 0, 0, 9, 1, 2, 3}))
	frames[101] = append(frames[101], later, edited(later, 43, 1))
	for _, options := range [][]byte{ // end, nop, record route, timestamp, source routes, router alert, security
		{7, 7, 4, 10, 0, 0, 1, 0}, {0x44, 8, 5, 0, 0, 0, 0, 1}, {131, 7, 4, 10, 0, 0, 1, 1}, {137, 3, 4, 0}, {148, 4, 0, 0, 130, 3, 0, 0}, {7, 255, 0, 0}, {9, 0, 0, 0},
	} {
		b := append(append(edited(p4[:20], 0, byte(0x45+len(options)/4), 0, 0, byte(len(p4)+len(options))), options...), p4[20:]...)
		frames[101] = append(frames[101], b)
	}
	for _, options := range [][]byte{ // segment size, scale, SACK, timestamps, Fast Open, multipath, MD5; of lengths that cannot be
		{2, 4, 5, 0xb4, 3, 3, 7, 1}, {4, 2, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, {8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1}, {34, 8, 1, 2, 3, 4, 5, 6},
		{30, 12, 0, 0x81, 1, 2, 3, 4, 5, 6, 7, 8}, {19, 18, 1, 2}, {2, 0, 3, 1}, {3, 255, 2, 3}, {0, 2, 4, 5}, {2, 4, 5, 0xb4, 2, 4, 0, 1},
	} {
		b := frame(t, ip4(6), &layers.TCP{SrcPort: 1000, DstPort: 80, SYN: true}, gopacket.Payload(options))
		frames[101] = append(frames[101], edited(b, 32, byte(5+len(options)/4)<<4))
	}
	for _, b := range tunnelFrames(t) {
		frames[1] = append(frames[1], b, inUDP(t, 4789, vxlanHeader, b), inUDP(t, 6081, geneveEthernet, b))
	}
	frames[1] = append(frames[1], inIP(t, 47, greKey, frame(t, ip4(4), gopacket.Payload(p4))), inUDP(t, 2152, gtpPlain, p4), inUDP(t, 2152, gtpSequence, p6),
		join(mac, []byte{0x81, 0, 0, 5, 0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, 0x21}, p4), join(mac, []byte{0x88, 0x47, 0, 1, 0x20, 9, 0, 1, 0x21, 9}, p4),
		join(mac, []byte{0, 41}, snap, p4), join(mac, []byte{0x88, 0xa8, 0, 9, 0x81, 0, 0, 5, 0x86, 0xdd}, p6))
	return frames
}

func checkSane(t *testing.T, b []byte, length uint32, h *decode.Header, frags []decode.Fragment) {
	if h.Reject >= decode.Rejects || h.FrameLen != length || h.Time != 42 {
		t.Fatalf("impossible header %+v", h)
	}
	if h.Reject != decode.Accepted {
		if len(frags) > 0 || h.Key != (decode.Key{}) {
			t.Fatalf("a rejected packet has a key or fragments: %+v", h)
		}
		return
	}
	if len(h.Payload) > int(h.PayloadLen) || len(h.Payload) > len(b) || h.PayloadLen > h.IPLen {
		t.Fatalf("impossible lengths in %+v", h)
	}
	if h.Fragment != (len(frags) > 0) || h.TCP && (!h.HasTransport || !h.Key.Ports) || h.Key.Path.Depth() > decode.MaxDepth {
		t.Fatalf("contradiction in %+v", h)
	}
	for i := range frags {
		if frags[i].Packet != 3 || (frags[i].Later && i < len(frags)-1) {
			t.Fatalf("impossible fragments %+v", frags)
		}
	}
	k := &h.Key
	if string(k.A[:]) > string(k.B[:]) || (k.A == k.B && k.PortA > k.PortB) || (k.A == k.B && k.PortA == k.PortB && h.Reverse) {
		t.Fatalf("key out of order: %+v", h)
	}
	if !k.Ports && (k.PortA|k.PortB) != 0 {
		t.Fatalf("ports that mean nothing: %+v", h)
	}
}

// sameHeader compares all of two headers but their payloads.
func sameHeader(a, b *decode.Header) bool { return reflect.DeepEqual(a, b) }
