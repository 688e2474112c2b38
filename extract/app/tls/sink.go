package tls

import "hash/maphash"

// Sink takes the events of many parsers, of TLS over TCP and over QUIC, that run on
// one goroutine, and keeps what they share.
type Sink struct {
	emit  func(*Event)
	known lately
	// spare are buffers of messages that no parser uses.
	spare [][]byte
}

// NewSink returns a sink that hands each event to emit, whose receiver owns it.
func NewSink(emit func(*Event)) *Sink {
	return &Sink{emit: emit, known: lately{offers: offers{seed: maphash.MakeSeed()}}}
}

// Emit hands over an event that is complete; a nil one is none.
func (s *Sink) Emit(e *Event) {
	if e != nil {
		s.emit(e)
	}
}

// Limits of spare: buffers that have become large are not kept.
const (
	maxSpare      = 256
	maxSpareBytes = 16 << 10
)

// buffer returns an empty buffer for a message of that size, of which little may be
// there yet.
func (s *Sink) buffer(size int) []byte {
	if n := len(s.spare) - 1; n >= 0 {
		b := s.spare[n]
		s.spare = s.spare[:n]
		return b
	}
	return make([]byte, 0, min(size, firstBuffer))
}

// giveBack takes a buffer that is not used any more.
func (s *Sink) giveBack(b []byte) {
	if cap(b) > 0 && cap(b) <= maxSpareBytes && len(s.spare) < maxSpare {
		s.spare = append(s.spare, b[:0])
	}
}
