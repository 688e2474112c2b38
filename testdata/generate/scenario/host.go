package scenario

import "net/netip"

// mac is a link address.
type mac [6]byte

// host is a machine on one link.
type host struct {
	mac mac
	ip  netip.Addr
}

// newHost returns a host with the last byte of its link address, of the block
// for documentation, and its IP address.
func newHost(last byte, ip string) host {
	return host{mac{0x00, 0x00, 0x5e, 0x00, 0x53, last}, netip.MustParseAddr(ip)}
}

// at returns the same machine under another IP address.
func (h host) at(ip string) host {
	h.ip = netip.MustParseAddr(ip)
	return h
}
