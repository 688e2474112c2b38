package tls

import (
	"hash/maphash"
	"math/rand/v2"
	"testing"
)

// Fingerprints that are kept are those of the same offer: a hello that differs in
// anything has its own.
func TestKnownOffers(t *testing.T) {
	known := &lately{offers: offers{seed: maphash.MakeSeed()}}
	r := rand.New(rand.NewPCG(1, 2))
	few := func(from ...uint16) []uint16 {
		list := make([]uint16, r.IntN(4))
		for i := range list {
			list[i] = from[r.IntN(len(from))]
		}
		return list
	}
	protocols := [][]byte{nil, {2, 'h', '2'}, {2, 'h', '3'}, {1, 0x80}}
	hits := 0
	for range 200_000 {
		h := &ClientHello{
			Legacy:     []Version{TLS10, TLS12, 0x7f1c}[r.IntN(3)],
			Ciphers:    few(0x1301, 0xc02f, 0x0a0a),
			Extensions: few(extServerName, extALPN, 10, 0x1a1a),
			Groups:     few(23, 0x2a2a),
			Signatures: few(0x0403, 0x0804),
			Versions:   few(0x0303, 0x0304, 0x3a3a),
			V2:         r.IntN(20) == 0,
			alpn:       protocols[r.IntN(len(protocols))],
		}
		if r.IntN(2) == 0 {
			h.PointFormats = []byte{byte(r.IntN(2))}
		}
		transport := "tq"[r.IntN(2)]
		held := known.offers.known
		ja3, ja4 := known.fingerprints(h, transport)
		if ja3 != h.JA3() || ja4 != h.JA4(transport) {
			t.Fatalf("%+v: %s %s, want %s %s", h, ja3, ja4, h.JA3(), h.JA4(transport))
		}
		for i := range held {
			if held[i].ja3 != "" && held[i].ja3 == ja3 && held[i].ja4 == ja4 {
				hits++
				break
			}
		}
	}
	if hits < 1000 {
		t.Errorf("only %d hellos met an offer that was known", hits)
	}
}

// What is offered again is not worked out again.
func TestKnownOffersAreKept(t *testing.T) {
	known := &lately{offers: offers{seed: maphash.MakeSeed()}}
	h := &ClientHello{Legacy: TLS12, Ciphers: []uint16{0x1301, 0xc02f}, Extensions: []uint16{0, 10, 16}}
	known.fingerprints(h, 't')
	if n := testing.AllocsPerRun(100, func() { known.fingerprints(h, 't') }); n != 0 {
		t.Errorf("%v allocations for a known offer", n)
	}
}
