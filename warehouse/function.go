package warehouse

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"net/netip"
	"strings"
)

// Functions over addresses as text, IPv4 and IPv6. An IPv4 address within
// IPv6 (::ffff:10.0.0.1) counts as the IPv4 address. What is no address, or
// has a zone, gives null, as null does.
//
//	ip_in(ip, network)  whether ip lies in network, "10.0.0.0/8" or "fd00::/8";
//	                    a bare address is the network of that one address, and
//	                    bits behind the prefix do not count. What is no network
//	                    is an error, because the person who asks wrote it.
//	ip_number(ip)       a HUGEINT that orders addresses and grows by 1 from each to
//	                    the next within a network, for conditions on many networks
//	is_private(ip)      whether ip is of a private network (RFC 1918, fc00::/7),
//	                    loopback (127.0.0.0/8, ::1) or link-local
//	                    (169.254.0.0/16, fe80::/10).

// parseIP returns the address that text names, or false.
func parseIP(text string) (netip.Addr, bool) {
	if four, ok := parseIPv4(text); ok {
		return netip.AddrFrom4(four), true
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}, false
	}
	return ip.Unmap(), true
}

// parseIPv4 returns the address of four numbers, in a fraction of the time that the
// general way takes; most are.
func parseIPv4(text string) (ip [4]byte, ok bool) {
	part, number, digits := 0, 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			if digits == 1 && number == 0 {
				return ip, false // a leading zero
			}
			if number, digits = number*10+int(c-'0'), digits+1; number > 255 {
				return ip, false
			}
		case c == '.' && digits > 0 && part < 3:
			ip[part] = byte(number)
			part, number, digits = part+1, 0, 0
		default:
			return ip, false
		}
	}
	if part != 3 || digits == 0 {
		return ip, false
	}
	ip[3] = byte(number)
	return ip, true
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

// hugeInt is DuckDB's 128-bit integer, which a sum of BIGINT is.
type hugeInt struct {
	lower uint64
	upper int64
}

// ipNumber returns the 128 bits of an address, an IPv4 one as IPv6 maps it,
// less 2^127, so that order is that of signed integers.
func ipNumber(ip netip.Addr) hugeInt {
	b := ip.As16()
	return hugeInt{lower: binary.BigEndian.Uint64(b[8:]), upper: int64(binary.BigEndian.Uint64(b[:8]) ^ 1<<63)}
}

// String returns the number in decimal.
func (h hugeInt) String() string {
	n := new(big.Int).Lsh(big.NewInt(h.upper), 64)
	return n.Add(n, new(big.Int).SetUint64(h.lower)).String()
}

// IPRangeSQL returns SQL that holds where a number made by ip_number lies in
// one of the networks, which are of addresses without a zone.
func IPRangeSQL(number string, networks ...netip.Prefix) string {
	var conditions []string
	for _, p := range networks {
		p, _ = parseNetwork(p.String()) // IPv4 within IPv6 is IPv4
		first, last := p.Addr().As16(), p.Addr().As16()
		for bit := p.Bits() + 128 - p.Addr().BitLen(); bit < 128; bit++ {
			last[bit/8] |= 0x80 >> (bit % 8)
		}
		condition := between(number, netip.AddrFrom16(first), netip.AddrFrom16(last))
		mapped := netip.MustParsePrefix("::ffff:0:0/96")
		if p.Addr().Is6() && p.Contains(mapped.Addr()) { // IPv4 lies in no network of IPv6
			condition = fmt.Sprintf("(%s AND NOT %s)", condition, between(number, mapped.Addr(), netip.MustParseAddr("::ffff:255.255.255.255")))
		}
		conditions = append(conditions, condition)
	}
	if len(conditions) == 1 {
		return conditions[0]
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}

func between(number string, first, last netip.Addr) string {
	return fmt.Sprintf("%s BETWEEN %s::HUGEINT AND %s::HUGEINT", number, quoteNumber(first), quoteNumber(last))
}

func quoteNumber(ip netip.Addr) string { return QuoteText(ipNumber(ip).String()) }

func isPrivate(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
}
