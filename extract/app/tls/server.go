package tls

import "bytes"

// retry is the random of a ServerHello that is a HelloRetryRequest (RFC 8446,
// section 4.1.3).
const retry = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91" +
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// ServerHello is what a server chose.
type ServerHello struct {
	// Legacy is the version field, which TLS 1.3 leaves at TLS 1.2.
	Legacy Version
	// Selected is the version of supported_versions, 0 without.
	Selected   Version
	SessionID  []byte
	Cipher     uint16
	Extensions []uint16
	// Protocol is the application protocol chosen; "" without one in the clear.
	Protocol string
	// PSK tells that a pre-shared key was accepted.
	PSK bool
	// Retry tells that this is a HelloRetryRequest.
	Retry bool
}

// ParseServerHello reads the body of a ServerHello or HelloRetryRequest: what follows
// the message's type and length. A hello that ends within its fixed fields is
// an error; extensions are read up to the first that does not fit. Nothing of b is kept.
func ParseServerHello(b []byte) (*ServerHello, error) {
	c := cursor{b: b}
	h := &ServerHello{Legacy: Version(c.u16())}
	if h.Legacy>>8 == 0x7f && h.Legacy < 0x7f16 {
		return parseDraftHello(h, c)
	}
	h.Retry = string(c.take(32)) == retry
	id := c.block8()
	h.Cipher = c.u16()
	c.u8()
	if c.short {
		return nil, errMessage
	}
	h.SessionID = bytes.Clone(id)
	h.Extensions = extensions(&c, new(lists), h.extension)
	return h, nil
}

// parseDraftHello reads the ServerHello of TLS 1.3 up to draft 21, which has
// neither session id nor compression.
func parseDraftHello(h *ServerHello, c cursor) (*ServerHello, error) {
	c.take(32)
	h.Cipher = c.u16()
	if c.short {
		return nil, errMessage
	}
	h.Extensions = extensions(&c, new(lists), h.extension)
	return h, nil
}

func (h *ServerHello) extension(number uint16, body []byte) {
	c := cursor{b: body}
	switch number {
	case extALPN:
		list := cursor{b: c.block16()}
		h.Protocol = protocolName(list.block8())
	case extSupportedVersions:
		h.Selected = Version(c.u16())
	case extPreSharedKey:
		h.PSK = true
	}
}

// Version returns the negotiated version: by supported_versions where that
// is present, else by the version field.
func (h *ServerHello) Version() Version {
	if h.Selected != 0 {
		return h.Selected
	}
	return h.Legacy
}
