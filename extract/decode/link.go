package decode

import "encoding/binary"

// LINKTYPE_ values of the link types that are decoded.
const (
	linkNull        = 0
	linkEthernet    = 1
	linkPPP         = 9
	linkRaw12       = 12
	linkRaw14       = 14
	linkPPPHDLC     = 50
	linkRaw         = 101
	linkIEEE80211   = 105
	linkLoop        = 108
	linkLinuxSLL    = 113
	linkRadiotap    = 127
	linkIPv4        = 228
	linkIPv6        = 229
	linkLinuxSLL2   = 276
	ethernetHeader  = 14
	linuxSLLHeader  = 16
	linuxSLL2Header = 20
)

// Supported tells whether frames of a link type are decoded. Packets of others
// are rejected with UnsupportedLink.
func Supported(link uint16) bool {
	switch link {
	case linkNull, linkEthernet, linkPPP, linkRaw12, linkRaw14, linkPPPHDLC, linkRaw, linkIEEE80211,
		linkLoop, linkLinuxSLL, linkRadiotap, linkIPv4, linkIPv6, linkLinuxSLL2:
		return true
	}
	return false
}

// linkLayer finds the network layer of a frame, and fills in the link
// addresses and the VLAN of h.
func linkLayer(h *Header, link uint16, data []byte) network {
	if link == linkEthernet {
		return h.ethernet(data)
	}
	if !Supported(link) {
		return rejected(UnsupportedLink)
	}
	if len(data) == 0 {
		return rejected(Truncated)
	}
	switch link {
	case linkRaw12, linkRaw14, linkRaw:
		return rawIP(data)
	case linkIPv4:
		return network{kind: netIPv4}
	case linkIPv6:
		return network{kind: netIPv6}
	case linkNull, linkLoop:
		return bsdLoopback(data, link == linkLoop)
	case linkPPP, linkPPPHDLC:
		return ppp(data, 0)
	case linkLinuxSLL:
		return h.linuxSLL(data)
	case linkLinuxSLL2:
		return h.linuxSLL2(data)
	case linkIEEE80211:
		return h.wlan(data, 0, false)
	default:
		return h.radiotap(data)
	}
}

func (h *Header) ethernet(data []byte) network {
	if len(data) < ethernetHeader {
		return rejected(Truncated)
	}
	h.macs(data)
	return h.tagged(walk(data, ethernetHeader, binary.BigEndian.Uint16(data[12:])))
}

// macs takes the addresses of an Ethernet header.
func (h *Header) macs(data []byte) {
	h.DstMAC, h.SrcMAC = [6]byte(data[0:6]), [6]byte(data[6:12])
	h.HasDstMAC, h.HasSrcMAC = true, true
}

// tagged takes over the VLAN that was found on the way to the network layer.
func (h *Header) tagged(n network) network {
	h.VLAN, h.HasVLAN = n.vlan, n.hasVLAN
	return n
}

func rawIP(data []byte) network {
	if n := byNibble(data, 0); n.kind != netOther {
		return n
	}
	return rejected(Malformed)
}

// bsdLoopback decodes the address family of BSD null frames, which is in the
// byte order of the capturing machine, and of loop frames, in network order.
// The numbers of IPv6 are those of NetBSD and OpenBSD, FreeBSD, Darwin and Linux.
func bsdLoopback(data []byte, networkOrder bool) network {
	if len(data) < 4 {
		return rejected(Truncated)
	}
	family := binary.BigEndian.Uint32(data)
	if !networkOrder && family > 0xffff {
		family = binary.LittleEndian.Uint32(data)
	}
	switch family {
	case 2:
		return network{kind: netIPv4, off: 4}
	case 24, 28, 30, 10:
		return network{kind: netIPv6, off: 4}
	}
	return network{kind: netOther}
}

func (h *Header) linuxSLL(data []byte) network {
	if len(data) < linuxSLLHeader {
		return rejected(Truncated)
	}
	h.sender(binary.BigEndian.Uint16(data[4:]), data[6:12])
	return h.cooked(data, linuxSLLHeader, binary.BigEndian.Uint16(data[14:]))
}

func (h *Header) linuxSLL2(data []byte) network {
	if len(data) < linuxSLL2Header {
		return rejected(Truncated)
	}
	h.sender(uint16(data[11]), data[12:18])
	return h.cooked(data, linuxSLL2Header, binary.BigEndian.Uint16(data))
}

// sender sets the only link address a cooked frame has, if it is a MAC.
func (h *Header) sender(length uint16, address []byte) {
	if length == 6 {
		h.SrcMAC, h.HasSrcMAC = [6]byte(address), true
	}
}

// cooked decodes the protocol of a cooked frame: an EtherType, or a number of
// Linux below them, of which 4 is 802.2 LLC.
func (h *Header) cooked(data []byte, off int, protocol uint16) network {
	const linuxLLC = 4
	if protocol < minEtherType && protocol != linuxLLC {
		return network{kind: netOther}
	}
	return h.tagged(walk(data, off, protocol))
}
