package scenario

import (
	"encoding/binary"
	"net/netip"
)

// udp returns a UDP datagram between two addresses.
func udp(src, dst netip.AddrPort, payload []byte) []byte {
	length := 8 + len(payload)
	m := binary.BigEndian.AppendUint16(nil, src.Port())
	m = binary.BigEndian.AppendUint16(m, dst.Port())
	m = binary.BigEndian.AppendUint16(m, uint16(length))
	m = append(append(m, 0, 0), payload...)
	binary.BigEndian.PutUint16(m[6:], checksum(pseudo(src.Addr(), dst.Addr(), protoUDP, length), m))
	return m
}

// ICMP types.
const (
	echoReply   = 0
	unreachable = 3
	echoRequest = 8

	echoRequest6       = 128
	echoReply6         = 129
	neighbourSolicit   = 135
	neighbourAdvertise = 136
	listenerReport2    = 143
)

// icmp returns an ICMP message: rest is the second word of its header.
func icmp(kind, code byte, rest uint32, body []byte) []byte {
	m := binary.BigEndian.AppendUint32([]byte{kind, code, 0, 0}, rest)
	m = append(m, body...)
	binary.BigEndian.PutUint16(m[2:], checksum(0, m))
	return m
}

// icmp6 returns an ICMPv6 message between two addresses.
func icmp6(src, dst netip.Addr, kind, code byte, rest uint32, body []byte) []byte {
	m := binary.BigEndian.AppendUint32([]byte{kind, code, 0, 0}, rest)
	m = append(m, body...)
	binary.BigEndian.PutUint16(m[2:], checksum(pseudo(src, dst, protoICMPv6, len(m)), m))
	return m
}

// echo returns the second word of an echo message's header.
func echo(ident, sequence uint16) uint32 { return uint32(ident)<<16 | uint32(sequence) }

// TCP flags.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// segment describes a TCP segment.
type segment struct {
	src, dst netip.AddrPort
	seq, ack uint32
	flags    byte
	window   uint16
	options  []byte // a multiple of 4 bytes
	payload  []byte
}

// bytes returns the segment as it travels.
func (s segment) bytes() []byte {
	m := binary.BigEndian.AppendUint16(nil, s.src.Port())
	m = binary.BigEndian.AppendUint16(m, s.dst.Port())
	m = binary.BigEndian.AppendUint32(m, s.seq)
	m = binary.BigEndian.AppendUint32(m, s.ack)
	m = append(m, byte(20+len(s.options))<<2, s.flags)
	m = binary.BigEndian.AppendUint16(m, s.window)
	m = append(m, 0, 0, 0, 0)
	m = append(append(m, s.options...), s.payload...)
	binary.BigEndian.PutUint16(m[16:], checksum(pseudo(s.src.Addr(), s.dst.Addr(), protoTCP, len(m)), m))
	return m
}
