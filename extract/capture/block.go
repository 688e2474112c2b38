package capture

import "math"

// Options of interface descriptions and statistics that are read.
const (
	optionEnd              = 0
	optionResolution       = 9
	optionOffset           = 14
	optionInterfaceDropped = 5
	optionSystemDropped    = 7
)

// block takes the block at b[pos:] and returns its length, or as much of it as
// it has taken if the rest is to be passed over, or 0 if it has to stop.
func (p *pcapng) block(s *Slab, b []byte, pos int) int {
	rest := b[pos:]
	if len(rest) < blockFrame {
		p.wait(blockFrame)
		return 0
	}
	kind := p.u32(rest)
	if kind == blockSection {
		big, ok := sectionOrder(rest)
		if !ok {
			p.fail("section header without a byte order")
			return 0
		}
		p.big = big
	}
	total := p.u32(rest[4:])
	least, most, want := p.extent(kind, total)
	if total < least || total > most || total%4 != 0 {
		p.fail("impossible block length %d", total)
		return 0
	}
	if isPacket(kind) && total > clippedBytes+4 {
		return p.large(s, kind, total, rest, pos)
	}
	if len(rest) < want {
		p.wait(want)
		return 0
	}
	whole := int64(total) <= int64(len(rest))
	if whole && !p.closed(rest[total-4:], total) {
		return 0
	}
	if !p.take(s, kind, total, rest[:min(want, int(total)-4)], pos) {
		return 0
	}
	if whole {
		return int(total)
	}
	p.total, p.skip = total, int64(total)-int64(want)-4
	return want
}

// packetHeader is how long a packet block is before its packet, the longest kind.
const packetHeader = 28

func isPacket(kind uint32) bool {
	return kind == blockEnhanced || kind == blockPacket || kind == blockSimple
}

// large takes a packet block of which not all is kept.
func (p *pcapng) large(s *Slab, kind, total uint32, rest []byte, pos int) int {
	if !p.clipped {
		p.stop = verdict{need: clippedBytes, excess: int64(total) - clippedBytes - 4, cut: "last block cut off"}
		return 0
	}
	if len(rest) < clippedBytes+4 {
		p.wait(clippedBytes + 4)
		return 0
	}
	p.clipped = false
	if !p.closed(rest[clippedBytes:], total) || !p.take(s, kind, total, rest[:clippedBytes], pos) {
		return 0
	}
	return clippedBytes + 4
}

// extent returns the least and the greatest length of a block, and how many of
// its bytes must be there before it is taken: all for a packet, and never
// the closing length for others, which pass looks at.
func (p *pcapng) extent(kind, total uint32) (least, most uint32, want int) {
	most, want = math.MaxUint32, int(min(total, controlBytes))-4
	switch kind {
	case blockEnhanced, blockPacket:
		return 32, p.limit + packetOptions, int(total)
	case blockSimple:
		return 16, p.limit + packetOptions, int(total)
	case blockSection:
		return 28, most, want
	case blockInterface:
		return 20, most, want
	case blockStatistics:
		return 24, most, want
	}
	return blockFrame, most, blockFrame - 4
}

// take takes what a block of a length says; body is the block without its closing
// length, or its first part. It returns false where the capture has to end.
func (p *pcapng) take(s *Slab, kind, total uint32, body []byte, pos int) bool {
	switch kind {
	case blockEnhanced:
		ticks := uint64(p.u32(body[12:]))<<32 | uint64(p.u32(body[16:]))
		return p.packet(s, p.u32(body[8:]), ticks, total, body, pos)
	case blockPacket:
		ticks := uint64(p.u32(body[12:]))<<32 | uint64(p.u32(body[16:]))
		return p.packet(s, uint32(p.u16(body[8:])), ticks, total, body, pos)
	case blockSimple:
		return p.simple(s, total, body, pos)
	case blockSection:
		if major := p.u16(body[12:]); major != 1 {
			return p.fail("section of major version %d", major)
		}
		p.interfaces, p.limit = p.interfaces[:0], minLimit
	case blockInterface:
		return p.declare(body)
	case blockStatistics:
		p.statistics(body)
	}
	return true
}

// packet takes an enhanced or obsolete packet block.
func (p *pcapng) packet(s *Slab, number uint32, ticks uint64, total uint32, body []byte, pos int) bool {
	in, known := p.lookup(number)
	captured := p.u32(body[20:])
	if captured > captureLimit(in.snaplen) || captured > total-4-packetHeader {
		return p.fail("impossible record length %d", captured)
	}
	p.last = in.clock.time(int64(ticks))
	s.Packets = append(s.Packets, Packet{
		Time:      p.last,
		Offset:    uint32(pos + packetHeader),
		Captured:  min(captured, keptBytes),
		Length:    p.u32(body[24:]),
		Link:      in.link,
		Malformed: !known,
	})
	return true
}

// simple takes a simple packet block, whose captured length is not stored: it
// is the packet's, cut by the snaplen and by the block.
func (p *pcapng) simple(s *Slab, total uint32, body []byte, pos int) bool {
	const header = 12
	in, known := p.lookup(0)
	length := p.u32(body[8:])
	captured := min(length, total-4-header)
	if in.snaplen != 0 {
		captured = min(captured, in.snaplen)
	}
	if captured > captureLimit(in.snaplen) {
		return p.fail("impossible record length %d", captured)
	}
	s.Packets = append(s.Packets, Packet{
		Time:      p.last,
		Offset:    uint32(pos + header),
		Captured:  min(captured, keptBytes),
		Length:    length,
		Link:      in.link,
		Malformed: !known,
	})
	return true
}

func (p *pcapng) lookup(number uint32) (in *networkInterface, known bool) {
	if int64(number) < int64(len(p.interfaces)) {
		return &p.interfaces[number], true
	}
	return &p.undeclared, false
}

// declare takes an interface description block.
func (p *pcapng) declare(body []byte) bool {
	if len(p.interfaces) == maxInterfaces {
		return p.fail("more than %d interfaces", maxInterfaces)
	}
	in := networkInterface{link: LinkType(p.u16(body[8:])), snaplen: p.u32(body[12:])}
	resolution, offset := uint8(6), int64(0)
	p.options(body[16:], func(code uint16, value []byte) {
		switch {
		case code == optionResolution && len(value) == 1:
			resolution = value[0]
		case code == optionOffset && len(value) == 8:
			offset = int64(p.u64(value))
		}
	})
	in.clock = newClock(resolution, offset)
	p.interfaces = append(p.interfaces, in)
	p.limit = max(p.limit, captureLimit(in.snaplen))
	p.info.link(in.link)
	return true
}

// statistics takes an interface statistics block. Its counts run from the
// capture's start, so that the last one of an interface stands.
func (p *pcapng) statistics(body []byte) {
	in, known := p.lookup(p.u32(body[8:]))
	if !known {
		return
	}
	dropped, told := int64(0), false
	p.options(body[20:], func(code uint16, value []byte) {
		if (code == optionInterfaceDropped || code == optionSystemDropped) && len(value) == 8 {
			dropped = addDrops(dropped, int64(min(p.u64(value), math.MaxInt64)))
			told = true
		}
	})
	if told {
		p.info.drop(in.dropped, dropped)
		in.dropped = dropped
	}
}

// options calls see for each option that lies whole in b.
func (p *pcapng) options(b []byte, see func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, size := p.u16(b), int(p.u16(b[2:]))
		if code == optionEnd || size > len(b)-4 {
			return
		}
		see(code, b[4:4+size])
		b = b[min(4+(size+3)&^3, len(b)):]
	}
}
