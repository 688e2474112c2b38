package decode

import "encoding/binary"

// Options are the settings of a Decoder.
type Options struct {
	// Decap opens tunnels, so that the flow is that of the innermost packet;
	// without it the outermost IP packet is metered.
	Decap bool
}

// Decoder decodes frames. It holds scratch space and must not be used by two
// goroutines at once.
type Decoder struct {
	decap  bool
	layers [2]ipLayer // the innermost IP layer that decodes, and the one being tried
}

// New returns a decoder.
func New(o Options) *Decoder { return &Decoder{decap: o.Decap} }

// Decode decodes the captured bytes of one frame into h. The frame came from a
// link of the type link (a LINKTYPE_ value) and was length bytes long on the
// wire. Every field of h is set except Time, which is the caller's. h.Payload
// is a part of data.
//
// For every IP layer at which the packet is a fragment, outermost first,
// Decode appends to frags what Fragments needs, marked with the number packet,
// and returns the extended slice. A rejected packet adds nothing.
func (d *Decoder) Decode(link uint16, data []byte, length uint32, packet int, h *Header, frags []Fragment) []Fragment {
	time := h.Time
	*h = Header{} // in place; a literal with values would be built aside and copied
	h.Time, h.FrameLen = time, length
	if link == linkEthernet && len(data) >= ethernetHeader {
		// Most frames, without a detour: a network is put together in memory and read
		// back in other pieces, which a processor takes long for.
		h.macs(data)
		switch binary.BigEndian.Uint16(data[12:]) {
		case etherIPv4:
			return d.ip(h, data, netIPv4, ethernetHeader, packet, frags)
		case etherIPv6:
			return d.ip(h, data, netIPv6, ethernetHeader, packet, frags)
		}
	}
	n := linkLayer(h, link, data)
	switch n.kind {
	case netIPv4, netIPv6:
		return d.ip(h, data, n.kind, n.off, packet, frags)
	case netARP:
		h.arp(data, n)
	case netOther:
		h.frame(n)
	default:
		h.Reject = n.reject
	}
	return frags
}

// ip decodes the IP packet at off and whatever it carries.
func (d *Decoder) ip(h *Header, data []byte, kind netKind, off int, packet int, frags []Fragment) []Fragment {
	cur, next := &d.layers[0], &d.layers[1]
	// A wire length below the captured one contradicts itself; the frame holds both.
	if r := cur.parse(data, kind, off, max(int(h.FrameLen), len(data))); r != Accepted {
		h.Reject = r
		return frags
	}
	cur.outermost()
	for {
		if cur.fragment {
			h.Fragment = true
			frags = append(frags, Fragment{Packet: packet, Later: cur.later, Key: cur.fragmentKey(data)})
		}
		if !d.decap || !cur.mayCarry(data) || cur.path>>(4*(MaxDepth-1)) != 0 {
			break
		}
		t := cur.tunnel(data)
		if t.kind == NoTunnel {
			break
		}
		if r := next.parse(data[:cur.limit], t.inner.kind, t.inner.off, cur.end); r != Accepted {
			break
		}
		next.inside(cur, &t)
		cur, next = next, cur
	}
	h.IPLen = uint32(cur.end - cur.start)
	h.TTL, h.DSCP = cur.ttl, cur.dscp
	h.TunnelID, h.HasTunnelID = cur.tunnelID, cur.hasTunnelID
	ports := h.transport(data, cur)
	h.ipKey(data, cur, ports)
	return frags
}

// frame gives h the key of a frame that carries neither IP nor ARP.
func (h *Header) frame(n network) {
	h.HasEtherType = n.hasEtherType
	h.Key.EtherType = n.etherType
	// A link address that is not known is zero.
	h.pair(macAddress(&h.SrcMAC), macAddress(&h.DstMAC), ports{})
}
