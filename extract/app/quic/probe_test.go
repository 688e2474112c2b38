package quic

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// datagram returns zeros of n bytes with a beginning.
func datagram(n int, front string) []byte {
	return append([]byte(front), make([]byte, n-len(front))...)
}

func TestProbe(t *testing.T) {
	v1, v2 := clientVector(t, version1), clientVector(t, version2)
	other := bytes.Clone(v1)
	binary.BigEndian.PutUint32(other[1:], 0x00000002)
	draft := bytes.Clone(v1)
	binary.BigEndian.PutUint32(draft[1:], 0xff00001d)
	forced := bytes.Clone(v1)
	binary.BigEndian.PutUint32(forced[1:], 0x1a2a3a4a)
	unfixed := bytes.Clone(v1)
	unfixed[0] &^= 0x40
	over := bytes.Clone(v1)
	copy(over[16:], "\x44\xd1") // the packet's length is 51 more
	long := packet{version: version1, dcid: "123456789012345678901", size: 1200}.seal(t)
	longest := packet{version: version1, dcid: "12345678901234567890", size: 1200}.seal(t)
	for _, c := range []struct {
		name string
		b    []byte
		wire int
		want Protocol
	}{
		{"version 1", v1, 1200, IETF},
		{"version 2", v2, 1200, IETF},
		{"draft 29", draft, 1200, IETF},
		{"a version that forces negotiation", forced, 1200, IETF},
		{"cut by the capture", v1[:64], 1200, IETF},
		{"an unknown version", other, 1200, Other},
		{"the fixed bit is clear", unfixed, 1200, Other},
		{"a connection id of 21 bytes", long, 1200, Other},
		{"a connection id of 20 bytes", longest, 1200, IETF},
		{"a datagram below 1200 bytes", v1[:1100], 1199, Other},
		{"the packet is longer than the datagram", over, 1200, Other},
		{"a small Initial", serverVector(t, version1), 135, Other},
		{"a short header", datagram(1200, "\x40\x01\x02"), 1200, Other},
		{"version negotiation", []byte("\x80\x00\x00\x00\x00\x00\x0812345678\x00\x00\x00\x01\x0a\x0a\x0a\x0a"), 23, IETF},
		{"version negotiation with no version in use", []byte("\x80\x00\x00\x00\x00\x00\x0812345678\x00\x00\x00\x05\x0a\x0a\x0a\x0a"), 23, Other},
		{"version negotiation with a cut list", []byte("\x80\x00\x00\x00\x00\x00\x0812345678\x00\x00\x00\x01\x0a\x0a"), 21, Other},
		{"Google's Q043", datagram(1350, "\x0d12345678Q043\x01"), 1350, Google},
		{"Google's Q046", datagram(1350, "\xc3Q046\x5012345678"), 1350, Google},
		{"Google's Q043 without a version", datagram(1350, "\x0c12345678Q043\x01"), 1350, Other},
		{"nothing", nil, 0, Other},
	} {
		if got := Probe(c.b, c.wire); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// Random datagrams of all lengths, half of them with a long header's first
// bits, are of no protocol.
func TestProbeOfRandomBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 1500)
	for range 200_000 {
		for i := 0; i < 64; i += 8 {
			binary.LittleEndian.PutUint64(b[i:], r.Uint64())
		}
		if n := r.IntN(len(b)); Probe(b[:n], n) != Other {
			t.Fatalf("%x of %d bytes taken for QUIC", b[:64], n)
		}
	}
}
