package scenario

import "encoding/binary"

// EtherTypes.
const (
	typeIPv4 = 0x0800
	typeARP  = 0x0806
	typeVLAN = 0x8100
	typeQinQ = 0x88a8
	typeIPv6 = 0x86dd
	typeLLDP = 0x88cc
)

// tag is a VLAN tag: its EtherType and id.
type tag struct{ ethertype, id uint16 }

// minFrame is the shortest Ethernet frame without its check sequence; shorter
// payloads are padded.
const minFrame = 60

// ethernet returns a frame, padded with zeros.
func ethernet(dst, src mac, ethertype uint16, payload []byte, tags ...tag) []byte {
	f := append(append([]byte(nil), dst[:]...), src[:]...)
	for _, t := range tags {
		f = binary.BigEndian.AppendUint16(f, t.ethertype)
		f = binary.BigEndian.AppendUint16(f, t.id)
	}
	f = binary.BigEndian.AppendUint16(f, ethertype)
	f = append(f, payload...)
	for len(f) < minFrame {
		f = append(f, 0)
	}
	return f
}

// frame puts an IP packet into an Ethernet frame from one host to another.
func frame(src, dst host, packet []byte, tags ...tag) []byte {
	ethertype := uint16(typeIPv4)
	if packet[0]>>4 == 6 {
		ethertype = typeIPv6
	}
	return ethernet(dst.mac, src.mac, ethertype, packet, tags...)
}

// ARP operations.
const (
	arpRequest = 1
	arpReply   = 2
)

// arp returns an ARP message of sender about target; the target's link address
// in it is zero in a request.
func arp(operation uint16, sender, target host) []byte {
	m := []byte{0, 1, 0x08, 0x00, 6, 4}
	m = binary.BigEndian.AppendUint16(m, operation)
	m = append(append(m, sender.mac[:]...), sender.ip.AsSlice()...)
	if operation == arpRequest {
		target.mac = mac{}
	}
	return append(append(m, target.mac[:]...), target.ip.AsSlice()...)
}
