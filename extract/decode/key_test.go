package decode_test

import (
	"encoding/binary"
	"math/bits"
	"reflect"
	"testing"

	"github.com/google/gopacket"

	"weir/extract/decode"
)

// TestDirections: both directions have one key and one hash, and Reverse tells
// them apart. Equal endpoints are never reversed.
func TestDirections(t *testing.T) {
	for _, version := range []int{4, 6} {
		there := plain(t, version)
		back := append([]byte(nil), there...)
		if version == 4 {
			copy(back[12:], join(there[16:20], there[12:16], there[22:24], there[20:22]))
		} else {
			copy(back[8:], join(there[24:40], there[8:24], there[42:44], there[40:42]))
		}
		a, b := decoded(rawLink, there), decoded(rawLink, back)
		if a.Key != b.Key || a.Hash != b.Hash || a.Reverse || !b.Reverse {
			t.Errorf("IPv%d: %+v and %+v", version, a, b)
		}
	}
	self := edited(edited(plain(t, 4), 12, 10, 0, 0, 1, 10, 0, 0, 1), 20, 3, 232, 0, 53)
	if h := decoded(rawLink, self); !h.Reverse || h.Key.PortA != 53 {
		t.Errorf("equal addresses are not ordered by port: %+v", h)
	}
	if h := decoded(rawLink, edited(self, 22, 3, 232)); h.Reverse {
		t.Error("equal endpoints are reversed")
	}
	// The port of the smaller address is not the smaller one of the ports.
	if h := decoded(rawLink, plain(t, 4)); h.Key.PortA != 1000 || h.Key.PortB != 53 {
		t.Errorf("ports do not follow their addresses: %+v", h.Key)
	}
}

// TestHashAvalanche: each bit of the packet that is in the key changes about
// half of the hash's bits, high and low ones alike.
func TestHashAvalanche(t *testing.T) {
	base := frame(t, ip6(17), gopacket.Payload(join([]byte{1, 2, 3, 4, 0, 8, 0, 0})))
	h0 := decoded(rawLink, base)
	var flips [64]int
	samples := 0
	for i := 8; i < 44; i++ {
		for bit := range 8 {
			h := decoded(rawLink, edited(base, i, base[i]^1<<bit))
			d := h.Hash ^ h0.Hash
			if n := bits.OnesCount64(d); n < 12 || n > 52 {
				t.Errorf("byte %d, bit %d flips %d bits of the hash", i, bit, n)
			}
			for k := range flips {
				flips[k] += int(d >> k & 1)
			}
			samples++
		}
	}
	for k, n := range flips {
		if n < samples*35/100 || n > samples*65/100 {
			t.Errorf("bit %d of the hash flips %d times in %d", k, n, samples)
		}
	}
}

// TestHashSpreads: a scan of neighbouring addresses and ports fills shards and
// buckets evenly.
func TestHashSpreads(t *testing.T) {
	const flows, buckets = 1 << 16, 64
	b := plain(t, 4)
	var low, high [buckets]int
	seen := make(map[uint64]bool, flows)
	for i := range flows {
		binary.BigEndian.PutUint16(b[18:], uint16(i>>8))
		binary.BigEndian.PutUint16(b[20:], uint16(1024+i&0xff))
		hash := decoded(rawLink, b).Hash
		low[hash%buckets]++
		high[hash>>58]++
		seen[hash] = true
	}
	for i := range buckets {
		for _, n := range []int{low[i], high[i]} {
			if n < flows/buckets*80/100 || n > flows/buckets*120/100 {
				t.Errorf("bucket %d holds %d of %d flows", i, n, flows)
			}
		}
	}
	if len(seen) != flows {
		t.Errorf("%d hashes for %d flows", len(seen), flows)
	}
}

func TestProtocolName(t *testing.T) {
	for number, name := range map[uint8]string{
		0: "hopopt", 1: "icmp", 4: "ipv4", 6: "tcp", 17: "udp", 41: "ipv6", 58: "ipv6-icmp", 61: "ipproto-61", 84: "iptm",
		89: "ospfigp", 93: "ax.25", 107: "a-n", 114: "ipproto-114", 118: "stp", 124: "isis-over-ipv4", 132: "sctp",
		135: "mobility-header", 138: "manet", 143: "ipproto-143", 145: "nsh", 148: "ipproto-148", 253: "ipproto-253", 255: "ipproto-255",
	} {
		k := decode.Key{Family: decode.IPv4, Protocol: number}
		if got := decode.ProtocolName(k); got != name {
			t.Errorf("protocol %d is %s, want %s", number, got, name)
		}
	}
	seen := map[string]bool{}
	for number := range 256 {
		k := decode.Key{Family: decode.IPv6, Protocol: uint8(number)}
		name := decode.ProtocolName(k)
		if seen[name] || name == "arp" || name == "ethernet" {
			t.Errorf("%s names two protocols", name)
		}
		seen[name] = true
		if got := string(decode.AppendProtocol([]byte("x"), k)); got != "x"+name {
			t.Errorf("appended %s, want x%s", got, name)
		}
	}
	if decode.ProtocolName(decode.Key{Family: decode.ARP}) != "arp" || decode.ProtocolName(decode.Key{}) != "ethernet" {
		t.Error("ARP or Ethernet has another name")
	}
}

func TestAppendAddr(t *testing.T) {
	for _, c := range []struct {
		family decode.Family
		addr   [16]byte
		want   string
	}{
		{decode.IPv4, [16]byte{10, 0, 0, 255}, "10.0.0.255"},
		{decode.ARP, [16]byte{0, 0, 0, 0}, "0.0.0.0"},
		{decode.Ethernet, [16]byte{0, 0x1a, 0xff, 4, 5, 6}, "00:1a:ff:04:05:06"},
		{decode.IPv6, [16]byte{}, "::"},
		{decode.IPv6, [16]byte{15: 1}, "::1"},
		// RFC 5952, 4.2: the longest run of zeros, the first of equal ones, never a single one; lower case.
		{decode.IPv6, [16]byte{0x20, 1, 0xd, 0xb8, 11: 1, 15: 1}, "2001:db8::1:0:1"},
		{decode.IPv6, [16]byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0xab, 0xcd}, "2001:db8:0:1:1:1:1:abcd"},
		{decode.IPv6, [16]byte{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 1}, "::ffff:192.0.2.1"},
	} {
		if got := string(decode.AppendAddr([]byte("<"), c.family, c.addr)); got != "<"+c.want {
			t.Errorf("got %s, want <%s", got, c.want)
		}
	}
	buf := make([]byte, 0, 64)
	k := decode.Key{Family: decode.IPv4, Protocol: 253}
	if n := testing.AllocsPerRun(100, func() {
		buf = decode.AppendAddr(buf[:0], decode.IPv6, [16]byte{0x20, 1, 15: 9})
		buf = decode.AppendProtocol(buf[:0], k)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestPath(t *testing.T) {
	p := decode.Path(0).Push(decode.GRE).Push(decode.VXLAN).Push(decode.IPIP)
	if got := string(p.AppendText(nil)); got != "gre/vxlan/ipip" || p.Depth() != 3 || p.Innermost() != decode.IPIP {
		t.Errorf("%s, depth %d", got, p.Depth())
	}
}

func TestIsProtocol(t *testing.T) {
	for name, want := range map[string]bool{
		"arp": true, "ethernet": true, "tcp": true, "ax.25": true, "ipproto-170": true, // 170 is not assigned
		"": false, "TCP": false, "nope": false, "dns": false, "ipproto-6": false, "ipproto-0170": false, "ipproto-256": false, "ipproto-": false,
	} {
		if got := decode.IsProtocol(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// TestKeyEqual changes each part of a key.
func TestKeyEqual(t *testing.T) {
	var zero decode.Key
	changed := 0
	check := func(k decode.Key, what string) {
		t.Helper()
		changed++
		if k.Equal(&zero) || zero.Equal(&k) || !k.Equal(&k) {
			t.Errorf("%s makes no difference", what)
		}
	}
	for i := range 16 {
		k := decode.Key{}
		k.A[i] = 1
		check(k, "A")
		k = decode.Key{}
		k.B[i] = 1
		check(k, "B")
	}
	v := reflect.ValueOf(&zero).Elem()
	for i := range v.NumField() {
		k := decode.Key{}
		switch f := reflect.ValueOf(&k).Elem().Field(i); f.Kind() {
		case reflect.Array:
			continue
		case reflect.Bool:
			f.SetBool(true)
		default:
			f.SetUint(1)
		}
		check(k, v.Type().Field(i).Name)
	}
	if changed < 32+v.NumField()-2 {
		t.Errorf("only %d keys", changed)
	}
}
