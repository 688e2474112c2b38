package filter

import (
	"strconv"
)

// protocols are the words that a test may begin with, with the protocol
// number of those above IP.
var protocols = map[string]uint8{
	"ether": 0, "ip": 0, "ip6": 0, "arp": 0, "rarp": 0,
	"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "icmp6": 58, "igmp": 2, "igrp": 9,
	"esp": 50, "ah": 51, "pim": 103, "vrrp": 112,
}

const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherARP  = 0x0806
	etherRARP = 0x8035
	ipv6Bytes = 40
)

// byte compares a byte of a header.
func (p *parser) byte(from origin, offset uint32, o op, v uint32) node {
	return &compare{field: field{p.place, from, offset, 1}, op: o, value: v}
}

// ether tests the EtherType.
func (p *parser) ether(v uint32) node {
	return &compare{field: field{p.place, linkType, 0, 2}, value: v}
}

func (p *parser) ipv4() node {
	if p.layout.raw {
		return &compare{field: field{from: frame, size: 1}, mask: 0xf0, value: 0x40}
	}
	return p.ether(etherIPv4)
}

func (p *parser) ipv6() node {
	if p.layout.raw {
		return &compare{field: field{from: frame, size: 1}, mask: 0xf0, value: 0x60}
	}
	return p.ether(etherIPv6)
}

func (p *parser) ipv4Protocol(n uint32) node { return all(p.ipv4(), p.byte(network, 9, equal, n)) }

// ipv6Protocol looks behind a fragment header too.
func (p *parser) ipv6Protocol(n uint32) node {
	const fragment = 44
	return all(p.ipv6(), either(p.byte(network, 6, equal, n),
		all(p.byte(network, 6, equal, fragment), p.byte(network, ipv6Bytes, equal, n))))
}

// unfragmented holds for packets that are no later fragments.
func (p *parser) unfragmented() node {
	const offset = 0x1fff
	return &not{&compare{field: field{p.place, network, 6, 2}, op: anyBit, value: offset}}
}

// protocol is the test for a protocol alone.
func (p *parser) protocol(name string) (node, error) {
	number := uint32(protocols[name])
	switch name {
	case "ip":
		return p.ipv4(), nil
	case "ip6":
		return p.ipv6(), nil
	case "arp":
		return p.linkProtocol(name, etherARP)
	case "rarp":
		return p.linkProtocol(name, etherRARP)
	case "ether":
		return nil, p.fail("ether what? host, proto, broadcast, multicast")
	case "icmp", "igmp", "igrp", "vrrp":
		return p.ipv4Protocol(number), nil
	case "icmp6":
		return p.ipv6Protocol(number), nil
	}
	return either(p.ipv4Protocol(number), p.ipv6Protocol(number)), nil
}

func (p *parser) linkProtocol(name string, etherType uint32) (node, error) {
	if p.layout.raw {
		return p.noLink(name)
	}
	return p.ether(etherType), nil
}

// proto reads the id of proto.
func (p *parser) proto(q *qualifiers, id token) (node, error) {
	if q.direction != "" {
		return nil, p.fail("proto has no source and no destination")
	}
	n, err := strconv.ParseUint(id.text, 0, 16)
	numeric := err == nil
	if q.protocol == "ether" {
		if !numeric {
			return p.etherName(id.text)
		}
		const leastType = 1536
		if n < leastType {
			return nil, p.fail("802.2 protocols are not known to filters here")
		}
		return p.linkProtocol("ether proto", uint32(n))
	}
	if !numeric {
		known, ok := protocols[id.text]
		if !ok || known == 0 {
			return nil, p.fail("the protocol %q is not known: give its number", id.text)
		}
		n = uint64(known)
	}
	switch {
	case n > 255:
		return nil, p.fail("a protocol number is at most 255")
	case q.protocol == "ip":
		return p.ipv4Protocol(uint32(n)), nil
	case q.protocol == "ip6":
		return p.ipv6Protocol(uint32(n)), nil
	case q.protocol == "":
		return either(p.ipv4Protocol(uint32(n)), p.ipv6Protocol(uint32(n))), nil
	}
	return nil, p.fail("%s proto has no meaning", q.protocol)
}

func (p *parser) etherName(name string) (node, error) {
	switch name {
	case "ip", "ip6", "arp", "rarp":
		return p.protocol(name)
	}
	return nil, p.fail("the EtherType of %q is not known: give its number", name)
}

// broadcast is the test for packets to all stations of a link.
func (p *parser) broadcast(protocol string) (node, error) {
	if protocol != "ether" {
		return nil, p.fail("%s broadcast would need the netmask; write dst host with the address", protocol)
	}
	if p.layout.raw {
		return p.noLink("broadcast")
	}
	return macIs(0, [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), nil
}

// multicast is the test for packets to a group.
func (p *parser) multicast(protocol string) (node, error) {
	switch protocol {
	case "ether":
		if p.layout.raw {
			return p.noLink("multicast")
		}
		return &compare{field: field{from: frame, size: 1}, op: anyBit, value: 1}, nil
	case "ip":
		return all(p.ipv4(), p.byte(network, 16, atLeast, 224)), nil
	case "ip6":
		return all(p.ipv6(), p.byte(network, 24, equal, 255)), nil
	}
	return nil, p.fail("%s multicast has no meaning", protocol)
}
