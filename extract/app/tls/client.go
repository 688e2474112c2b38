package tls

import (
	"bytes"
	"errors"
)

// Extension numbers.
const (
	extServerName        = 0
	extSupportedGroups   = 10
	extPointFormats      = 11
	extSignatures        = 13
	extALPN              = 16
	extSessionTicket     = 35
	extPreSharedKey      = 41
	extEarlyData         = 42
	extSupportedVersions = 43
)

// errMessage is returned for messages that end before their fixed fields do.
var errMessage = errors.New("tls: malformed hello")

// ClientHello is what a client offers. Lists are in the order of the message
// and contain GREASE; all memory is the hello's own.
type ClientHello struct {
	// Legacy is the version field, which TLS 1.3 leaves at TLS 1.2.
	Legacy    Version
	SessionID []byte
	Ciphers   []uint16
	// Specs counts the distinct cipher suites without GREASE. It is more than Ciphers
	// has where an SSLv2 ClientHello offers 24-bit cipher kinds.
	Specs      int
	Extensions []uint16
	// ServerName is the first host name; "" without one.
	ServerName string
	// Versions is the list of supported_versions.
	Versions     []uint16
	Groups       []uint16
	PointFormats []byte
	Signatures   []uint16
	// Ticket tells that a session ticket was offered, PSK a pre-shared key, and
	// EarlyData that data precede the ServerHello.
	Ticket, PSK, EarlyData bool
	// V2 tells that it came in the form of SSL 2.0.
	V2 bool
	// alpn is the protocol list as on the wire: each name with its length before it.
	alpn []byte
}

// ParseClientHello reads the body of a ClientHello: what follows the message's
// type and length. A hello that ends within its fixed fields is an error; extensions
// are read up to the first that does not fit. Nothing of b is kept.
func ParseClientHello(b []byte) (*ClientHello, error) {
	c := cursor{b: b}
	h := &ClientHello{Legacy: Version(c.u16())}
	c.take(32)
	id := c.block8()
	ciphers := c.block16()
	c.block8()
	if c.short || len(ciphers)%2 != 0 {
		return nil, errMessage
	}
	room := make(lists, 0, listsRoom)
	h.SessionID = bytes.Clone(id)
	h.Ciphers = room.numbers(ciphers)
	h.Specs = distinct(h.Ciphers)
	h.Extensions = extensions(&c, &room, func(number uint16, body []byte) { h.extension(number, body, &room) })
	return h, nil
}

// extensions reads the extensions at the end of a hello, calls see for each, and
// returns their numbers, with their memory from room.
func extensions(c *cursor, room *lists, see func(number uint16, body []byte)) []uint16 {
	n := min(int(c.u16()), len(c.b))
	list := cursor{b: c.b[:n]}
	count := 0
	for rest := list; len(rest.b) > 0; count++ {
		rest.u16()
		if rest.block16(); rest.short {
			break
		}
	}
	numbers := room.room(count)
	for i := range numbers {
		numbers[i] = list.u16()
		see(numbers[i], list.block16())
	}
	return numbers
}

func (h *ClientHello) extension(number uint16, body []byte, room *lists) {
	c := cursor{b: body}
	switch number {
	case extServerName:
		h.ServerName = hostName(body)
	case extSupportedGroups:
		h.Groups = room.numbers(c.block16())
	case extPointFormats:
		h.PointFormats = bytes.Clone(c.block8())
	case extSignatures:
		h.Signatures = room.numbers(c.block16())
	case extALPN:
		h.alpn = bytes.Clone(names(c.block16()))
	case extSupportedVersions:
		h.Versions = room.numbers(c.block8())
	case extSessionTicket:
		h.Ticket = len(body) > 0
	case extPreSharedKey:
		h.PSK = true
	case extEarlyData:
		h.EarlyData = true
	}
}

// hostName returns the first host name of a server_name extension.
func hostName(body []byte) string {
	c := cursor{b: body}
	for list := (cursor{b: c.block16()}); len(list.b) > 0; {
		kind, name := list.u8(), list.block16()
		if kind == 0 && len(name) > 0 {
			return text(name)
		}
	}
	return ""
}

// names returns the beginning of a protocol list that holds whole names.
func names(list []byte) []byte {
	end := 0
	for c := (cursor{b: list}); len(c.b) > 0; end = len(list) - len(c.b) {
		if c.block8(); c.short {
			break
		}
	}
	return list[:end]
}

// EachProtocol calls f for every application protocol offered, in order. The
// name is as on the wire and belongs to the hello.
func (h *ClientHello) EachProtocol(f func(name []byte)) {
	for c := (cursor{b: h.alpn}); len(c.b) > 0; {
		f(c.block8())
	}
}

// protocol returns the first application protocol offered, nil without one.
func (h *ClientHello) protocol() []byte {
	c := cursor{b: h.alpn}
	return c.block8()
}

// Highest returns the newest version offered: by supported_versions where
// that is present, else by the version field.
func (h *ClientHello) Highest() Version {
	if v := highest(h.Versions); v != 0 {
		return v
	}
	return h.Legacy
}

// has tells whether an extension of that number is present.
func (h *ClientHello) has(number uint16) bool {
	for _, n := range h.Extensions {
		if n == number {
			return true
		}
	}
	return false
}
