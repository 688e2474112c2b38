package decode

import (
	"encoding/binary"
	"math/bits"
)

// ipKey gives h the key of the IP packet l.
func (h *Header) ipKey(data []byte, l *ipLayer, p ports) {
	k := &h.Key
	k.Family, k.Protocol, k.Path, k.VNI, k.Ports = l.family, l.protocol, l.path, l.vni, p.known
	if l.family == IPv4 {
		h.pair4(binary.BigEndian.Uint32(data[l.src:]), binary.BigEndian.Uint32(data[l.dst:]), p)
	} else {
		h.pair6((*[16]byte)(data[l.src:]), (*[16]byte)(data[l.dst:]), p)
	}
	h.Hash = k.hash()
}

// pair4 puts two endpoints with addresses of four bytes in order.
func (h *Header) pair4(source, destination uint32, p ports) {
	h.Reverse = source > destination || (source == destination && p.source > p.destination)
	if h.Reverse {
		source, destination = destination, source
	}
	binary.BigEndian.PutUint32(h.Key.A[:], source)
	binary.BigEndian.PutUint32(h.Key.B[:], destination)
	h.pairPorts(p)
}

// pair6 puts two endpoints with addresses of sixteen bytes in order.
func (h *Header) pair6(source, destination *[16]byte, p ports) {
	s, d := binary.BigEndian.Uint64(source[:]), binary.BigEndian.Uint64(destination[:])
	if s == d {
		s, d = binary.BigEndian.Uint64(source[8:]), binary.BigEndian.Uint64(destination[8:])
	}
	h.Reverse = s > d || (s == d && p.source > p.destination)
	if h.Reverse {
		source, destination = destination, source
	}
	h.Key.A, h.Key.B = *source, *destination
	h.pairPorts(p)
}

// pairPorts sets the ports, after Reverse has been decided.
func (h *Header) pairPorts(p ports) {
	if h.Reverse {
		p.source, p.destination = p.destination, p.source
	}
	h.Key.PortA, h.Key.PortB = p.source, p.destination
}

// macKey gives h a key of its link addresses; one that is not known is zero.
func (h *Header) macKey() {
	var a, b [16]byte
	copy(a[:], h.SrcMAC[:])
	copy(b[:], h.DstMAC[:])
	h.pair6(&a, &b, ports{})
	h.Hash = h.Key.hash()
}

// hash mixes all fields of the key into 64 bits, each of which depends on each
// bit of the key. Both directions of a flow have one key and so one hash.
func (k *Key) hash() uint64 {
	flags := uint64(0)
	if k.Ports {
		flags = 1 << 63
	}
	what := uint64(k.PortA) | uint64(k.PortB)<<16 | uint64(k.EtherType)<<32 | uint64(k.Family)<<48 | uint64(k.Protocol)<<56
	where := uint64(k.Path) | uint64(k.VNI)<<32 | flags
	// The constants are fractional digits of pi: nothing up the sleeve.
	high := mix(binary.LittleEndian.Uint64(k.A[:])^0x243f6a8885a308d3, binary.LittleEndian.Uint64(k.B[:])^0x13198a2e03707344)
	low := mix(binary.LittleEndian.Uint64(k.A[8:])^0xa4093822299f31d0, binary.LittleEndian.Uint64(k.B[8:])^0x082efa98ec4e6c89)
	rest := mix(what^0x452821e638d01377, where^0xbe5466cf34e90c6c)
	return mix(high^rest^0xc0ac29b7c97c50dd, low^0x3f84d5b5b5470917)
}

// mix folds the product of two words. The words themselves are mixed in again,
// so that a factor of zero does not swallow the other one.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low ^ a ^ bits.RotateLeft64(b, 32)
}
