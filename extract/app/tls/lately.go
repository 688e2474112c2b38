package tls

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"
)

// lately is what was worked out of bytes that may come again. What it tells of must
// not be changed, since it may be of several connections. Without one, nil, all is
// worked out anew.
type lately struct {
	certificates certificates
	offers       offers
}

// certificates are those of which the same bytes may come again: what servers send is
// the same from connection to connection. An entry gives way to the next one
// whose fingerprint begins with the same byte.
type certificates [256]*Certificate

// maxKnownBytes is the length up to which a certificate is kept.
const maxKnownBytes = 8 << 10

// certificate is ParseCertificate.
func (k *lately) certificate(b []byte) *Certificate {
	sum := sha256.Sum256(b)
	if k == nil {
		return parseCertificate(b, sum)
	}
	place := &k.certificates[sum[0]]
	if c := *place; c != nil && c.SHA256 == sum {
		return c
	}
	c := parseCertificate(b, sum)
	if len(b) <= maxKnownBytes {
		*place = c
	}
	return c
}

// offers are the fingerprints of ClientHellos by what they are made of: programs
// offer the same on each connection. An entry gives way to the next one of its place.
type offers struct {
	seed  maphash.Seed
	known [256]offer
	key   []byte // scratch
}

// offer is what a ClientHello's fingerprints are made of, and these.
type offer struct {
	key      []byte
	ja3, ja4 string
}

// maxOfferBytes is the length up to which an offer is kept.
const maxOfferBytes = 1 << 10

// fingerprints returns the JA3 and JA4 of a hello.
func (k *lately) fingerprints(h *ClientHello, transport byte) (ja3, ja4 string) {
	if k == nil {
		return h.JA3(), h.JA4(transport)
	}
	o := &k.offers
	o.key = h.appendOffer(o.key[:0], transport)
	place := &o.known[uint8(maphash.Bytes(o.seed, o.key))]
	if place.ja3 != "" && bytes.Equal(place.key, o.key) {
		return place.ja3, place.ja4
	}
	ja3, ja4 = h.JA3(), h.JA4(transport)
	if len(o.key) <= maxOfferBytes {
		*place = offer{append(place.key[:0], o.key...), ja3, ja4}
	}
	return ja3, ja4
}

// appendOffer appends all that JA3 and JA4 depend on.
func (h *ClientHello) appendOffer(b []byte, transport byte) []byte {
	first, last := endsJA4(h.protocol())
	b = append(b, transport, bit(h.V2), first, last)
	b = append(b, h.versionJA4()...)
	b = binary.BigEndian.AppendUint16(b, uint16(h.Legacy))
	for _, list := range [...][]uint16{h.Ciphers, h.Extensions, h.Groups, h.Signatures} {
		b = appendPlain(b, list)
	}
	return append(b, h.PointFormats...)
}

// appendPlain appends the numbers of a list without GREASE, behind how many they are.
func appendPlain(b []byte, list []uint16) []byte {
	at := len(b)
	b = append(b, 0, 0)
	for _, v := range list {
		if !grease(v) {
			b = binary.BigEndian.AppendUint16(b, v)
		}
	}
	binary.BigEndian.PutUint16(b[at:], uint16((len(b)-at-2)/2))
	return b
}

func bit(x bool) byte {
	if x {
		return 1
	}
	return 0
}
