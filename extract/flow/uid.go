package flow

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"

	"weir/extract/decode"
)

// UID returns the 128-bit identity of the flow: SHA-256, cut in half, over
// the capture id, the endpoints, protocol and tunnel, the time and number of
// its first packet and the slice number. It is known from that packet on.
func (f *Flow) UID() [16]byte {
	if f.uid == [16]byte{} {
		f.uid = f.computeUID()
	}
	return f.uid
}

func (f *Flow) computeUID() [16]byte {
	var buf [192]byte
	b := append(buf[:0], f.origin.ID...)
	b = append(b, 0)
	b = append(b, f.key.A[:]...)
	b = append(b, f.key.B[:]...)
	b = binary.BigEndian.AppendUint16(b, f.key.PortA)
	b = binary.BigEndian.AppendUint16(b, f.key.PortB)
	b = binary.BigEndian.AppendUint16(b, f.key.EtherType)
	b = append(b, byte(f.key.Family), f.key.Protocol)
	b = binary.BigEndian.AppendUint32(b, uint32(f.key.Path))
	b = binary.BigEndian.AppendUint32(b, f.key.VNI)
	b = binary.BigEndian.AppendUint64(b, uint64(f.opened))
	b = binary.BigEndian.AppendUint64(b, uint64(f.packet))
	b = binary.BigEndian.AppendUint32(b, f.slice)
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}

// appendUID appends the identity in hex. It does not keep it, since others may read
// the flow by now.
func (f *Flow) appendUID(dst []byte) []byte {
	uid := f.uid
	if uid == [16]byte{} {
		uid = f.computeUID()
	}
	return hex.AppendEncode(dst, uid[:])
}

// appendCommunityID appends the Community ID, version 1 with seed 0, as its
// specification (github.com/corelight/community-id-spec) defines it: over
// the innermost addresses, without ports where there are none and for
// UDP-Lite and DCCP.
func (f *Flow) appendCommunityID(dst []byte) ([]byte, bool) {
	if !f.isIP() {
		return dst, false
	}
	a, b, pa, pb, ports := f.communityTuple()
	size := 4
	if f.key.Family == decode.IPv6 {
		size = 16
	}
	var buf [40]byte
	t := append(buf[:0], 0, 0)
	t = append(t, a[:size]...)
	t = append(t, b[:size]...)
	t = append(t, f.key.Protocol, 0)
	if ports {
		t = binary.BigEndian.AppendUint16(t, pa)
		t = binary.BigEndian.AppendUint16(t, pb)
	}
	sum := sha1.Sum(t)
	dst = append(dst, "1:"...)
	return base64.StdEncoding.AppendEncode(dst, sum[:]), true
}

// communityTuple returns the endpoints in the order they are hashed.
func (f *Flow) communityTuple() (a, b [16]byte, pa, pb uint16, ports bool) {
	k := &f.key
	a, b, pa, pb = k.A, k.B, k.PortA, k.PortB
	switch k.Protocol {
	case protocolTCP, protocolUDP, protocolSCTP:
		return a, b, pa, pb, k.Ports
	case protocolICMP, protocolICMPv6:
		if !f.hasICMP {
			return a, b, 0, 0, false
		}
	default:
		return a, b, 0, 0, false
	}
	// ICMP: type and counterpart take the place of ports; a type without one
	// makes the flow one-way, hashed in its own direction with the code.
	if f.firstReverse {
		a, b = b, a
	}
	answer, twoWay := counterpart(k.Protocol, f.icmpType)
	if !twoWay {
		return a, b, uint16(f.icmpType), uint16(f.icmpCode), true
	}
	pa, pb = uint16(f.icmpType), uint16(answer)
	if f.firstReverse || a == b && pa > pb {
		a, b, pa, pb = b, a, pb, pa
	}
	return a, b, pa, pb, true
}

const (
	protocolICMP   = 1
	protocolUDP    = 17
	protocolICMPv6 = 58
	protocolSCTP   = 132
)

// counterpart returns the ICMP type that answers a type, or is answered by
// it, as the Community ID specification pairs them.
func counterpart(protocol, icmpType uint8) (uint8, bool) {
	pairs := icmp4Pairs
	if protocol == protocolICMPv6 {
		pairs = icmp6Pairs
	}
	for _, p := range pairs {
		switch icmpType {
		case p[0]:
			return p[1], true
		case p[1]:
			return p[0], true
		}
	}
	return 0, false
}

var icmp4Pairs = [][2]uint8{{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}}

var icmp6Pairs = [][2]uint8{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {144, 145}, {139, 140}}
