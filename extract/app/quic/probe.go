package quic

import "encoding/binary"

// Protocol is what Probe takes a datagram for.
type Protocol uint8

// Protocols that a datagram may be of.
const (
	Other  Protocol = iota
	IETF            // QUIC by RFC 9000 or a draft of it
	Google          // the protocol before it, versions Q0xx and T0xx; no Parser reads it
)

// Lengths that make a datagram plausible.
const (
	minInitial = 1200 // RFC 9000, section 14.1: a datagram with a client's Initial, at least
	minHello   = 1024 // a Google client's hello is padded to this
	minDCID    = 8    // RFC 9000, section 7.2: of a client's first Initial
)

// Probe tells whether a datagram's payload, of which b was captured and which
// is wire bytes long, can only be QUIC. It goes by a long header of a known
// version whose lengths fit the datagram, so short-header packets, Retry
// packets and small Initials, which other protocols may resemble, are Other.
func Probe(b []byte, wire int) Protocol {
	if len(b) < 14 {
		return Other
	}
	if google(b, wire) {
		return Google
	}
	h, ok := parseHeader(b)
	if !ok || h.kind != versionNegotiation && b[0]&fixedBit == 0 {
		return Other
	}
	switch h.kind {
	case initial:
		ok = wire >= minInitial && (len(h.dcid) >= minDCID || len(h.scid) > 0) && follows(b, h, wire)
	case zeroRTT, handshake:
		ok = follows(b, h, wire)
	case versionNegotiation:
		ok = offers(b, h, wire)
	default:
		ok = false
	}
	if !ok {
		return Other
	}
	return IETF
}

// follows tells whether behind the packet there is the end of the datagram,
// padding or another packet.
func follows(b []byte, h header, wire int) bool {
	if h.end >= len(b) {
		return h.end <= wire
	}
	next := b[h.end]
	return next == 0 || next&fixedBit != 0
}

// offers tells whether a Version Negotiation packet lists versions of which at
// least one is in use.
func offers(b []byte, h header, wire int) bool {
	list := b[7+len(h.dcid)+len(h.scid):]
	if len(b) != wire || len(list) == 0 || len(list)%4 != 0 || len(h.scid)+len(h.dcid) < minDCID {
		return false
	}
	used := false
	for ; len(list) > 0; list = list[4:] {
		v := binary.BigEndian.Uint32(list)
		used = used || known(v) && !reserved(v)
	}
	return used
}

// google tells whether the datagram has a client's header of Google's QUIC: of
// the layout with public flags and a connection id of 8 bytes before the
// version, or of the later one with a long header.
func google(b []byte, wire int) bool {
	if wire < minHello {
		return false
	}
	if b[0]&0xc0 == 0xc0 {
		return googleVersion(b[1:])
	}
	const version, eightBytes = 0x01, 0x08
	return b[0]&0xc0 == 0 && b[0]&version != 0 && b[0]&eightBytes != 0 && googleVersion(b[9:])
}

func googleVersion(b []byte) bool {
	return (b[0] == 'Q' || b[0] == 'T') && b[1] == '0' && digit(b[2]) && digit(b[3])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
