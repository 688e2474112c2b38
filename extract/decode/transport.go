package decode

import "encoding/binary"

// ports are the ports of a packet, where its protocol has them and its
// transport header is whole.
type ports struct {
	source, destination uint16
	known               bool
}

// transport decodes the transport header of the packet l and sets the
// lengths and the payload, which start at the IP payload where there is none.
func (h *Header) transport(data []byte, l *ipLayer) (p ports) {
	size, b := l.end-l.payload, data[l.payload:l.limit]
	if !l.later {
		switch l.protocol {
		case protoTCP:
			p = h.tcp(b, size)
		case protoUDP:
			p = h.udp(b)
		case protoUDPLite:
			p = h.fixed(b, 8)
		case protoSCTP:
			p = h.fixed(b, 12)
		case protoDCCP:
			if p = h.fixed(b, 12); p.known {
				h.HeaderLen = uint16(b[4]) * 4
			}
		case protoICMP, protoICMPv6:
			h.icmp(b, size)
		}
	}
	h.PayloadLen = uint32(max(0, size-int(h.HeaderLen)))
	if int(h.HeaderLen) < len(b) {
		h.Payload = b[h.HeaderLen:len(b):len(b)]
	}
	return p
}

// fixed decodes a header of a fixed length that begins with the ports.
func (h *Header) fixed(b []byte, length int) ports {
	if len(b) < length {
		return ports{}
	}
	h.HasTransport, h.HeaderLen = true, uint16(length)
	return ports{binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), true}
}

func (h *Header) udp(b []byte) ports {
	if !wholeUDP(b) {
		return ports{}
	}
	return h.fixed(b, 8)
}

// wholeUDP tells whether a UDP header is whole and its length field possible;
// 0 is, with segmentation offload.
func wholeUDP(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	length := binary.BigEndian.Uint16(b[4:])
	return length == 0 || length >= 8
}

// udpPorts returns the ports of a UDP packet, if its header is whole.
func (l *ipLayer) udpPorts(data []byte) (source, destination uint16, whole bool) {
	b := data[l.payload:l.limit]
	if !wholeUDP(b) {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), true
}

// icmp decodes type and code. The header is 8 bytes, or all there is.
func (h *Header) icmp(b []byte, size int) {
	if len(b) < 4 {
		return
	}
	h.HasTransport, h.HasICMP = true, true
	h.HeaderLen = uint16(min(8, size))
	h.ICMPType, h.ICMPCode = b[0], b[1]
}

// tcp decodes a header whose fixed part is whole and whose offset is possible;
// the options may be cut off.
func (h *Header) tcp(b []byte, size int) ports {
	const header = 20
	if len(b) < header {
		return ports{}
	}
	length := int(b[12]>>4) * 4
	if length < header || length > size {
		return ports{}
	}
	h.TCP, h.HasTransport, h.HeaderLen = true, true, uint16(length)
	h.Seq, h.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	h.Flags = uint16(b[13]) | uint16(b[12]&1)<<8
	h.Window = binary.BigEndian.Uint16(b[14:])
	if length > header {
		h.tcpOptions(b[header:min(length, len(b))])
	}
	return ports{binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), true}
}

// tcpOptions takes the first well-formed segment size and window scale.
func (h *Header) tcpOptions(b []byte) {
	const end, noOperation, segmentSize, windowScale = 0, 1, 2, 3
	for len(b) > 0 {
		switch b[0] {
		case end:
			return
		case noOperation:
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		switch {
		case b[0] == segmentSize && b[1] == 4 && !h.HasMSS:
			h.MSS, h.HasMSS = binary.BigEndian.Uint16(b[2:]), true
		case b[0] == windowScale && b[1] == 3 && !h.HasWindowScale:
			h.WindowScale, h.HasWindowScale = b[2], true
		}
		b = b[b[1]:]
	}
}
