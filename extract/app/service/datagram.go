package service

import (
	"encoding/binary"
	"math"
)

// Datagrams judges the datagrams of one flow, in order.
type Datagrams struct {
	rtp    [2]rtpState
	looked uint8
}

// maxUnknown is how many datagrams may pass before a flow without a sign of
// RTP is given up.
const maxUnknown = 4

// See judges the next datagram, of which b was captured and which is wire
// bytes long. Dir is its direction; the ports are the flow's, initiator's
// first. With Yes it returns the protocol's name; No is final.
func (d *Datagrams) See(b []byte, wire, dir int, initiatorPort, responderPort uint16) (Name, Verdict) {
	d.looked++
	port := func(p uint16) bool { return initiatorPort == p || responderPort == p }
	switch {
	case dhcp(b), dhcp6Port(initiatorPort) && dhcp6Port(responderPort) && dhcp6(b, wire):
		return DHCP, Yes
	case stunHeader(b) && int(binary.BigEndian.Uint16(b[2:]))+20 == wire:
		return STUN, Yes
	case snmp(b, wire):
		return SNMP, Yes
	case ntp(b, wire, port(123)):
		return NTP, Yes
	case dht(b):
		return BitTorrent, Yes
	case sip(b):
		return SIP, Yes
	}
	switch d.rtp[dir].see(b, wire) {
	case Yes:
		return RTP, Yes
	case NeedMore:
		return None, NeedMore
	}
	if d.looked < maxUnknown {
		return None, NeedMore
	}
	return None, No
}

// dhcp is a BOOTP message with the cookie of DHCP (RFC 2131).
func dhcp(b []byte) bool {
	return len(b) >= 240 && (b[0] == 1 || b[0] == 2) && b[2] <= 16 && binary.BigEndian.Uint32(b[236:]) == 0x63825363
}

func dhcp6Port(p uint16) bool { return p == 546 || p == 547 }

// dhcp6 is a DHCPv6 message (RFC 8415) whose options fill it.
func dhcp6(b []byte, wire int) bool {
	if len(b) < 4 || len(b) != wire || b[0] == 0 || b[0] > 36 {
		return false
	}
	off := 4
	if b[0] == 12 || b[0] == 13 { // relayed
		off = 34
	}
	for off+4 <= len(b) {
		off += 4 + int(binary.BigEndian.Uint16(b[off+2:]))
	}
	return off == len(b)
}

// stunHeader is a header with the magic cookie of RFC 8489.
func stunHeader(b []byte) bool {
	return len(b) >= 20 && b[0] < 0x40 && b[3]&3 == 0 && binary.BigEndian.Uint32(b[4:]) == 0x2112a442
}

// snmp is a message of version 1, 2c or 3 whose length fits.
func snmp(b []byte, wire int) bool {
	if len(b) < 12 || b[0] != 0x30 {
		return false
	}
	size, off := int(b[1]), 2
	if n := int(b[1] & 0x7f); b[1] >= 0x80 {
		if n == 0 || n > 3 || len(b) < 2+n+4 {
			return false
		}
		size = 0
		for _, c := range b[2 : 2+n] {
			size = size<<8 | int(c)
		}
		off = 2 + n
	}
	if off+size != wire || b[off] != 2 || b[off+1] != 1 {
		return false
	}
	switch b[off+2] {
	case 0, 1:
		return b[off+3] == 4
	case 3:
		return b[off+3] == 0x30
	}
	return false
}

// ntp is a packet of version 1 to 4 (RFC 5905). Off port 123 only those of
// client and server whose fields are in range count.
func ntp(b []byte, wire int, onPort bool) bool {
	if len(b) < 8 || wire%4 != 0 || b[0]>>3&7 < 1 || b[0]>>3&7 > 4 {
		return false
	}
	version, mode := b[0]>>3&7, b[0]&7
	switch {
	case mode == 6 || mode == 7:
		return onPort && ntpManagement(b, wire)
	case len(b) < 48 || b[1] > 16:
		return false
	case onPort:
		return mode >= 1
	}
	precision, poll := int8(b[3]), int8(b[2])
	return wire == 48 && version >= 3 && (mode == 3 || mode == 4) && poll >= 0 && poll <= 17 && precision <= -5 && precision >= -32 &&
		binary.BigEndian.Uint32(b[40:]) != 0
}

// ntpManagement is a control message (RFC 9327) whose data fit, or one of the
// older private mode with an implementation in use.
func ntpManagement(b []byte, wire int) bool {
	if b[0]&7 == 7 {
		return b[3] <= 63 && (b[2] == 0 || b[2] == 2 || b[2] == 3)
	}
	return b[0]&0xc0 == 0 && len(b) >= 12 && 12+int(binary.BigEndian.Uint16(b[10:])) <= wire
}

// dht is a message of BitTorrent's distributed hash table (BEP 5).
func dht(b []byte) bool {
	return anyPrefix(b, "d1:ad2:id20:", "d1:rd2:id20:", "d2:ip6:", "d2:ip4:", "d1:eli2")
}

func sip(b []byte) bool {
	for _, s := range signatures {
		if s.name == SIP && begins(b, s.prefix) {
			return true
		}
	}
	return false
}

// rtpRun is how many datagrams in a row make RTP certain.
const rtpRun = 5

// rtpState is what was seen of a possible RTP stream.
type rtpState struct {
	source uint32
	seq    uint16
	kind   uint8
	run    uint8 // noRun once it is certain that there is none
}

const noRun = math.MaxUint8

func (s *rtpState) see(b []byte, wire int) Verdict {
	if s.run == noRun {
		return No
	}
	kind := uint8(0)
	if len(b) >= 12 {
		kind = b[1] & 0x7f
	}
	header := 12
	if len(b) > 0 {
		header += 4 * int(b[0]&15)
	}
	if len(b) < 12 || b[0]>>6 != 2 || wire < header || kind > 34 && kind < 96 {
		s.run = noRun
		return No
	}
	seq, source := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[8:])
	if s.run > 0 && (source != s.source || kind != s.kind || seq != s.seq+1) {
		s.run = noRun
		return No
	}
	s.source, s.kind, s.seq = source, kind, seq
	if s.run++; s.run >= rtpRun {
		return Yes
	}
	return NeedMore
}
