package scenario

import (
	"net/netip"
	"time"
)

// ipv6 is a host coming up on an IPv6 network: it joins its multicast group,
// finds its neighbour, pings the router, looks a name up and fetches
// something. The times have nanoseconds, which are rounded down.
func ipv6() *trace {
	t := newTrace("2026-03-14T11:00:00.123456789Z")
	laptop := newHost(0x10, "2001:db8::10")
	router := newHost(0x01, "2001:db8::1")
	resolver := newHost(0x53, "2001:db8::53")

	// The report carries a router alert in a hop-by-hop header.
	routers := host{mac{0x33, 0x33, 0, 0, 0, 0x16}, netip.MustParseAddr("ff02::16")}
	record := append([]byte{4, 0, 0, 0}, netip.MustParseAddr("ff02::1:ff00:10").AsSlice()...)
	report := icmp6(laptop.ip, routers.ip, listenerReport2, 0, 1, record)
	alert := append([]byte{protoICMPv6, 0, 5, 2, 0, 0, 1, 0}, report...)
	t.send(0, frame(laptop, routers, datagram{src: laptop.ip, dst: routers.ip, protocol: protoHopByHop, ttl: 1}.packet(alert)))

	// The solicitation goes to a group and the advertisement comes from the
	// host, so they are two flows.
	group := host{mac{0x33, 0x33, 0xff, 0, 0, 0x53}, netip.MustParseAddr("ff02::1:ff00:53")}
	target := resolver.ip.AsSlice()
	solicit := icmp6(laptop.ip, group.ip, neighbourSolicit, 0, 0,
		append(append(target, 1, 1), laptop.mac[:]...))
	t.send(time.Millisecond, frame(laptop, group, datagram{src: laptop.ip, dst: group.ip, protocol: protoICMPv6, ttl: 255}.packet(solicit)))
	advertise := icmp6(resolver.ip, laptop.ip, neighbourAdvertise, 0, 0x60000000,
		append(append(resolver.ip.AsSlice(), 2, 1), resolver.mac[:]...))
	t.send(350*time.Microsecond, frame(resolver, laptop, datagram{src: resolver.ip, dst: laptop.ip, protocol: protoICMPv6, ttl: 255}.packet(advertise)))

	newTalk(t, laptop, 0, router, 0).ping(time.Second, 1234567*time.Nanosecond, 1)

	lookup := newTalk(t, laptop, 53127, resolver, 53)
	lookup.udp(time.Second, client, dns(0x2001, dnsQuery, "www.example.org", dnsAAAA))
	lookup.udp(4*time.Millisecond, server, dns(0x2001, dnsResponse, "www.example.org", dnsAAAA,
		address("www.example.org", 120, "2001:db8:80::81")))

	fetch := newTalk(t, laptop, 49200, router.at("2001:db8:80::81"), 8443).far(7)
	fetch.open(time.Millisecond, 18*time.Millisecond)
	fetch.tcp(100*time.Microsecond, client, psh|ack, text(310))
	fetch.tcp(19*time.Millisecond, server, psh|ack, text(1200))
	fetch.close(100*time.Microsecond, 18*time.Millisecond)
	return t
}
