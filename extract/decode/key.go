package decode

import (
	"encoding/binary"
	"math/bits"
)

// address holds the bytes of an address in network order, the first ones in
// the highest bits, so that addresses compare as numbers. Ordering and hashing
// work on these words: to read the bytes of a key just written would wait for them.
type address struct{ high, low uint64 }

func ipv4Address(b []byte) address { return address{high: uint64(binary.BigEndian.Uint32(b)) << 32} }

func ipv6Address(b []byte) address {
	return address{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func macAddress(m *[6]byte) address {
	return address{high: uint64(binary.BigEndian.Uint32(m[:]))<<32 | uint64(binary.BigEndian.Uint16(m[4:]))<<16}
}

// Equal tells whether the keys are equal, as == does in twice the time.
func (k *Key) Equal(o *Key) bool {
	return half(&k.A, 0) == half(&o.A, 0) && half(&k.B, 0) == half(&o.B, 0) &&
		k.PortA == o.PortA && k.PortB == o.PortB && k.EtherType == o.EtherType && k.Family == o.Family &&
		k.Protocol == o.Protocol && k.Ports == o.Ports && k.Path == o.Path && k.VNI == o.VNI &&
		half(&k.A, 8) == half(&o.A, 8) && half(&k.B, 8) == half(&o.B, 8)
}

func half(a *[16]byte, from int) uint64 { return binary.NativeEndian.Uint64(a[from:]) }

// ipKey gives h the key of the IP packet l.
func (h *Header) ipKey(data []byte, l *ipLayer, p ports) {
	k := &h.Key
	k.Family, k.Protocol, k.Path, k.VNI, k.Ports = l.family, l.protocol, l.path, l.vni, p.known
	if l.family == IPv4 {
		h.pair(ipv4Address(data[l.src:]), ipv4Address(data[l.dst:]), p)
	} else {
		h.pair(ipv6Address(data[l.src:]), ipv6Address(data[l.dst:]), p)
	}
}

// pair puts the endpoints of the key in order and sets the hash. All other
// fields of the key are set.
func (h *Header) pair(source, destination address, p ports) {
	a, b := source, destination
	reverse := p.source > p.destination
	switch {
	case a.high != b.high:
		reverse = a.high > b.high
	case a.low != b.low:
		reverse = a.low > b.low
	}
	h.Reverse = reverse
	if reverse {
		a, b = b, a
		p.source, p.destination = p.destination, p.source
	}
	k := &h.Key
	binary.BigEndian.PutUint64(k.A[:], a.high)
	binary.BigEndian.PutUint64(k.A[8:], a.low)
	binary.BigEndian.PutUint64(k.B[:], b.high)
	binary.BigEndian.PutUint64(k.B[8:], b.low)
	k.PortA, k.PortB = p.source, p.destination
	h.Hash = k.hash(a, b)
}

// hash mixes all fields of the key, whose addresses are a and b, into 64 bits,
// each of which depends on each bit of the key. Both directions of a flow have
// one key and so one hash.
func (k *Key) hash(a, b address) uint64 {
	flags := uint64(0)
	if k.Ports {
		flags = 1 << 63
	}
	what := uint64(k.PortA) | uint64(k.PortB)<<16 | uint64(k.EtherType)<<32 | uint64(k.Family)<<48 | uint64(k.Protocol)<<56
	where := uint64(k.Path) | uint64(k.VNI)<<32 | flags
	// The constants are fractional digits of pi: nothing up the sleeve.
	high := mix(a.high^0x243f6a8885a308d3, b.high^0x13198a2e03707344)
	low := mix(a.low^0xa4093822299f31d0, b.low^0x082efa98ec4e6c89)
	rest := mix(what^0x452821e638d01377, where^0xbe5466cf34e90c6c)
	return mix(high^rest^0xc0ac29b7c97c50dd, low^0x3f84d5b5b5470917)
}

// mix folds the product of two words. The words themselves are mixed in again,
// so that a factor of zero does not swallow the other one.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low ^ a ^ bits.RotateLeft64(b, 32)
}
