package scenario

import "time"

// lan is what an idle local network shows: ARP, pings, an unreachable port,
// and two frames that are no IP at all.
func lan() *trace {
	t := newTrace("2026-03-14T10:30:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	router := newHost(0x01, "192.0.2.1")
	printer := newHost(0x30, "192.0.2.30")
	broadcast := mac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

	// A question and its answer, then the printer announces itself: sender
	// and target of that are equal.
	t.send(0, ethernet(broadcast, laptop.mac, typeARP, arp(arpRequest, laptop, router)))
	t.send(300*time.Microsecond, ethernet(laptop.mac, router.mac, typeARP, arp(arpReply, router, laptop)))
	t.send(time.Second, ethernet(broadcast, printer.mac, typeARP, arp(arpRequest, printer, printer)))

	ping := newTalk(t, laptop, 0, printer, 0)
	for sequence := range uint16(3) {
		ping.ping(time.Second, 400*time.Microsecond, sequence+1)
	}

	// A datagram to a closed port comes back inside an ICMP error, which is a
	// flow of its own. Its 4 bytes travel in a frame padded to 60.
	probe := newTalk(t, laptop, 33000, router, 33434)
	packet := probe.packet(client, protoUDP, udp(probe.endpoint(client), probe.endpoint(server), text(4)))
	t.send(time.Second, frame(laptop, router, packet))
	probe.ip(500*time.Microsecond, server, protoICMP, icmp(unreachable, 3, 0, packet))

	// LLDP, known by its EtherType, and a spanning tree hello, whose length
	// field stands where the EtherType would.
	lldp := append([]byte{0x02, 0x07, 0x04}, router.mac[:]...)
	lldp = append(lldp, 0x04, 0x03, 0x05, 'g', '1', 0x06, 0x02, 0x00, 0x78, 0, 0)
	t.send(time.Second, ethernet(mac{0x01, 0x80, 0xc2, 0, 0, 0x0e}, router.mac, typeLLDP, lldp))
	hello := append([]byte{0x42, 0x42, 0x03}, make([]byte, 35)...)
	t.send(time.Second, ethernet(mac{0x01, 0x80, 0xc2, 0, 0, 0}, router.mac, uint16(len(hello)), hello))
	return t
}
