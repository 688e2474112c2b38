package tls

// Kinds of handshake messages.
const (
	kindClientHello       = 1
	kindServerHello       = 2
	kindCertificate       = 11
	kindClientKeyExchange = 16
)

// maxMessage is how many bytes of one message are kept while it is incomplete.
const maxMessage = 64 << 10

// firstBuffer is how much is set aside for a message of which only a part is there:
// enough for most, and little beside the packet that claims it is longer.
const firstBuffer = 4 << 10

// handshakeKind tells whether a number is that of a handshake message. What is not
// must have been encrypted.
func handshakeKind(kind uint8) bool {
	switch {
	case kind <= 6, kind == 8, kind >= 11 && kind <= 16, kind >= 20 && kind <= 25, kind == 67, kind == 254:
		return true
	}
	return false
}

// message is a complete handshake message.
type message struct {
	kind uint8
	// body is valid until the next call; nil where the message's content is not of
	// interest, and cut at maxMessage.
	body []byte
	size int
}

// messages cuts one direction's handshake bytes into messages.
type messages struct {
	sink      *Sink
	buf       []byte // lent by sink
	size, got int
	head      [4]byte
	n         uint8 // bytes of head
}

// next takes bytes from the front of b and returns what is left, and true with a message
// that they complete.
func (s *messages) next(b []byte) (rest []byte, m message, ok bool) {
	if s.n < 4 {
		n := copy(s.head[s.n:], b)
		s.n += uint8(n)
		if b = b[n:]; s.n < 4 {
			return b, m, false
		}
		s.size, s.got = int(s.head[1])<<16|int(s.head[2])<<8|int(s.head[3]), 0
	}
	n := min(s.size-s.got, len(b))
	piece, rest := b[:n], b[n:]
	m.kind, m.size = s.head[0], s.size
	if n == s.size { // all of it at once, so within a record
		if wanted(m.kind) {
			m.body = piece
		}
		s.n = 0
		return rest, m, true
	}
	if wanted(m.kind) {
		if s.buf == nil {
			s.buf = s.sink.buffer(s.size)
		}
		s.buf = append(s.buf, piece[:min(n, maxMessage-len(s.buf))]...)
	}
	if s.got += n; s.got < s.size {
		return rest, m, false
	}
	m.body = s.buf
	s.buf, s.n = s.buf[:0], 0
	return rest, m, true
}

// release forgets what has come so far.
func (s *messages) release() {
	if s.buf != nil {
		s.sink.giveBack(s.buf)
	}
	*s = messages{sink: s.sink}
}

// wanted tells whether a message's content is read.
func wanted(kind uint8) bool {
	return kind == kindClientHello || kind == kindServerHello || kind == kindCertificate
}
