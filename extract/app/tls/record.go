package tls

// Content types of records.
const (
	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	heartbeat        = 24
)

// maxRecord is how long a record may be: 2^14 bytes, and what encryption and compression may add.
const maxRecord = 1<<14 + 2048

// maxAlert is the length of an encrypted alert of TLS 1.3: two bytes, the type and a tag.
const maxAlert = 2 + 1 + 16

// stream is one direction's state.
type stream struct {
	messages messages
	head     [5]byte
	n        uint8 // bytes of head
	content  uint8
	left     int // bytes of the record's body to come
	started  bool
	stopped  bool // no more is read
	opaque   bool // what follows is encrypted
	changed  bool // ChangeCipherSpec was sent
	data     bool // application data that count for established
	v2       bool // the record is of SSL 2.0
	plain2   bool // so is the connection
}

// header takes bytes from the front of b until the head of a record is complete, and returns the rest.
func (s *stream) header(b []byte) []byte {
	n := copy(s.head[s.n:], b)
	s.n += uint8(n)
	return b[n:]
}

// record tells whether the complete head is one of SSL 3.0 or TLS, and notes what it announces.
func (s *stream) record() bool {
	s.n = 0
	s.content, s.left = s.head[0], int(s.head[3])<<8|int(s.head[4])
	return s.head[1] == 3 && s.content >= changeCipherSpec && s.content <= heartbeat && s.left <= maxRecord
}

// stop ends the reading of a direction and lets its memory go.
func (s *stream) stop() {
	s.stopped = true
	s.messages.release()
}

// conceal notes that what follows is encrypted.
func (s *stream) conceal() {
	s.opaque = true
	s.messages.release()
}
