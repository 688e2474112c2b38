package decode

import "encoding/binary"

// UDP ports by which tunnels are recognised.
const (
	portGTPU   = 2152
	portTeredo = 3544
	portVXLAN  = 4789
	portGeneve = 6081
)

// tunnel is an encapsulation that leads to an IP packet.
type tunnel struct {
	inner network // netIPv4 or netIPv6
	id    uint32  // the key, VNI or TEID
	kind  Tunnel  // NoTunnel where there is none
	hasID bool
}

// mayCarry tells quickly that a packet is no tunnel, as most are not.
func (l *ipLayer) mayCarry(data []byte) bool {
	switch l.protocol {
	case protoTCP:
		return false
	case protoUDP:
		b := data[l.payload:l.limit]
		return !l.later && len(b) >= 4 &&
			(tunnelPort(binary.BigEndian.Uint16(b)) || tunnelPort(binary.BigEndian.Uint16(b[2:])))
	case protoIPv4, protoIPv6, protoGRE:
		return !l.later
	}
	return false
}

func tunnelPort(port uint16) bool {
	return port == portGTPU || port == portTeredo || port == portVXLAN || port == portGeneve
}

// tunnel looks for an encapsulation in the payload of l. Whether the packet
// inside it decodes is not checked, except that it is IP.
func (l *ipLayer) tunnel(data []byte) (t tunnel) {
	switch l.protocol {
	case protoUDP:
		t = l.udpTunnel(data)
	case protoIPv4:
		return tunnel{kind: IPIP, inner: network{kind: netIPv4, off: l.payload}}
	case protoIPv6:
		return tunnel{kind: IPIP, inner: network{kind: netIPv6, off: l.payload}}
	case protoGRE:
		t = gre(data[:l.limit], l.payload)
	}
	if t.inner.kind != netIPv4 && t.inner.kind != netIPv6 {
		return tunnel{}
	}
	return t
}

// udpTunnel looks for a tunnel of the destination port, then of the source port.
func (l *ipLayer) udpTunnel(data []byte) (t tunnel) {
	source, destination, whole := l.udpPorts(data)
	if !whole {
		return tunnel{}
	}
	const header = 8
	if t = byPort(destination, data[:l.limit], l.payload+header); t.kind == NoTunnel {
		t = byPort(source, data[:l.limit], l.payload+header)
	}
	return t
}

func byPort(port uint16, data []byte, off int) (t tunnel) {
	switch port {
	case portVXLAN:
		t = vxlan(data, off)
	case portGeneve:
		t = geneve(data, off)
	case portGTPU:
		t = gtpu(data, off)
	case portTeredo:
		t = teredo(data, off)
	}
	if t.inner.kind != netIPv4 && t.inner.kind != netIPv6 {
		return tunnel{}
	}
	return t
}

// gre opens version 0. Source routes, which nobody has sent since RFC 2784,
// are not followed.
func gre(data []byte, off int) (t tunnel) {
	const (
		header      = 4
		hasChecksum = 0x80
		hasRoute    = 0x40
		hasKey      = 0x20
		hasSequence = 0x10
		version     = 0x07
	)
	if len(data) < off+header || data[off]&hasRoute != 0 || data[off+1]&version != 0 {
		return tunnel{}
	}
	flags, et := data[off], binary.BigEndian.Uint16(data[off+2:])
	off += header
	if flags&hasChecksum != 0 {
		off += 4
	}
	if flags&hasKey != 0 {
		if len(data) < off+4 {
			return tunnel{}
		}
		t.id, t.hasID = binary.BigEndian.Uint32(data[off:]), true
		off += 4
	}
	if flags&hasSequence != 0 {
		off += 4
	}
	t.kind = GRE
	t.inner = encapsulated(data, off, et)
	return t
}

// encapsulated finds the network layer of what GRE or Geneve carries.
func encapsulated(data []byte, off int, et uint16) network {
	switch {
	case et == etherBridge:
		return ethernetAt(data, off)
	case et == etherPPP:
		return ppp(data, off)
	case et < minEtherType:
		return network{kind: netOther, off: off}
	}
	return walk(data, off, et)
}

func vxlan(data []byte, off int) tunnel {
	const header, hasVNI = 8, 0x08
	if len(data) < off+header || data[off]&hasVNI == 0 {
		return tunnel{}
	}
	id := binary.BigEndian.Uint32(data[off+4:]) >> 8
	return tunnel{kind: VXLAN, id: id, hasID: true, inner: ethernetAt(data, off+header)}
}

func geneve(data []byte, off int) tunnel {
	const header = 8
	if len(data) < off+header || data[off]>>6 != 0 {
		return tunnel{}
	}
	options := int(data[off]&0x3f) * 4
	et, id := binary.BigEndian.Uint16(data[off+2:]), binary.BigEndian.Uint32(data[off+4:])>>8
	return tunnel{kind: Geneve, id: id, hasID: true, inner: encapsulated(data, off+header+options, et)}
}

// gtpu opens the G-PDU of GTP version 1 and walks its extension headers.
func gtpu(data []byte, off int) tunnel {
	const (
		header   = 8
		gpdu     = 255
		hasExtra = 0x07 // extension header, sequence number, N-PDU number
		hasNext  = 0x04
	)
	if len(data) < off+header || data[off]&0xf0 != 0x30 || data[off+1] != gpdu {
		return tunnel{}
	}
	flags, id := data[off], binary.BigEndian.Uint32(data[off+4:])
	off += header
	if flags&hasExtra != 0 {
		off += 4
		if len(data) < off {
			return tunnel{}
		}
		next := flags&hasNext != 0 && data[off-1] != 0
		for next {
			if len(data) <= off {
				return tunnel{}
			}
			length := int(data[off]) * 4
			off += length
			if length == 0 || len(data) < off {
				return tunnel{}
			}
			next = data[off-1] != 0
		}
	}
	return tunnel{kind: GTPU, id: id, hasID: true, inner: byNibble(data, off)}
}

// teredo opens the IPv6 packet behind the optional authentication and origin
// indications of RFC 4380.
func teredo(data []byte, off int) tunnel {
	if len(data) >= off+4 && data[off] == 0 && data[off+1] == 1 {
		off += 4 + int(data[off+2]) + int(data[off+3]) + 9
	}
	if len(data) >= off+2 && data[off] == 0 && data[off+1] == 0 {
		off += 8
	}
	n := byNibble(data, off)
	if n.kind != netIPv6 {
		return tunnel{}
	}
	return tunnel{kind: Teredo, inner: n}
}
