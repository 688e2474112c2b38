package decode

import "encoding/binary"

// arp decodes ARP and RARP for IPv4. For other protocols the frame is one of
// its MAC addresses and EtherType.
func (h *Header) arp(data []byte, n network) {
	const header, addressLen = 8, 4
	b := data[n.off:]
	if len(b) < header {
		h.Reject = Truncated
		return
	}
	if binary.BigEndian.Uint16(b[2:]) != etherIPv4 || b[5] != addressLen {
		h.frame(n)
		return
	}
	hardwareLen := int(b[4])
	sender := header + hardwareLen
	target := sender + addressLen + hardwareLen
	if len(b) < target+addressLen {
		h.Reject = Truncated
		return
	}
	h.Key.Family = ARP
	h.pair(ipv4Address(b[sender:]), ipv4Address(b[target:]), ports{})
}
