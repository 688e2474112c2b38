package tls

import "unsafe"

// Held returns about how many bytes of memory the parser takes for its flow.
func (p *Parser) Held() int {
	n := int(unsafe.Sizeof(*p)) + p.session.Held()
	for i := range p.streams {
		n += len(p.streams[i].messages.buf)
	}
	return n
}

// Held returns about how many bytes of memory a session takes beside itself.
func (s *Session) Held() int {
	n := len(s.SNI) + len(s.ALPN) + len(s.JA3) + len(s.JA4) + len(s.JA3S)
	if c := s.client; c != nil {
		n += int(unsafe.Sizeof(*c)) + len(c.SessionID) + len(c.PointFormats) + len(c.alpn) +
			2*(len(c.Ciphers)+len(c.Extensions)+len(c.Versions)+len(c.Groups)+len(c.Signatures))
	}
	if s.server != nil {
		n += int(unsafe.Sizeof(*s.server)) + 2*len(s.server.Extensions)
	}
	if c := s.leaf; c != nil {
		n += int(unsafe.Sizeof(*c)) + len(c.Subject) + len(c.Issuer)
		for _, name := range c.DNSNames {
			n += int(unsafe.Sizeof(name)) + len(name)
		}
	}
	return n
}
