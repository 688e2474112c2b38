package tls

import (
	"encoding/hex"

	"weir/extract/app/event"
	"weir/warehouse/schema"
)

// Event is a row of the table tls: a connection over TCP or QUIC.
type Event struct {
	event.Head
	Transport Transport
	// Summary has in ALPN only what was chosen.
	Summary
	// Client is nil where no ClientHello was seen, Leaf where no certificate was sent in the clear.
	Client *ClientHello
	Leaf   *Certificate
	// Resumed and Established are as the package comment defines them.
	Resumed, Established bool
}

type (
	column = schema.Column
	field  = schema.Field[*Event]
)

// Catalogue declares the table tls.
func Catalogue() *schema.Catalogue[*Event] {
	fields := event.Fields[*Event]()
	fields = append(fields, sessionFields()...)
	fields = append(fields, clientFields()...)
	return schema.NewCatalogue("tls", append(fields, endFields()...))
}

// named declares a text column that is null where the text is empty.
func named(name, doc string, value func(*Event) string) field {
	return schema.NullStr(column{Name: name, Encoding: schema.Dict, Doc: doc}, func(dst []byte, e *Event) ([]byte, bool) {
		s := value(e)
		return append(dst, s...), s != ""
	})
}

func sessionFields() []field {
	return []field{
		schema.Str(column{Name: "transport", Encoding: schema.Dict, Doc: "tcp or quic."},
			func(dst []byte, e *Event) []byte { return append(dst, e.Transport.String()...) }),
		named("version", "As flows.tls_version.", func(e *Event) string { return e.VersionName() }),
		named("cipher", "IANA name chosen.", func(e *Event) string { return e.CipherName() }),
		named("sni", "Server name of the ClientHello.", func(e *Event) string { return e.SNI }),
		named("alpn", "Chosen, else null.", func(e *Event) string { return e.ALPN }),
	}
}

// VersionName returns the version as text, "" if none is known.
func (s *Summary) VersionName() string {
	if s.Version == 0 {
		return ""
	}
	return s.Version.String()
}

// CipherName returns the name of the suite chosen, "" without a ServerHello.
func (s *Summary) CipherName() string {
	if !s.HasCipher {
		return ""
	}
	return CipherName(s.Cipher)
}

func clientFields() []field {
	numbers := func(name, doc string, list func(*ClientHello) []uint16) field {
		return schema.List(column{Name: name, Type: schema.UInt16List, Doc: doc}, func(elem *schema.Vector, e *Event) bool {
			if e.Client == nil {
				return false
			}
			for _, n := range list(e.Client) {
				elem.AppendInt32(int32(n), true)
			}
			return true
		})
	}
	return []field{
		schema.List(column{Name: "client_alpn", Type: schema.TextList, Doc: "Offered."}, func(elem *schema.Vector, e *Event) bool {
			if e.Client == nil || len(e.Client.alpn) == 0 {
				return false
			}
			e.Client.EachProtocol(func(name []byte) { elem.AppendString(text(name), true) })
			return true
		}),
		numbers("client_ciphers", "Offered, in order.", func(h *ClientHello) []uint16 { return h.Ciphers }),
		numbers("client_extensions", "In order.", func(h *ClientHello) []uint16 { return h.Extensions }),
		named("ja3", "JA3 of the ClientHello, md5 hex.", func(e *Event) string { return e.JA3 }),
		named("ja3s", "JA3S of the ServerHello, md5 hex.", func(e *Event) string { return e.JA3S }),
		named("ja4", "JA4 of the ClientHello.", func(e *Event) string { return e.JA4 }),
	}
}

func endFields() []field {
	leaf := func(name, doc string, value func(*Certificate) string) field {
		return named(name, doc, func(e *Event) string {
			if e.Leaf == nil {
				return ""
			}
			return value(e.Leaf)
		})
	}
	instant := func(name, doc string, value func(*Certificate) int64) field {
		return schema.NullInt(column{Name: name, Type: schema.Timestamp, Unit: "UTC", Doc: doc}, func(e *Event) (int64, bool) {
			if e.Leaf == nil || !e.Leaf.HasValidity {
				return 0, false
			}
			return value(e.Leaf), true
		})
	}
	return []field{
		schema.NullBool(column{Name: "resumed", Doc: "Session id or PSK accepted."}, func(e *Event) (bool, bool) { return e.Resumed, true }),
		schema.NullBool(column{Name: "established", Doc: "Application data seen after the handshake."}, func(e *Event) (bool, bool) { return e.Established, true }),
		leaf("subject", "Leaf certificate, where sent in the clear (TLS 1.2 and before).", func(c *Certificate) string { return c.Subject }),
		leaf("issuer", "Issuer of the leaf.", func(c *Certificate) string { return c.Issuer }),
		schema.List(column{Name: "san", Type: schema.TextList, Doc: "DNS names of the leaf."}, func(elem *schema.Vector, e *Event) bool {
			if e.Leaf == nil || len(e.Leaf.DNSNames) == 0 {
				return false
			}
			for _, name := range e.Leaf.DNSNames {
				elem.AppendString(name, true)
			}
			return true
		}),
		instant("not_before", "The leaf is valid from then.", func(c *Certificate) int64 { return c.NotBefore }),
		instant("not_after", "The leaf is valid until then.", func(c *Certificate) int64 { return c.NotAfter }),
		schema.NullStr(column{Name: "certificate_sha256", Encoding: schema.Dict, Doc: "Hex fingerprint of the leaf."}, func(dst []byte, e *Event) ([]byte, bool) {
			if e.Leaf == nil {
				return dst, false
			}
			return hex.AppendEncode(dst, e.Leaf.SHA256[:]), true
		}),
	}
}
