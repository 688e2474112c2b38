package scenario

import (
	"net/netip"
	"time"
)

// side is one of the two ends of a talk.
type side int

const (
	client side = iota
	server
)

// talk is an exchange between two hosts over one pair of ports.
type talk struct {
	*trace
	ends  [2]host
	ports [2]uint16
	// carry lays a packet onto the link.
	carry func(src, dst host, packet []byte) []byte
	ttl   [2]byte
	// seq is each side's next TCP sequence number.
	seq [2]uint32
}

// newTalk starts an exchange on plain Ethernet.
func newTalk(t *trace, from host, fromPort uint16, to host, toPort uint16) *talk {
	return &talk{
		trace: t,
		ends:  [2]host{from, to},
		ports: [2]uint16{fromPort, toPort},
		carry: func(src, dst host, packet []byte) []byte { return frame(src, dst, packet) },
		ttl:   [2]byte{64, 64},
		seq:   [2]uint32{0x10000000, 0x20000000},
	}
}

// over sets how the packets are carried and returns the talk.
func (k *talk) over(carry func(src, dst host, packet []byte) []byte) *talk {
	k.carry = carry
	return k
}

// far sets the server's packets to have crossed hops routers.
func (k *talk) far(hops byte) *talk {
	k.ttl[server] -= hops
	return k
}

// endpoint returns address and port of a side.
func (k *talk) endpoint(s side) netip.AddrPort {
	return netip.AddrPortFrom(k.ends[s].ip, k.ports[s])
}

// packet returns an IP packet from one side to the other.
func (k *talk) packet(from side, protocol byte, payload []byte) []byte {
	d := datagram{src: k.ends[from].ip, dst: k.ends[1-from].ip, protocol: protocol, ttl: k.ttl[from]}
	if d.src.Is4() {
		d.ident = k.nextIdent()
	}
	return d.packet(payload)
}

// ip sends an IP payload from one side to the other.
func (k *talk) ip(after time.Duration, from side, protocol byte, payload []byte) {
	k.send(after, k.carry(k.ends[from], k.ends[1-from], k.packet(from, protocol, payload)))
}

// udp sends a datagram.
func (k *talk) udp(after time.Duration, from side, payload []byte) {
	k.ip(after, from, protoUDP, udp(k.endpoint(from), k.endpoint(1-from), payload))
}

// ping sends an echo request and its reply, of the version of the addresses.
func (k *talk) ping(after, roundTrip time.Duration, sequence uint16) {
	body := text(56)
	const ident = 0x1d0a
	if a, b := k.ends[client].ip, k.ends[server].ip; a.Is6() {
		k.ip(after, client, protoICMPv6, icmp6(a, b, echoRequest6, 0, echo(ident, sequence), body))
		k.ip(roundTrip, server, protoICMPv6, icmp6(b, a, echoReply6, 0, echo(ident, sequence), body))
		return
	}
	k.ip(after, client, protoICMP, icmp(echoRequest, 0, echo(ident, sequence), body))
	k.ip(roundTrip, server, protoICMP, icmp(echoReply, 0, echo(ident, sequence), body))
}

// synOptions are an MSS of 1460, SACK permitted, and a window scale of 7.
var synOptions = []byte{2, 4, 0x05, 0xb4, 4, 2, 3, 3, 7, 1, 1, 1}

// tcp sends a segment and moves the side's sequence number on. It has the
// acknowledgement if the flags say so, and options if it is a SYN.
func (k *talk) tcp(after time.Duration, from side, flags byte, payload []byte) {
	s := segment{src: k.endpoint(from), dst: k.endpoint(1 - from), seq: k.seq[from], flags: flags, window: 502, payload: payload}
	if flags&ack != 0 {
		s.ack = k.seq[1-from]
	}
	if flags&syn != 0 {
		s.window, s.options = 64240, synOptions
	}
	k.seq[from] += uint32(len(payload))
	if flags&(syn|fin) != 0 {
		k.seq[from]++
	}
	k.ip(after, from, protoTCP, s.bytes())
}

// open sends the three packets of a handshake, the first some time after the
// packet before it; the network between the hosts takes roundTrip.
func (k *talk) open(after, roundTrip time.Duration) {
	k.tcp(after, client, syn, nil)
	k.tcp(roundTrip, server, syn|ack, nil)
	k.tcp(50*time.Microsecond, client, ack, nil)
}

// close sends a FIN of the client, one of the server and the last
// acknowledgement.
func (k *talk) close(after, roundTrip time.Duration) {
	k.tcp(after, client, fin|ack, nil)
	k.tcp(roundTrip, server, fin|ack, nil)
	k.tcp(50*time.Microsecond, client, ack, nil)
}

// text returns n bytes of readable filling.
func text(n int) []byte {
	const words = "weir filling 0123456789 "
	b := make([]byte, 0, n+len(words))
	for len(b) < n {
		b = append(b, words...)
	}
	return b[:n]
}
