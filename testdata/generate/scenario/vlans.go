package scenario

import "time"

// vlans is seen at two interfaces: a trunk with tagged frames, and a layer 3
// tunnel device without link headers, whose packets are cut off at 96 bytes
// and timed in nanoseconds.
func vlans() *trace {
	t := newTrace("2026-03-14T12:00:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	clock := newHost(0x12, "192.0.2.123")
	store := newHost(0x44, "203.0.113.44")

	// The answer comes back in another VLAN: the VLAN is not in the key.
	ntp := newTalk(t, laptop, 123, clock, 123).over(tagged(laptop, 10, clock, 20))
	ntp.udp(0, client, append([]byte{0x23}, make([]byte, 47)...))
	ntp.udp(2*time.Millisecond, server, append([]byte{0x24, 2}, make([]byte, 46)...))

	// Two tags: the outer one, of the provider, counts.
	backup := newTalk(t, laptop, 50000, store, 873).over(func(src, dst host, packet []byte) []byte {
		return frame(src, dst, packet, tag{typeQinQ, 100}, tag{typeVLAN, 30})
	})
	backup.open(time.Second, 3*time.Millisecond)
	backup.tcp(time.Millisecond, server, psh|ack, text(14))
	backup.tcp(time.Millisecond, client, psh|ack, text(14))
	backup.close(time.Millisecond, 3*time.Millisecond)

	t.iface = 1
	bare := func(_, _ host, packet []byte) []byte { return packet }
	peer := newHost(0, "203.0.113.1")
	self := newHost(0, "203.0.113.2")
	media := newTalk(t, self, 40000, peer, 5004).over(bare)
	for range 3 {
		media.udp(20*time.Millisecond+time.Nanosecond, client, text(172))
		media.udp(5*time.Millisecond, server, text(172))
	}
	newTalk(t, self, 0, peer, 0).over(bare).ping(time.Second, 11*time.Millisecond, 1)
	return t
}

// tagged carries the packets of two hosts, each in a VLAN of its own.
func tagged(a host, vlanA uint16, b host, vlanB uint16) func(src, dst host, packet []byte) []byte {
	vlan := map[host]uint16{a: vlanA, b: vlanB}
	return func(src, dst host, packet []byte) []byte {
		return frame(src, dst, packet, tag{typeVLAN, vlan[src]})
	}
}
