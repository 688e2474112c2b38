package flow

import (
	"bytes"

	"weir/extract/decode"
)

// story is what only TCP flows have: flags, handshake, closing, sequence
// space and the state by Zeek's definitions. What all packets need lies in its
// first line of a cache, as all pointers do, with the counts of the flags in the next.
type story struct {
	connection
	seen      [2]uint8 // bit i: letter i of historyLetters stands for that direction
	sent      [2]sent
	closed    bool
	closedBy  EndReason
	handshake step
	nletters  uint8
	mss       [2]uint16
	space     space
	flags     flagSets

	retransmitted, outOfOrder, zeroWindow [2]int64

	synTime    int64 // last forward SYN before the SYN+ACK
	synAckTime int64 // first backward SYN+ACK
	ackTime    int64 // first forward ACK after it

	letters [13]byte // history, first occurrence each
	scale   [2]uint8
	lastSYN [2]uint32
}

// sent is a set of what a direction has sent.
type sent uint8

const (
	sentSYN   sent = 1 << iota
	sentMSS        // with a SYN
	sentScale      // likewise
	sentFIN
)

func (s sent) has(what sent) bool { return s&what != 0 }

// step is how far the handshake has been seen.
type step uint8

const (
	waiting  step = iota
	opened        // a forward SYN
	answered      // and a backward SYN+ACK after it
	complete      // and a forward ACK after that
	missed        // a SYN+ACK without the SYN
)

// historyLetters are Zeek's, for the responder; the initiator's are upper case.
const historyLetters = "shadfr"

// reset forgets all but the room for what few flows have.
func (s *story) reset() {
	more, holes := s.flags.more, s.space.holes
	if more != nil {
		*more = (*more)[:0]
	}
	*s = story{}
	s.flags.more, s.space.holes = more, holes
}

// add takes a packet with a TCP header. Turned tells that it is the first of
// a flow whose direction was turned.
func (s *story) add(h *decode.Header, dir int, turned bool) {
	s.flags.add(h.Flags, dir)
	s.note(h, dir, turned)
	s.connection.add(h, dir)
	s.shake(h, dir)
	switch s.space.add(h, dir) {
	case retransmitted:
		s.retransmitted[dir]++
	case outOfOrder:
		s.outOfOrder[dir]++
	}
	if h.Window == 0 && h.Flags&(decode.SYN|decode.FIN|decode.RST) == 0 {
		s.zeroWindow[dir]++
	}
	if h.Flags&decode.SYN != 0 {
		s.lastSYN[dir] = h.Seq
		if h.HasMSS && !s.sent[dir].has(sentMSS) {
			s.mss[dir] = h.MSS
			s.sent[dir] |= sentMSS
		}
		if h.HasWindowScale && !s.sent[dir].has(sentScale) {
			s.scale[dir] = h.WindowScale
			s.sent[dir] |= sentScale
		}
		s.sent[dir] |= sentSYN
	}
	if h.Flags&decode.FIN != 0 {
		s.sent[dir] |= sentFIN
	}
	if s.closed {
		return
	}
	switch {
	case h.Flags&decode.RST != 0:
		s.closed, s.closedBy = true, EndRST
	case s.sent[fwd].has(sentFIN) && s.sent[bwd].has(sentFIN):
		s.closed, s.closedBy = true, EndFIN
	}
}

// note adds the packet's letter to the history: one a packet, none for a
// packet with two of SYN, FIN and RST.
func (s *story) note(h *decode.Header, dir int, turned bool) {
	if turned {
		s.letter('^')
	}
	i := -1
	switch h.Flags & (decode.SYN | decode.FIN | decode.RST) {
	case decode.SYN:
		i = 0
		if h.Flags&decode.ACK != 0 {
			i = 1
		}
	case decode.FIN:
		i = 4
	case decode.RST:
		i = 5
	case 0:
		switch {
		case h.PayloadLen > 0:
			i = 3
		case h.Flags&decode.ACK != 0:
			i = 2
		}
	}
	if i < 0 || s.seen[dir]&(1<<i) != 0 {
		return
	}
	s.seen[dir] |= 1 << i
	c := historyLetters[i]
	if dir == fwd {
		c -= 'a' - 'A'
	}
	s.letter(c)
}

func (s *story) letter(c byte) {
	s.letters[s.nletters] = c
	s.nletters++
}

// attempt tells whether the initiator sent a SYN and then a RST without a
// SYN+ACK, ACK or FIN of its own between them.
func (s *story) attempt() bool {
	h := s.letters[:s.nletters]
	h = bytes.TrimPrefix(h, []byte("^"))
	if len(h) == 0 || h[0] != 'S' {
		return false
	}
	i := bytes.IndexByte(h, 'R')
	return i > 0 && !bytes.ContainsAny(h[:i], "HAF")
}

// shake follows the handshake: the last forward SYN before the first
// backward SYN+ACK, and the first forward ACK after it.
func (s *story) shake(h *decode.Header, dir int) {
	const all = decode.SYN | decode.ACK | decode.RST
	switch flags := h.Flags & all; {
	case dir == fwd && flags == decode.SYN && s.handshake <= opened:
		s.handshake, s.synTime = opened, h.Time
	case dir == bwd && flags == decode.SYN|decode.ACK && s.handshake == opened:
		s.handshake, s.synAckTime = answered, h.Time
	case dir == bwd && flags == decode.SYN|decode.ACK && s.handshake == waiting:
		s.handshake = missed
	case dir == fwd && flags == decode.ACK && s.handshake == answered:
		s.handshake, s.ackTime = complete, h.Time
	}
}

// reused tells whether a SYN without ACK opens another connection although
// this one has not been closed: its number differs from the last SYN of its
// direction.
func (s *story) reused(h *decode.Header, dir int) bool {
	return !s.sent[dir].has(sentSYN) || s.lastSYN[dir] != h.Seq
}
