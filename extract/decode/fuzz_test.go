package decode_test

import (
	"reflect"
	"testing"

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
	for _, b := range tunnelFrames(f) {
		f.Add(uint8(1), b, uint32(len(b)))
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
	a, z := string(k.A[:])+string(rune(k.PortA)), string(k.B[:])+string(rune(k.PortB))
	if string(k.A[:]) > string(k.B[:]) || (k.A == k.B && k.PortA > k.PortB) || (a == z && h.Reverse) {
		t.Fatalf("key out of order: %+v", h)
	}
	if !k.Ports && (k.PortA|k.PortB) != 0 {
		t.Fatalf("ports that mean nothing: %+v", h)
	}
}

// sameHeader compares all of two headers but their payloads.
func sameHeader(a, b *decode.Header) bool { return reflect.DeepEqual(a, b) }
