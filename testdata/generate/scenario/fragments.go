package scenario

import "time"

// fragments are datagrams too large for the link, over IPv4 and IPv6.
func fragments() *trace {
	t := newTrace("2026-03-14T14:00:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	store := newHost(0x49, "203.0.113.49")

	// Three fragments in order, and a reply in one piece.
	k := newTalk(t, laptop, 44000, store, 2049)
	parts := split4(k, text(3000))
	t.send(0, parts[0])
	t.send(10*time.Microsecond, parts[1])
	t.send(10*time.Microsecond, parts[2])
	k.udp(2*time.Millisecond, server, text(28))

	// The second fragment overtakes the first: it has no ports to go by and is
	// a flow of the addresses alone.
	k = newTalk(t, laptop, 44001, store, 2049)
	parts = split4(k, text(2000))
	t.send(time.Second, parts[1])
	t.send(10*time.Microsecond, parts[0])

	// A first fragment is remembered for 30 s: the second, a microsecond too
	// late, has no ports either.
	k = newTalk(t, laptop, 44002, store, 2049)
	parts = split4(k, text(2000))
	t.send(time.Second, parts[0])
	t.send(30*time.Second+time.Microsecond, parts[1])

	k = newTalk(t, laptop.at("2001:db8::10"), 44003, store.at("2001:db8:49::49"), 2049)
	parts = split6(k, text(2000))
	t.send(time.Second, parts[0])
	t.send(10*time.Microsecond, parts[1])
	return t
}

// fragmentSize is the payload of a fragment that is not the last.
const fragmentSize = 1400

// split4 returns the frames of a datagram of the client in IPv4 fragments.
func split4(k *talk, payload []byte) [][]byte {
	whole := udp(k.endpoint(client), k.endpoint(server), payload)
	d := datagram{src: k.ends[client].ip, dst: k.ends[server].ip, protocol: protoUDP, ident: k.nextIdent()}
	var frames [][]byte
	for at := 0; at < len(whole); at += fragmentSize {
		end := min(at+fragmentSize, len(whole))
		d.fragment = uint16(at / 8)
		if end < len(whole) {
			d.fragment |= moreFragments
		}
		frames = append(frames, frame(k.ends[client], k.ends[server], d.packet(whole[at:end])))
	}
	return frames
}

// split6 returns the frames of a datagram of the client in IPv6 fragments.
func split6(k *talk, payload []byte) [][]byte {
	whole := udp(k.endpoint(client), k.endpoint(server), payload)
	d := datagram{src: k.ends[client].ip, dst: k.ends[server].ip, protocol: protoFragment}
	var frames [][]byte
	for at := 0; at < len(whole); at += fragmentSize {
		end := min(at+fragmentSize, len(whole))
		part := fragment6(protoUDP, at, end < len(whole), 0x600d, whole[at:end])
		frames = append(frames, frame(k.ends[client], k.ends[server], d.packet(part)))
	}
	return frames
}
