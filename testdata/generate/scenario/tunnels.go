package scenario

import (
	"net/netip"
	"time"
)

// tunnels carries inner packets between two tunnel ends. The flows are those
// of the inner packets.
func tunnels() *trace {
	t := newTrace("2026-03-14T13:00:00Z")
	near := newHost(0x61, "198.51.100.1")
	far := newHost(0x62, "198.51.100.2")
	left := newHost(0x71, "192.0.2.71")
	right := newHost(0x72, "192.0.2.72")

	// outer puts the payload of an IP packet between the tunnel's ends: what
	// the left host sends leaves at the near end.
	outer := func(src host, protocol byte, payload []byte) []byte {
		a, b := near, far
		if src != left {
			a, b = far, near
		}
		return frame(a, b, datagram{src: a.ip, dst: b.ip, protocol: protocol, ident: t.nextIdent()}.packet(payload))
	}
	overVXLAN := func(vni uint32) func(src, dst host, packet []byte) []byte {
		return func(src, dst host, packet []byte) []byte {
			a, b := near.ip, far.ip
			if src != left {
				a, b = b, a
			}
			return outer(src, protoUDP, udp(netip.AddrPortFrom(a, 51000), netip.AddrPortFrom(b, vxlanPort),
				vxlan(vni, frame(src, dst, packet))))
		}
	}
	overGRE := func(src, _ host, packet []byte) []byte { return outer(src, protoGRE, gre(77, packet)) }

	// The same addresses in two virtual networks are two flows.
	newTalk(t, left, 0, right, 0).over(overVXLAN(5001)).ping(0, time.Millisecond, 1)
	newTalk(t, left, 0, right, 0).over(overVXLAN(5002)).ping(time.Second, time.Millisecond, 1)
	shell := newTalk(t, left, 41000, right, 22).over(overVXLAN(5001))
	shell.open(time.Second, time.Millisecond)
	shell.tcp(time.Millisecond, server, psh|ack, text(40))
	shell.close(time.Millisecond, time.Millisecond)

	log := newTalk(t, left, 42000, right, 514).over(overGRE)
	log.udp(time.Second, client, text(90))
	log.udp(time.Second, client, text(110))

	// IPv4 in IPv4 in GRE: the path has two names, and the key is the GRE one.
	inner := newTalk(t, left, 43000, right, 514)
	inner.over(func(src, dst host, packet []byte) []byte {
		return overGRE(src, dst, datagram{src: src.ip, dst: dst.ip, protocol: protoIPIP, ident: t.nextIdent()}.packet(packet))
	})
	inner.udp(time.Second, client, text(64))

	// A payload of GRE that is not opened: the outer flow is metered.
	t.send(time.Second, outer(left, protoGRE, append([]byte{0, 0, 0x88, 0xbe}, text(60)...)))

	left6, right6 := left.at("2001:db8:1::71"), right.at("2001:db8:2::72")
	sixInFour := newTalk(t, left6, 0, right6, 0).over(func(src, _ host, packet []byte) []byte {
		if src == left6 {
			return outer(left, protoIPv6, packet)
		}
		return outer(right, protoIPv6, packet)
	})
	sixInFour.ping(time.Second, 15*time.Millisecond, 1)
	sixInFour.ping(time.Second, 16*time.Millisecond, 2)
	return t
}
