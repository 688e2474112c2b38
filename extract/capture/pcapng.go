package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Block types of pcapng. Every other type is skipped.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
)

const (
	byteOrderMagic = 0x1a2b3c4d
	// blockFrame is what every block has: type, length and length again.
	blockFrame = 12
	// controlBytes is how much of a block without a packet is looked at; the
	// rest of it, comments and names, is passed over unread.
	controlBytes = 64 << 10
	// packetOptions is how long a packet block may be beside its packet.
	packetOptions = 16 << 20
	// clippedBytes is what is kept of a large packet block before its closing
	// length.
	clippedBytes = packetHeader + keptBytes
	// maxInterfaces bounds what a section may make us remember.
	maxInterfaces = 1 << 16
)

// networkInterface is what a section has declared of one interface.
type networkInterface struct {
	link    LinkType
	snaplen uint32
	clock   clock
	dropped int64
}

// pcapng parses the blocks of a pcapng.
type pcapng struct {
	info       *ledger
	big        bool
	interfaces []networkInterface
	undeclared networkInterface
	limit      uint32 // the largest captured length of any interface
	last       int64  // time of the record before
	// total is the length of a block that is being passed over, or 0; skip is
	// how much of it is left before its closing length.
	total uint32
	skip  int64
	stop  verdict // why the parser has stopped
	// clipped tells that of the packet block at hand only clippedBytes and its
	// closing length are there.
	clipped bool
}

// newPcapng looks at the first section header. ok tells whether there is one;
// err then says why it cannot be read.
func newPcapng(name string, head []byte, info *ledger) (p *pcapng, ok bool, err error) {
	if len(head) < 4 || binary.LittleEndian.Uint32(head) != blockSection {
		return nil, false, nil
	}
	if len(head) < 28 {
		return nil, true, fmt.Errorf("%s: pcapng section header cut off after %d bytes", name, len(head))
	}
	p = &pcapng{info: info, limit: minLimit, undeclared: networkInterface{clock: newClock(6, 0)}}
	if p.big, ok = sectionOrder(head); !ok {
		return nil, false, nil
	}
	if major := p.u16(head[12:]); major != 1 {
		return nil, true, fmt.Errorf("%s: pcapng of major version %d cannot be read", name, major)
	}
	return p, true, nil
}

// sectionOrder tells the byte order of the section header in b.
func sectionOrder(b []byte) (big, ok bool) {
	switch binary.LittleEndian.Uint32(b[8:]) {
	case byteOrderMagic:
		return false, true
	case bits.ReverseBytes32(byteOrderMagic):
		return true, true
	}
	return false, false
}

func (p *pcapng) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if p.big {
		return bits.ReverseBytes32(v)
	}
	return v
}

func (p *pcapng) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if p.big {
		return bits.ReverseBytes16(v)
	}
	return v
}

func (p *pcapng) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if p.big {
		return bits.ReverseBytes64(v)
	}
	return v
}

func (p *pcapng) parse(s *Slab, b []byte) (int, verdict) {
	p.stop = verdict{}
	pos := 0
	for len(s.Packets) < slabPackets {
		if p.total != 0 {
			pos += p.pass(b[pos:])
			if p.total != 0 {
				break
			}
		}
		if pos == len(b) {
			break
		}
		n := p.block(s, b, pos)
		if n == 0 {
			break
		}
		pos += n
	}
	return pos, p.stop
}

func (p *pcapng) clip() { p.clipped = true }

// pass passes over what is left of the block at hand and returns how far it
// came. The block has ended if total is 0 then.
func (p *pcapng) pass(b []byte) int {
	n := int(min(p.skip, int64(len(b))))
	p.skip -= int64(n)
	switch {
	case p.skip > 0 || len(b)-n < 4:
		p.wait(4)
	case p.closed(b[n:], p.total):
		p.total = 0
		n += 4
	}
	return n
}

// closed tells whether a block closes with the length that it opened with. Where
// it does not, the length is damaged and what follows is found nowhere.
func (p *pcapng) closed(b []byte, total uint32) bool {
	end := p.u32(b)
	if end != total {
		return p.fail("impossible block length %d (%d at its end)", total, end)
	}
	return true
}

// wait stops the parser until n bytes of a block are there.
func (p *pcapng) wait(n int) {
	p.stop = verdict{need: n, cut: "last block cut off"}
}

// fail ends the capture. It returns false.
func (p *pcapng) fail(format string, args ...any) bool {
	p.stop = verdict{bad: fmt.Sprintf(format, args...)}
	return false
}
