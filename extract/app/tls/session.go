package tls

import "weir/extract/app/event"

// Transport is what carries TLS.
type Transport uint8

// Transports.
const (
	TCP Transport = iota
	QUIC
)

// String returns the transport's name in the table.
func (t Transport) String() string {
	if t == QUIC {
		return "quic"
	}
	return "tcp"
}

// letter is the transport in JA4.
func (t Transport) letter() byte {
	if t == QUIC {
		return 'q'
	}
	return 't'
}

// Summary is what the columns of flows say of a connection's TLS.
type Summary struct {
	// Handshakes counts the handshake messages seen in the clear.
	Handshakes int64
	// Version is the negotiated version, else the highest one offered; 0 if none is known.
	Version Version
	// Cipher is the suite chosen, valid if HasCipher.
	Cipher    uint16
	HasCipher bool
	// HasClient tells that a ClientHello was read: CipherSuites and Extensions
	// count what it offers, without GREASE.
	HasClient                bool
	CipherSuites, Extensions int64
	// SNI is the server name, ALPN the protocol chosen, else the first offered;
	// valid UTF-8, "" for null like the fingerprints.
	SNI, ALPN      string
	JA3, JA3S, JA4 string
}

// Session is what is known of one TLS connection from its messages in the
// clear, whatever carried them. The zero Session is of TCP.
type Session struct {
	Summary
	transport  Transport
	client     *ClientHello
	server     *ServerHello
	leaf       *Certificate
	known      *lately // of the parser's sink
	clientDir  int     // valid if first
	first      bool
	stamp      event.Stamp
	keysSent   bool // the client sent a ClientKeyExchange
	abbreviate bool // the client ended the handshake by a ticket, without one
}

// NewSession returns an empty session.
func NewSession(t Transport) Session { return Session{transport: t} }

// Message takes a handshake message of a direction: its kind, and its body,
// of which nothing is kept. Of other messages than hellos and Certificate, body is not used.
func (s *Session) Message(dir int, kind uint8, body []byte, at event.Stamp) {
	s.Handshakes++
	switch kind {
	case kindClientHello:
		if h, err := ParseClientHello(body); err == nil {
			s.clientHello(dir, h, at)
		}
	case kindServerHello:
		if h, err := ParseServerHello(body); err == nil {
			s.serverHello(dir, h, at)
		}
	case kindCertificate:
		if leaf := leafOf(body); s.leaf == nil && s.first && dir != s.clientDir && len(leaf) > 0 {
			s.leaf = s.known.certificate(leaf)
		}
	case kindClientKeyExchange:
		s.keysSent = true
	}
}

// begin notes the first hello, which tells who the client is.
func (s *Session) begin(clientDir int, at event.Stamp) {
	if !s.first {
		s.first, s.clientDir, s.stamp = true, clientDir, at
	}
}

func (s *Session) clientHello(dir int, h *ClientHello, at event.Stamp) {
	s.begin(dir, at)
	if s.client != nil || dir != s.clientDir {
		return
	}
	s.client = h
	s.HasClient = true
	s.CipherSuites = int64(h.Specs)
	for _, e := range h.Extensions {
		if !grease(e) {
			s.Extensions++
		}
	}
	s.SNI = h.ServerName
	if s.ALPN == "" {
		s.ALPN = protocolName(h.protocol())
	}
	s.JA3, s.JA4 = s.known.fingerprints(h, s.transport.letter())
	if s.server == nil {
		s.Version = h.Highest()
	}
}

func (s *Session) serverHello(dir int, h *ServerHello, at event.Stamp) {
	s.begin(1-dir, at)
	if dir == s.clientDir || s.server != nil && !s.server.Retry {
		return
	}
	s.server = h
	s.Version = h.Version()
	s.Cipher, s.HasCipher = h.Cipher, true
	if h.Protocol != "" {
		s.ALPN = h.Protocol
	}
	s.JA3S = h.JA3S()
}

// modern tells that TLS 1.3 was negotiated: nothing is in the clear after the ServerHello.
func (s *Session) modern() bool { return s.server != nil && s.server.Version().final() == TLS13 }

// answered tells that the ServerHello that counts was seen.
func (s *Session) answered() bool { return s.server != nil && !s.server.Retry }

// changeCipherSpec notes that the client did.
func (s *Session) changeCipherSpec() {
	h := s.client
	s.abbreviate = h != nil && h.Ticket && len(h.SessionID) == 0 && !s.keysSent
}

// Resumed tells whether the connection took up an earlier one.
func (s *Session) Resumed() bool {
	c, h := s.client, s.server
	if c == nil || !s.answered() {
		return false
	}
	if c.PSK && h.PSK {
		return true
	}
	if s.modern() {
		return false
	}
	same := len(h.SessionID) > 0 && string(h.SessionID) == string(c.SessionID)
	return same || s.abbreviate
}

// Event returns the row of the session, nil if no hello was seen.
func (s *Session) Event(flow *event.Flow, established bool) *Event {
	if !s.first {
		return nil
	}
	e := &Event{
		Head:      event.Head{Flow: *flow, Stamp: s.stamp, Turned: s.clientDir != 0},
		Transport: s.transport, Summary: s.Summary, Client: s.client, Leaf: s.leaf,
		Resumed: s.Resumed(), Established: established,
	}
	e.ALPN = ""
	if s.server != nil {
		e.ALPN = s.server.Protocol
	}
	return e
}
