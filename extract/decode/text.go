package decode

import "net/netip"

// AppendAddr appends the text of an address of a key: dotted decimals for
// IPv4 and ARP, RFC 5952 for IPv6, where an IPv4-mapped address ends in dotted
// decimals (section 5 there), and the MAC of Ethernet keys.
func AppendAddr(dst []byte, family Family, addr [16]byte) []byte {
	switch family {
	case Ethernet:
		return AppendMAC(dst, [6]byte(addr[:6]))
	case IPv6:
		return netip.AddrFrom16(addr).AppendTo(dst)
	default:
		return netip.AddrFrom4([4]byte(addr[:4])).AppendTo(dst)
	}
}

// AppendMAC appends the text of a link address: lower-case hexadecimal bytes
// joined by colons.
func AppendMAC(dst []byte, mac [6]byte) []byte {
	const digits = "0123456789abcdef"
	for i, b := range mac {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}
