package filter

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// id reads an id and makes the test of it.
func (p *parser) id(q *qualifiers) (node, error) {
	t := p.peek()
	if !p.atID() {
		return nil, p.fail("what %s?", q.kind)
	}
	switch q.kind {
	case "port", "portrange":
		p.next()
		return p.port(q, t)
	case "proto":
		p.next()
		n, err := p.proto(q, t)
		return n, err
	case "net":
		p.next()
		return p.net(q, t)
	}
	p.next()
	if q.protocol == "ether" {
		mac, err := net.ParseMAC(t.text)
		if err != nil || len(mac) != 6 {
			return nil, p.fail("%q is no Ethernet address", t.text)
		}
		if p.layout.raw {
			return p.noLink("ether host")
		}
		return ways(q.direction, macIs(6, [6]byte(mac)), macIs(0, [6]byte(mac))), nil
	}
	return p.host(q, t)
}

// ways joins the tests for source and destination.
func ways(direction string, src, dst node) node {
	switch direction {
	case "src":
		return src
	case "dst":
		return dst
	case "and":
		return all(src, dst)
	}
	return either(src, dst)
}

func macIs(offset uint32, mac [6]byte) node {
	return all(
		&compare{field: field{from: frame, offset: offset + 2, size: 4}, value: binary.BigEndian.Uint32(mac[2:])},
		&compare{field: field{from: frame, offset: offset, size: 2}, value: uint32(binary.BigEndian.Uint16(mac[:]))},
	)
}

const resolveTimeout = 5 * time.Second

// host is the test for an address, or those that a name has now.
func (p *parser) host(q *qualifiers, t token) (node, error) {
	if p.peek().text == "/" {
		return nil, p.fail("a host has no prefix length: write net")
	}
	if a, err := netip.ParseAddr(t.text); err == nil {
		return p.network(q, netip.PrefixFrom(a, a.BitLen()))
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.text)
	if err != nil {
		return nil, p.fail("%q is no address, and no host of that name was found", t.text)
	}
	var nodes []node
	for _, a := range found {
		a = a.Unmap()
		if q.protocol == "ip6" && a.Is4() || q.protocol != "ip6" && q.protocol != "" && a.Is6() {
			continue
		}
		n, err := p.network(q, netip.PrefixFrom(a, a.BitLen()))
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if len(nodes) == 0 {
		return nil, p.fail("%s has no address that %s could be", t.text, q.protocol)
	}
	return either(nodes...), nil
}

// net reads what follows the first word of a network.
func (p *parser) net(q *qualifiers, t token) (node, error) {
	address, bits, err := partial(t.text)
	if err != nil {
		return nil, p.fail("%q is no network", t.text)
	}
	switch {
	case p.take("/"):
		n, err := p.number()
		if err != nil {
			return nil, err
		}
		if int(n) > address.BitLen() {
			return nil, p.fail("a prefix of %s has at most %d bits", t.text, address.BitLen())
		}
		bits = int(n)
	case p.take("mask"):
		m, err := netip.ParseAddr(p.next().text)
		if err != nil || !m.Is4() || !address.Is4() {
			return nil, p.fail("a mask is written like 255.255.0.0")
		}
		ones, _ := net.IPMask(m.AsSlice()).Size()
		if ones == 0 && !m.IsUnspecified() {
			return nil, p.fail("%s is not a mask of leading ones", m)
		}
		bits = ones
	}
	prefix := netip.PrefixFrom(address, bits)
	if prefix.Masked() != prefix {
		return nil, p.fail("%s has bits beyond its prefix: write %s", prefix, prefix.Masked())
	}
	return p.network(q, prefix)
}

// partial reads an address of which the last bytes may be left out.
func partial(text string) (netip.Addr, int, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a, a.BitLen(), nil
	}
	parts := strings.Split(text, ".")
	bits := 8 * len(parts)
	for len(parts) < 4 {
		parts = append(parts, "0")
	}
	a, err := netip.ParseAddr(strings.Join(parts, "."))
	return a, bits, err
}

// network is the test for a network in the headers that hold addresses.
func (p *parser) network(q *qualifiers, prefix netip.Prefix) (node, error) {
	at := func(src, dst uint32) node {
		return ways(q.direction, p.prefix(src, prefix), p.prefix(dst, prefix))
	}
	if prefix.Addr().Is6() {
		if q.protocol != "" && q.protocol != "ip6" {
			return nil, p.fail("%s has no IPv6 addresses", q.protocol)
		}
		return all(p.ipv6(), at(8, 24)), nil
	}
	var nodes []node
	for _, protocol := range []string{"ip", "arp", "rarp"} {
		if q.protocol != protocol && q.protocol != "" {
			continue
		}
		if protocol == "ip" {
			nodes = append(nodes, all(p.ipv4(), at(12, 16)))
			continue
		}
		if p.layout.raw && q.protocol == "" {
			continue
		}
		n, err := p.protocol(protocol)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, all(n, at(14, 24)))
	}
	if len(nodes) == 0 {
		return nil, p.fail("%s has no IPv4 addresses of its own: write ip host, or %s and host", q.protocol, q.protocol)
	}
	return either(nodes...), nil
}

// prefix compares the leading bits of an address at an offset.
func (p *parser) prefix(offset uint32, prefix netip.Prefix) node {
	bytes := prefix.Addr().AsSlice()
	nodes := []node{}
	for bits := prefix.Bits(); bits > 0; bits -= 32 {
		mask := uint32(0)
		if bits < 32 {
			mask = ^uint32(0) << (32 - bits)
		}
		nodes = append(nodes, &compare{field: field{p.place, network, offset, 4}, mask: mask, value: binary.BigEndian.Uint32(bytes)})
		bytes, offset = bytes[4:], offset+4
	}
	if len(nodes) == 0 {
		return constant(true)
	}
	return all(nodes...)
}

// port is the test for a port or a range of them.
func (p *parser) port(q *qualifiers, t token) (node, error) {
	first, err := p.portNumber(t.text)
	if err != nil {
		return nil, err
	}
	last := first
	if q.kind == "portrange" && p.take("-") {
		if last, err = p.portNumber(p.next().text); err != nil {
			return nil, err
		}
		first, last = min(first, last), max(first, last)
	}
	numbers := []uint32{6, 17, 132}
	if q.protocol != "" {
		n := uint32(protocols[q.protocol])
		if n != 6 && n != 17 && n != 132 {
			return nil, p.fail("%s has no ports", q.protocol)
		}
		numbers = []uint32{n}
	}
	at := func(from origin, offset uint32) node {
		f := field{p.place, from, offset, 2}
		if first == last {
			return &compare{field: f, value: first}
		}
		return all(&compare{field: f, op: atLeast, value: first}, &compare{field: f, op: atMost, value: last})
	}
	of := func(offset uint32) node {
		var nodes []node
		for _, n := range numbers {
			nodes = append(nodes, p.byte(network, offset, equal, n))
		}
		return either(nodes...)
	}
	ports4 := ways(q.direction, at(transport, 0), at(transport, 2))
	ports6 := ways(q.direction, at(network, ipv6Bytes), at(network, ipv6Bytes+2))
	return either(all(p.ipv6(), of(6), ports6), all(p.ipv4(), of(9), p.unfragmented(), ports4)), nil
}

func (p *parser) portNumber(text string) (uint32, error) {
	if n, err := strconv.ParseUint(text, 0, 16); err == nil {
		return uint32(n), nil
	}
	for _, network := range []string{"tcp", "udp"} {
		if n, err := net.LookupPort(network, text); err == nil && text != "" {
			return uint32(n), nil
		}
	}
	return 0, p.fail("%q is no port", text)
}
