package warehouse

import (
	"fmt"
	"net/netip"
)

// Functions over addresses as text, IPv4 and IPv6. An IPv4 address within
// IPv6 (::ffff:10.0.0.1) counts as the IPv4 address. What is no address, or
// has a zone, gives null, as null does.
//
//	ip_in(ip, network)  whether ip lies in network, "10.0.0.0/8" or "fd00::/8";
//	                    a bare address is the network of that one address, and
//	                    bits behind the prefix do not count. What is no network
//	                    is an error, because the person who asks wrote it.
//	is_private(ip)      whether ip is of a private network (RFC 1918, fc00::/7),
//	                    loopback (127.0.0.0/8, ::1) or link-local
//	                    (169.254.0.0/16, fe80::/10).

// parseIP returns the address that text names, or false.
func parseIP(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}, false
	}
	return ip.Unmap(), true
}

// parseNetwork returns the network that text names.
func parseNetwork(text string) (netip.Prefix, error) {
	if ip, ok := parseIP(text); ok {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("ip_in: %q is no network such as '10.0.0.0/8' or 'fd00::/8'", text)
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

func isPrivate(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
}
