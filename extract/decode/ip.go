package decode

import "encoding/binary"

// Numbers of the IP protocols that are looked into.
const (
	protoHopByHop    = 0
	protoICMP        = 1
	protoIPv4        = 4
	protoTCP         = 6
	protoUDP         = 17
	protoDCCP        = 33
	protoIPv6        = 41
	protoRouting     = 43
	protoFragment    = 44
	protoGRE         = 47
	protoAH          = 51
	protoICMPv6      = 58
	protoNoNext      = 59
	protoDestination = 60
	protoSCTP        = 132
	protoUDPLite     = 136
)

// ipLayer is one IP header, extension headers included, and the tunnels
// around it. Offsets are into the frame.
type ipLayer struct {
	start   int // of the IP header
	payload int // behind the IP header
	end     int // of the packet by its headers; may be behind the captured bytes
	limit   int // of the captured bytes of the packet
	src     int // the addresses
	dst     int
	family  Family

	// Not beside each other: the compiler would read both at once, for which a
	// processor waits where they have been written one by one.
	ttl      uint8
	protocol uint8
	dscp     uint8

	fragment      bool // in the sense of the metering rules: an atomic one is none
	later         bool // a fragment other than the first
	fragmentProto uint8
	fragmentID    uint32

	path        Path
	vni         uint32
	tunnelID    uint32
	hasTunnelID bool
}

// parse decodes the IP header at off, of the kind netIPv4 or netIPv6. The bytes
// around it, the frame or the packet of a tunnel, end at end by their own headers.
func (l *ipLayer) parse(data []byte, kind netKind, off, end int) Reject {
	l.start, l.fragment, l.later = off, false, false
	var r Reject
	if kind == netIPv4 {
		r = l.parseIPv4(data, end)
	} else {
		r = l.parseIPv6(data, end)
	}
	l.limit = min(len(data), l.end)
	return r
}

func (l *ipLayer) parseIPv4(data []byte, end int) Reject {
	const header = 20
	if len(data) < l.start+header {
		return Truncated
	}
	b := data[l.start : l.start+header]
	length, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = end - l.start // segmentation offload: all there is
	}
	if b[0]>>4 != 4 || length < header || total < length {
		return Malformed
	}
	if len(data) < l.start+length {
		return Truncated
	}
	l.family = IPv4
	l.src, l.dst = l.start+12, l.start+16
	l.payload, l.end = l.start+length, l.start+total
	l.ttl, l.dscp, l.protocol = b[8], b[1]>>2, b[9]
	const moreFragments, offset = 0x2000, 0x1fff
	if f := binary.BigEndian.Uint16(b[6:]); f&(moreFragments|offset) != 0 {
		l.fragment, l.later = true, f&offset != 0
		l.fragmentProto, l.fragmentID = l.protocol, uint32(binary.BigEndian.Uint16(b[4:]))
	}
	return Accepted
}

func (l *ipLayer) parseIPv6(data []byte, end int) Reject {
	const header = 40
	if len(data) < l.start+header {
		return Truncated
	}
	b := data[l.start : l.start+header]
	if b[0]>>4 != 6 {
		return Malformed
	}
	l.family = IPv6
	l.src, l.dst = l.start+8, l.start+24
	l.payload = l.start + header
	l.ttl, l.dscp, l.protocol = b[7], b[0]<<2&0x3c|b[1]>>6, b[6]
	length := int(binary.BigEndian.Uint16(b[4:]))
	l.end = l.payload + length
	if length == 0 && l.protocol != protoNoNext {
		l.end = end // a jumbogram or segmentation offload: all there is
	}
	return l.extensions(data)
}

// extensions walks the extension headers, up to and with the fragment header
// of a later fragment, behind which there is no header.
func (l *ipLayer) extensions(data []byte) Reject {
	for !l.later {
		switch l.protocol {
		case protoHopByHop, protoRouting, protoDestination, protoFragment, protoAH:
		default:
			return Accepted
		}
		const minimum = 8
		if l.end < l.payload+minimum {
			return Malformed
		}
		if len(data) < l.payload+minimum {
			return Truncated
		}
		b := data[l.payload : l.payload+minimum]
		length := minimum
		switch l.protocol {
		case protoFragment:
			l.fragmentHeader(b)
		case protoAH:
			length = (int(b[1]) + 2) * 4
		default:
			length = (int(b[1]) + 1) * 8
		}
		if l.end < l.payload+length {
			return Malformed
		}
		if len(data) < l.payload+length {
			return Truncated
		}
		l.protocol = b[0]
		l.payload += length
	}
	return Accepted
}

func (l *ipLayer) fragmentHeader(b []byte) {
	const moreFragments, offset = 1, 0xfff8
	f := binary.BigEndian.Uint16(b[2:])
	if f&(moreFragments|offset) == 0 {
		return // an atomic fragment
	}
	l.fragment, l.later = true, f&offset != 0
	l.fragmentProto, l.fragmentID = b[0], binary.BigEndian.Uint32(b[4:])
}

// outermost marks a layer as being in no tunnel.
func (l *ipLayer) outermost() {
	l.path, l.vni, l.tunnelID, l.hasTunnelID = 0, 0, 0, false
}

// inside puts a layer into the tunnel t that the layer outer carries.
func (l *ipLayer) inside(outer *ipLayer, t *tunnel) {
	l.path = outer.path.Push(t.kind)
	l.vni = 0
	l.tunnelID, l.hasTunnelID = outer.tunnelID, outer.hasTunnelID
	if t.hasID {
		l.tunnelID, l.hasTunnelID = t.id, true
	}
	if t.kind == VXLAN || t.kind == Geneve {
		l.vni = t.id
	}
}

// address returns the address at off, an IPv4 one in the first four bytes.
func (l *ipLayer) address(data []byte, off int) (a [16]byte) {
	if l.family == IPv4 {
		*(*[4]byte)(a[:]) = [4]byte(data[off : off+4])
		return a
	}
	return [16]byte(data[off : off+16])
}
