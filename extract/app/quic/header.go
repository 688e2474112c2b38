package quic

import "encoding/binary"

// fixedBit is set in the first byte of every packet but those of Version
// Negotiation and those of who may clear it.
const fixedBit = 0x40

// kind is the type of a long-header packet, the same for all versions.
type kind uint8

const (
	initial kind = iota
	zeroRTT
	handshake
	retry
	versionNegotiation
)

// maxCID is the length of the longest connection id of the known versions.
const maxCID = 20

// header is the unprotected part of a long header.
type header struct {
	version    uint32
	kind       kind
	dcid, scid []byte
	token      []byte // of Initial and Retry packets
	// number is where the protected packet number of an Initial, 0-RTT or
	// Handshake packet begins, end where the packet ends in its datagram; both
	// count from the packet's first byte.
	number, end int
}

// parseHeader reads the long header at the beginning of b. It returns false
// where the header is cut off, malformed or of an unknown version. The end of
// the packet may lie beyond b. The fixed bit may be clear: who has been told so
// by the other side's grease_quic_bit may clear it (RFC 9287).
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < 7 || b[0]&0x80 == 0 {
		return h, false
	}
	h.version = binary.BigEndian.Uint32(b[1:])
	rest := b[5:]
	if h.dcid, rest, ok = connectionID(rest); !ok {
		return h, false
	}
	if h.scid, rest, ok = connectionID(rest); !ok {
		return h, false
	}
	h.end = len(b)
	if h.version == negotiation {
		h.kind = versionNegotiation
		return h, true
	}
	if !known(h.version) {
		return h, false
	}
	h.kind = kind(b[0] >> 4 & 3)
	if h.version == version2 {
		h.kind = (h.kind + 3) & 3 // version 2 has Retry first
	}
	if h.kind == retry {
		return h, h.retry(rest)
	}
	return h, h.numbered(b, rest)
}

// retry reads the token of a Retry packet, which ends with the integrity tag.
func (h *header) retry(rest []byte) bool {
	if len(rest) < tagLen {
		return false
	}
	h.token = rest[:len(rest)-tagLen]
	return true
}

// numbered reads the token and the length of a packet that has a packet number.
func (h *header) numbered(b, rest []byte) bool {
	if h.kind == initial {
		n, r, ok := varint(rest)
		if !ok || n > uint64(len(r)) {
			return false
		}
		h.token, rest = r[:n], r[n:]
	}
	n, rest, ok := varint(rest)
	if !ok || n < sampleAt+sampleLen || n > 1<<16 {
		return false
	}
	h.number = len(b) - len(rest)
	h.end = h.number + int(n)
	return true
}

// connectionID takes a connection id with its length from the front of b.
func connectionID(b []byte) (id, rest []byte, ok bool) {
	if len(b) == 0 || b[0] > maxCID || len(b) <= int(b[0]) {
		return nil, nil, false
	}
	n := 1 + int(b[0])
	return b[1:n], b[n:], true
}

// varint takes a variable-length integer (RFC 9000, section 16) from the
// front of b.
func varint(b []byte) (v uint64, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	n := 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, nil, false
	}
	v = uint64(b[0] & 0x3f)
	for _, x := range b[1:n] {
		v = v<<8 | uint64(x)
	}
	return v, b[n:], true
}

// cid is a connection id that outlives its datagram.
type cid struct {
	bytes [maxCID]byte
	n     uint8
}

func (c *cid) set(b []byte) { c.n = uint8(copy(c.bytes[:], b)) }

func (c *cid) is(b []byte) bool { return string(c.bytes[:c.n]) == string(b) }
