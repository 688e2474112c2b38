package decode

import "encoding/binary"

// radiotap strips the radiotap header of an 802.11 frame. Of its fields only
// the flags matter: they tell whether the 802.11 header is padded.
func (h *Header) radiotap(data []byte) network {
	const minimum = 8
	if len(data) < minimum {
		return rejected(Truncated)
	}
	length := int(binary.LittleEndian.Uint16(data[2:]))
	if data[0] != 0 || length < minimum {
		return rejected(Malformed)
	}
	if len(data) <= length {
		return rejected(Truncated)
	}
	const padded = 0x20
	return h.wlan(data, length, radiotapFlags(data[:length])&padded != 0)
}

// radiotapFlags returns the flags field of a whole radiotap header, or 0.
func radiotapFlags(b []byte) byte {
	const (
		hasTSFT  = 1 << 0
		hasFlags = 1 << 1
		hasMore  = 1 << 31
	)
	present := binary.LittleEndian.Uint32(b[4:])
	if present&hasFlags == 0 {
		return 0
	}
	off := 8
	for more := present; more&hasMore != 0; off += 4 {
		if len(b) < off+4 {
			return 0
		}
		more = binary.LittleEndian.Uint32(b[off:])
	}
	if present&hasTSFT != 0 {
		off = (off+7)&^7 + 8
	}
	if len(b) <= off {
		return 0
	}
	return b[off]
}

// Bits of the second byte of an 802.11 frame's control field.
const (
	wlanToDS      = 0x01
	wlanFromDS    = 0x02
	wlanProtected = 0x40
	wlanOrder     = 0x80
)

// wlan decodes the 802.11 frame at off. Frames that carry no data of stations
// are rejected with NotData.
func (h *Header) wlan(data []byte, off int, padded bool) network {
	b := data[off:]
	if len(b) < 2 {
		return rejected(Truncated)
	}
	const (
		typeData = 2
		noData   = 4 // subtype bit: null function and its kin
	)
	if b[0]&3 != 0 {
		return rejected(Malformed)
	}
	subtype := b[0] >> 4
	if b[0]>>2&3 != typeData || subtype&noData != 0 {
		return rejected(NotData)
	}
	length, opaque, ok := h.wlanHeader(b, subtype)
	if !ok {
		return rejected(Truncated)
	}
	if opaque {
		return network{kind: netOther}
	}
	if padded {
		length = (length + 3) &^ 3
	}
	// What follows is LLC, which walk knows by a number that is no EtherType.
	return h.tagged(walk(data, off+length, 0))
}

// wlanHeader sets the stations of a data frame and returns the length of its
// header, and whether its body cannot be read: encrypted, an aggregate, or
// the continuation of a fragment. It is not ok where the header is cut off.
func (h *Header) wlanHeader(b []byte, subtype byte) (length int, opaque, ok bool) {
	length = 24
	wds := b[1]&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS
	if wds {
		length += 6
	}
	qos := length
	const qosData = 8
	if subtype&qosData != 0 {
		length += 2
		if b[1]&wlanOrder != 0 {
			length += 4 // HT control
		}
	}
	if len(b) < length {
		return 0, false, false
	}
	source, destination := 10, 4
	if b[1]&wlanToDS != 0 {
		destination = 16
	}
	switch {
	case wds:
		source = 24
	case b[1]&wlanFromDS != 0:
		source = 16
	}
	h.SrcMAC, h.DstMAC = [6]byte(b[source:source+6]), [6]byte(b[destination:destination+6])
	h.HasSrcMAC, h.HasDstMAC = true, true
	const aggregate = 0x80
	opaque = b[1]&wlanProtected != 0 || b[22]&0xf != 0 || (subtype&qosData != 0 && b[qos]&aggregate != 0)
	return length, opaque, true
}
