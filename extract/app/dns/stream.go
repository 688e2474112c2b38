package dns

import (
	"encoding/binary"

	"weir/extract/app/event"
)

// keptBuffer is how large a stream's buffer may be to be kept for its next
// message, in bytes.
const keptBuffer = 2 << 10

// stream is one direction of a TCP flow.
type stream struct {
	held []byte // the beginning of a message, with its length before it
	over bool   // nothing more is read
}

func (s *stream) reset() {
	s.over = false
	s.release()
}

func (s *stream) release() {
	if s.held = s.held[:0]; cap(s.held) > keptBuffer {
		s.held = nil
	}
}

// Data reads the next bytes of one direction of a TCP flow, which may be cut
// anywhere. They need not be kept.
func (p *Parser) Data(dir int, b []byte, at event.Stamp) {
	s := &p.streams[dir]
	for len(b) > 0 && !s.over {
		if len(s.held) == 0 && len(b) >= 2 {
			if n := prefix(b); n >= headerLen && len(b) >= 2+n { // whole: read it where it lies
				p.read(dir, b[2:2+n], n, true, at)
				b = b[2+n:]
				continue
			}
		}
		b = s.hold(b)
		if msg := s.message(); msg != nil {
			p.read(dir, msg, len(msg), true, at)
			s.release()
		}
	}
}

// Gap tells that bytes of a direction are lost, however many. No more of its
// messages are read.
func (p *Parser) Gap(dir int, _ int64, _ event.Stamp) {
	p.streams[dir] = stream{over: true}
}

// hold takes of b what belongs to the message that is held, and returns the rest.
func (s *stream) hold(b []byte) []byte {
	need := 2
	if len(s.held) >= 2 {
		need = 2 + prefix(s.held)
	}
	n := min(need-len(s.held), len(b))
	if s.held = append(s.held, b[:n]...); len(s.held) == 2 && prefix(s.held) < headerLen {
		*s = stream{over: true}
	}
	return b[n:]
}

// message returns the message that is held once it is complete.
func (s *stream) message() []byte {
	if len(s.held) < 2 || len(s.held) < 2+prefix(s.held) {
		return nil
	}
	return s.held[2:]
}

func prefix(b []byte) int { return int(binary.BigEndian.Uint16(b)) }
