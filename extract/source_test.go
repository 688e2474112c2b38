package extract

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"time"

	"weir/extract/capture"
)

// frame is a packet of a memorySource.
type frame struct {
	at        int64 // nanoseconds since 1970-01-01 UTC
	data      []byte
	malformed bool
}

// memorySource is a capture in memory, cut into slabs of a fixed number of
// packets. It may fail at a packet, and it may go round without end.
type memorySource struct {
	frames  []frame
	slab    int
	next    int
	failAt  int // if > 0
	failure error
	endless bool
	onRead  func(next int)
	broken  map[int]bool // packets that lie outside their slab
}

func (m *memorySource) Read(s *capture.Slab) error {
	if m.onRead != nil {
		m.onRead(m.next)
	}
	if m.failAt > 0 && m.next >= m.failAt {
		return m.failure
	}
	s.First, s.Packets, s.Bytes = int64(m.next), s.Packets[:0], s.Bytes[:0]
	for len(s.Packets) < m.slab && (m.next < len(m.frames) || m.endless) {
		f := m.frames[m.next%len(m.frames)]
		p := capture.Packet{
			Time: f.at, Offset: uint32(len(s.Bytes)), Captured: uint32(len(f.data)), Length: uint32(len(f.data)),
			Link: 1, Malformed: f.malformed,
		}
		if m.broken[m.next] {
			p.Offset = 1 << 31
		}
		s.Packets = append(s.Packets, p)
		s.Bytes = append(s.Bytes, f.data...)
		m.next++
	}
	if len(s.Packets) == 0 {
		return io.EOF
	}
	return nil
}

func (m *memorySource) Info() capture.Info { return capture.Info{Format: "memory"} }
func (m *memorySource) Close() error       { return nil }

// ip4 makes an Ethernet frame of an IPv4 packet. Offset is that of a fragment,
// in bytes.
func ip4(source, destination uint32, protocol byte, id uint16, offset int, more bool, payload []byte) []byte {
	b := make([]byte, 14, 34+len(payload))
	b[12] = 8
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(payload)))
	b = binary.BigEndian.AppendUint16(b, id)
	fragment := uint16(offset / 8)
	if more {
		fragment |= 0x2000
	}
	b = binary.BigEndian.AppendUint16(b, fragment)
	b = append(b, 64, protocol, 0, 0)
	b = binary.BigEndian.AppendUint32(b, source)
	b = binary.BigEndian.AppendUint32(b, destination)
	return append(b, payload...)
}

func udpSegment(from, to uint16, n int) []byte {
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, to)
	b = binary.BigEndian.AppendUint16(b, uint16(8+n))
	return append(b, make([]byte, 2+n)...)
}

func tcpSegment(from, to uint16, seq uint32, flags byte, n int) []byte {
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, to)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, 0, 0, 0, 0, 5<<4, flags, 1, 0)
	return append(b, make([]byte, 4+n)...)
}

// midnight is the beginning of a day; traffic straddles it.
const midnight = int64(1_700_006_400) * int64(time.Second)

// traffic makes n packets in time order: conversations of TCP, UDP and ICMP
// that come and go, some of which return long after they were idle, fragments
// of both kinds, in any order, and frames that are rejected.
func traffic(seed uint64, n int) []frame {
	r := rand.New(rand.NewPCG(seed, 1))
	frames := make([]frame, 0, n)
	at := midnight - int64(n)*int64(time.Millisecond)
	for i := 0; len(frames) < n; i++ {
		at += r.Int64N(int64(6 * time.Millisecond))
		c := uint32(i/5000*100 + r.IntN(300))
		if r.IntN(200) == 0 {
			c = uint32(r.IntN(300)) // one of long ago
		}
		a, b, p, q := 0x0a000000+c%50, 0x0a010000+c%7, uint16(1024+c), uint16(80)
		if r.IntN(2) == 0 {
			a, b, p, q = b, a, q, p
		}
		var data []byte
		switch kind := r.IntN(100); {
		case kind < 60:
			flags := []byte{0x10, 0x18, 0x10, 0x18, 0x10, 0x18, 0x02, 0x12, 0x11, 0x04}[r.IntN(10)]
			data = ip4(a, b, 6, 0, 0, false, tcpSegment(p, q, uint32(r.IntN(500)), flags, r.IntN(3)*10))
		case kind < 88:
			data = ip4(a, b, 17, 0, 0, false, udpSegment(p, q, r.IntN(40)))
		case kind < 93:
			data = ip4(a, b, 17, uint16(r.IntN(40)), 0, true, udpSegment(p, q, 8))
		case kind < 97:
			data = ip4(a, b, 17, uint16(r.IntN(40)), 16, r.IntN(2) == 0, make([]byte, 16))
		case kind < 99:
			data = ip4(a, b, 1, 0, 0, false, []byte{8, 0, 0, 0, 0, 0, 0, 0})
		default:
			data = ip4(a, b, 17, 0, 0, false, nil)[:20] // cut inside the IP header
		}
		frames = append(frames, frame{at: at, data: data, malformed: r.IntN(1000) == 0})
	}
	return frames
}
