package scenario

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers.
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPIP     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoFragment = 44
	protoGRE      = 47
	protoICMPv6   = 58
)

// moreFragments is the flag of IPv4 fragments that are not the last.
const moreFragments = 0x2000

// datagram describes an IP packet but for its payload.
type datagram struct {
	src, dst netip.Addr
	protocol byte
	ttl      byte // 64 where it is 0
	dscp     byte
	// ident, and fragment with the flags and the offset in units of 8 bytes,
	// are of IPv4.
	ident, fragment uint16
}

// packet returns the datagram around a payload, by the version of its addresses.
func (d datagram) packet(payload []byte) []byte {
	if d.ttl == 0 {
		d.ttl = 64
	}
	if d.src.Is6() {
		h := []byte{0x60 | d.dscp>>2, d.dscp << 6, 0, 0}
		h = binary.BigEndian.AppendUint16(h, uint16(len(payload)))
		h = append(h, d.protocol, d.ttl)
		return append(append(append(h, d.src.AsSlice()...), d.dst.AsSlice()...), payload...)
	}
	h := []byte{0x45, d.dscp << 2}
	h = binary.BigEndian.AppendUint16(h, uint16(20+len(payload)))
	h = binary.BigEndian.AppendUint16(h, d.ident)
	h = binary.BigEndian.AppendUint16(h, d.fragment)
	h = append(h, d.ttl, d.protocol, 0, 0)
	h = append(append(h, d.src.AsSlice()...), d.dst.AsSlice()...)
	binary.BigEndian.PutUint16(h[10:], checksum(0, h))
	return append(h, payload...)
}

// fragment6 returns an IPv6 fragment header in front of a part of a packet;
// offset is in bytes.
func fragment6(next byte, offset int, more bool, ident uint32, part []byte) []byte {
	word := uint16(offset)
	if more {
		word |= 1
	}
	h := binary.BigEndian.AppendUint16([]byte{next, 0}, word)
	return append(binary.BigEndian.AppendUint32(h, ident), part...)
}

// checksum returns the Internet checksum of b, continued from sum.
func checksum(sum uint32, b []byte) uint16 {
	sum += words(b)
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// words adds up the 16-bit words of b, an odd last byte as a high one.
func words(b []byte) uint32 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	return sum
}

// pseudo returns the sum of the pseudo header of a transport payload.
func pseudo(src, dst netip.Addr, protocol byte, length int) uint32 {
	return words(src.AsSlice()) + words(dst.AsSlice()) + uint32(protocol) + uint32(length)
}
