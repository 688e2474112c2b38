package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// The magic numbers of classic pcap, as the writing machine saw them.
const (
	magicMicro     = 0xa1b2c3d4
	magicNano      = 0xa1b23c4d
	magicKuznetzov = 0xa1b2cd34
	magicMesquita  = 0xa1b234cd
	magicNavtel    = 0xa12b3c4d
)

const (
	pcapHeader = 24
	// minLimit is the captured length that is possible whatever the snaplen says.
	minLimit = 262144
	// maxLimit keeps places in a slab within uint32, whatever the snaplen says.
	maxLimit = 1<<31 - 1
)

// captureLimit is the largest captured length that is possible.
func captureLimit(snaplen uint32) uint32 {
	return min(max(snaplen, minLimit), maxLimit)
}

// pcap parses the records of a classic pcap.
type pcap struct {
	big    bool
	record int   // bytes of a record's header
	scale  int64 // nanoseconds of one unit of the fraction
	limit  uint32
	link   LinkType
	// clipped tells that of the record at hand only keptBytes are there.
	clipped bool
}

// newPcap reads the file header. ok tells whether the magic is one of pcap;
// err then says why it cannot be read.
func newPcap(name string, head []byte) (p *pcap, ok bool, err error) {
	if len(head) < 4 {
		return nil, false, nil
	}
	p = &pcap{record: 16, scale: 1000}
	magic := binary.LittleEndian.Uint32(head)
	if head[0] == 0xa1 {
		p.big, magic = true, bits.ReverseBytes32(magic)
	}
	switch magic {
	case magicMicro:
	case magicNano:
		p.scale = 1
	case magicKuznetzov:
		p.record = 24
	case magicMesquita, magicNavtel:
		return nil, true, fmt.Errorf("%s: modified pcap format 0x%08x cannot be read", name, magic)
	default:
		return nil, false, nil
	}
	if len(head) < pcapHeader {
		return nil, true, fmt.Errorf("%s: pcap file header cut off after %d of %d bytes", name, len(head), pcapHeader)
	}
	p.limit = captureLimit(p.u32(head[16:]))
	p.link = LinkType(p.u32(head[20:]))
	return p, true, nil
}

func (p *pcap) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if p.big {
		return bits.ReverseBytes32(v)
	}
	return v
}

func (p *pcap) clip() { p.clipped = true }

func (p *pcap) parse(s *Slab, b []byte) (int, verdict) {
	pos := 0
	for len(s.Packets) < slabPackets {
		rest := b[pos:]
		if len(rest) < p.record {
			if len(rest) == 0 {
				return pos, verdict{}
			}
			return pos, verdict{need: p.record, cut: "record header cut off"}
		}
		captured := p.u32(rest[8:])
		if captured > p.limit {
			return pos, verdict{bad: fmt.Sprintf("impossible record length %d", captured)}
		}
		if captured > keptBytes {
			if !p.clipped {
				return pos, verdict{need: p.record + keptBytes, excess: int64(captured) - keptBytes, cut: "last record cut off"}
			}
			captured, p.clipped = keptBytes, false
		}
		size := p.record + int(captured)
		if len(rest) < size {
			return pos, verdict{need: size, cut: "last record cut off"}
		}
		s.Packets = append(s.Packets, Packet{
			Time:     int64(p.u32(rest))*1e9 + int64(p.u32(rest[4:]))*p.scale,
			Offset:   uint32(pos + p.record),
			Captured: captured,
			Length:   p.u32(rest[12:]),
			Link:     p.link,
		})
		pos += size
	}
	return pos, verdict{}
}
