package decode

import "encoding/binary"

// EtherTypes that are looked into.
const (
	etherIPv4     = 0x0800
	etherARP      = 0x0806
	etherRARP     = 0x8035
	etherVLAN     = 0x8100
	etherIPv6     = 0x86dd
	etherMPLS     = 0x8847
	etherMPLSMult = 0x8848
	etherPPPoE    = 0x8864
	etherPPP      = 0x880b
	etherQinQ     = 0x88a8
	etherQinQOld  = 0x9100
	etherBridge   = 0x6558
	minEtherType  = 0x0600 // smaller numbers are the length of an 802.3 frame
)

// netKind says what stands at the network layer.
type netKind uint8

const (
	netRejected netKind = iota
	netIPv4
	netIPv6
	netARP
	netOther
)

// network says what the layers below the network layer lead to.
type network struct {
	off          int // of the network header in the frame
	etherType    uint16
	vlan         uint16
	kind         netKind
	reject       Reject // of netRejected
	hasEtherType bool
	hasVLAN      bool
}

func rejected(r Reject) network { return network{kind: netRejected, reject: r} }

// ethernetAt is the network layer of an Ethernet frame inside a tunnel.
func ethernetAt(data []byte, off int) network {
	if len(data) < off+ethernetHeader {
		return rejected(Truncated)
	}
	return walk(data, off+ethernetHeader, binary.BigEndian.Uint16(data[off+12:]))
}

// walk strips tags, LLC/SNAP, MPLS, PPPoE and PPP. The header at off is of the
// EtherType et, or 802.3 LLC where et is a length.
func walk(data []byte, off int, et uint16) (n network) {
	for {
		switch et {
		case etherIPv4:
			return n.to(netIPv4, off)
		case etherIPv6:
			return n.to(netIPv6, off)
		case etherVLAN, etherQinQ, etherQinQOld:
			if len(data) < off+4 {
				return rejected(Truncated)
			}
			if !n.hasVLAN {
				n.vlan, n.hasVLAN = binary.BigEndian.Uint16(data[off:])&0xfff, true
			}
			et = binary.BigEndian.Uint16(data[off+2:])
			off += 4
			continue
		case etherARP, etherRARP:
			n.etherType, n.hasEtherType = et, true
			return n.to(netARP, off)
		case etherMPLS, etherMPLSMult:
			return n.carried(mpls(data, off), et)
		case etherPPPoE:
			return n.carried(pppoe(data, off), et)
		}
		if et >= minEtherType {
			n.etherType, n.hasEtherType = et, true
			return n.to(netOther, off)
		}
		var snap bool
		if et, off, snap = llc(data, off); !snap {
			return n.to(netOther, off)
		}
		if et < minEtherType {
			n.etherType, n.hasEtherType = et, true
			return n.to(netOther, off)
		}
	}
}

func (n network) to(kind netKind, off int) network {
	n.kind, n.off = kind, off
	return n
}

// carried returns what was found behind a header of the EtherType et, with the
// VLAN of n.
func (n network) carried(inner network, et uint16) network {
	inner.vlan, inner.hasVLAN = n.vlan, n.hasVLAN
	if inner.kind == netOther {
		inner.etherType, inner.hasEtherType = et, true
	}
	return inner
}

// llc returns the EtherType behind an LLC/SNAP header whose organisation code
// is that of EtherTypes (0, or 0000f8 of bridged 802.1H), and whether there is one.
func llc(data []byte, off int) (et uint16, next int, snap bool) {
	const header = 8
	if len(data) < off+header {
		return 0, off, false
	}
	b := data[off : off+header]
	if b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 || b[3] != 0 || b[4] != 0 || (b[5] != 0 && b[5] != 0xf8) {
		return 0, off, false
	}
	return binary.BigEndian.Uint16(b[6:]), off + header, true
}

// byNibble tells IPv4 from IPv6 by the version field.
func byNibble(data []byte, off int) network {
	if len(data) <= off {
		return rejected(Truncated)
	}
	switch data[off] >> 4 {
	case 4:
		return network{kind: netIPv4, off: off}
	case 6:
		return network{kind: netIPv6, off: off}
	}
	return network{kind: netOther, off: off}
}

// mpls strips a label stack. What is below it is known by its first nibble only.
func mpls(data []byte, off int) network {
	for {
		if len(data) < off+4 {
			return rejected(Truncated)
		}
		bottom := data[off+2]&1 != 0
		off += 4
		if bottom {
			return byNibble(data, off)
		}
	}
}

// pppoe strips the header of a PPPoE session. Other than version 1, type 1 and
// the code of session data it is left alone.
func pppoe(data []byte, off int) network {
	const header = 6
	if len(data) < off+header {
		return rejected(Truncated)
	}
	if data[off] != 0x11 || data[off+1] != 0 {
		return network{kind: netOther, off: off}
	}
	return ppp(data, off+header)
}

// ppp strips PPP with or without the address and control bytes of HDLC-like
// framing and with the protocol field in two bytes or compressed to one.
func ppp(data []byte, off int) network {
	if len(data) >= off+2 && data[off] == 0xff && data[off+1] == 3 {
		off += 2
	}
	if len(data) <= off {
		return rejected(Truncated)
	}
	protocol := uint16(data[off])
	off++
	if protocol&1 == 0 {
		if len(data) <= off {
			return rejected(Truncated)
		}
		protocol = protocol<<8 | uint16(data[off])
		off++
	}
	switch protocol {
	case 0x0021:
		return network{kind: netIPv4, off: off}
	case 0x0057:
		return network{kind: netIPv6, off: off}
	case 0x0281, 0x0283:
		return mpls(data, off)
	}
	return network{kind: netOther, off: off}
}
