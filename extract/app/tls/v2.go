package tls

import (
	"bytes"
	"slices"

	"weir/extract/app/event"
)

// A record of SSL 2.0 begins with its length, in 15 bits after a bit that is
// set, and the kind of its message.
const (
	v2ClientHello = 1
	v2MasterKey   = 2
	v2ServerHello = 4
)

// v2Length returns the length of the record whose head b begins with.
func v2Length(b []byte) int { return int(b[0]&0x7f)<<8 | int(b[1]) }

// v2Key tells whether the head of a record is that of the message with the client's key.
func v2Key(b []byte) bool { return b[0]&0x80 != 0 && b[2] == v2MasterKey && v2Length(b) > 9 }

// v2Head tells whether the first five bytes of a stream are those of a hello of SSL 2.0.
func v2Head(b []byte) bool {
	if b[0]&0x80 == 0 {
		return false
	}
	switch b[2] {
	case v2ClientHello:
		return v2Length(b) >= 9+3 && v2Version(b[3], b[4])
	case v2ServerHello: // session id hit and certificate type
		return v2Length(b) >= 11 && b[3] <= 1 && b[4] <= 4
	}
	return false
}

func v2Version(major, minor byte) bool {
	return major == 0 && minor == 2 || major == 3 && minor <= 4
}

// beginV2 takes the head of an SSL 2.0 record.
func (p *Parser) beginV2(dir int, at event.Stamp) {
	s := &p.streams[dir]
	s.n, s.left, s.v2 = 0, v2Length(s.head[:])-3, true
	if s.messages.buf == nil {
		s.messages.buf = s.messages.sink.buffer(s.left)
	}
	s.messages.buf = append(s.messages.buf[:0], s.head[2:]...)
}

// bodyV2 takes bytes of an SSL 2.0 record.
func (p *Parser) bodyV2(dir int, b []byte, at event.Stamp) {
	s := &p.streams[dir]
	s.messages.buf = append(s.messages.buf, b...) // a record has less than 32 KiB
	if s.left > 0 {
		return
	}
	p.messageV2(dir, s.messages.buf, at)
	s.v2 = false
	s.messages.release()
}

// messageV2 takes a message of SSL 2.0, with its kind. After a ServerHello only the
// client's key is in the clear.
func (p *Parser) messageV2(dir int, m []byte, at event.Stamp) {
	e, s := &p.session, &p.streams[dir]
	switch e.Handshakes++; m[0] {
	case v2ClientHello:
		if h, err := parseClientHelloV2(m[1:]); err == nil {
			e.clientHello(dir, h, at)
		}
	case v2ServerHello:
		e.begin(1-dir, at)
		e.serverHelloV2(m)
		s.stop()
		p.streams[1-dir].plain2 = true
	default:
		s.stop()
	}
}

// serverHelloV2 takes what an SSL 2.0 ServerHello says of version and certificate.
func (s *Session) serverHelloV2(m []byte) {
	c := cursor{b: m[3:]}
	version := Version(c.u16())
	size := int(c.u16())
	c.take(4)
	if leaf := c.take(size); s.server == nil && !c.short {
		s.Version = version
		if len(leaf) > 0 {
			s.leaf = s.known.certificate(leaf)
		}
	}
}

// parseClientHelloV2 reads the body of an SSL 2.0 ClientHello, which follows
// the kind of the message (RFC 5246, appendix E.2).
func parseClientHelloV2(b []byte) (*ClientHello, error) {
	c := cursor{b: b}
	h := &ClientHello{Legacy: Version(c.u16()), V2: true}
	specs, id := int(c.u16()), int(c.u16())
	c.u16()
	list := cursor{b: c.take(specs)}
	h.SessionID = bytes.Clone(c.take(id))
	if c.short || specs%3 != 0 {
		return nil, errMessage
	}
	kinds := make([]int, 0, specs/3)
	for len(list.b) > 0 {
		kind := list.u24()
		kinds = append(kinds, kind)
		if kind <= 0xffff {
			h.Ciphers = append(h.Ciphers, uint16(kind))
		}
	}
	slices.Sort(kinds)
	h.Specs = len(slices.Compact(kinds))
	return h, nil
}
