package flow

import (
	"weir/extract/app/dns"
	"weir/extract/app/http"
	"weir/extract/app/tls"
	"weir/warehouse/schema"
)

func applicationFields() []field {
	fields := schema.Where(func(f *Flow) bool { return f.http() != nil }, httpFields()...)
	fields = append(fields, schema.Where(func(f *Flow) bool { return f.tls() != nil }, tlsFields()...)...)
	return append(fields, schema.Where(func(f *Flow) bool { return f.dns() != nil }, dnsFields()...)...)
}

func (f *Flow) http() *http.Summary {
	if f.app == nil {
		return nil
	}
	return f.app.HTTP()
}

func (f *Flow) tls() *tls.Summary {
	if f.app == nil {
		return nil
	}
	return f.app.TLS()
}

func (f *Flow) dns() *dns.Summary {
	if f.app == nil {
		return nil
	}
	return f.app.DNS()
}

func httpFields() []field {
	number := func(name, unit, doc string, value func(*http.Summary) int64) field {
		return count(name, unit, doc, func(f *Flow) int64 {
			if s := f.http(); s != nil {
				return value(s)
			}
			return 0
		})
	}
	text := func(name, doc string, value func(*http.Summary) http.Text) field {
		return schema.NullStr(column{Name: name, Encoding: schema.Dict, Doc: doc}, func(dst []byte, f *Flow) ([]byte, bool) {
			s := f.http()
			if s == nil {
				return dst, false
			}
			t := value(s)
			return append(dst, t.Bytes...), t.Known
		})
	}
	return []field{
		number("http_requests", "messages", "HTTP/1.x request heads parsed.", func(s *http.Summary) int64 { return s.Requests }),
		number("http_responses", "messages", "HTTP/1.x response heads parsed.", func(s *http.Summary) int64 { return s.Responses }),
		schema.NullStr(column{Name: "http_method", Encoding: schema.Dict, Doc: "Most common request method, first seen wins a tie; null if none."},
			func(dst []byte, f *Flow) ([]byte, bool) {
				s := f.http()
				if s == nil {
					return dst, false
				}
				method, ok := s.Method.Top()
				return append(dst, method...), ok
			}),
		schema.NullInt(column{Name: "http_status", Type: schema.UInt16, Doc: "Most common response status, first seen wins a tie; null if none."},
			func(f *Flow) (int64, bool) {
				s := f.http()
				if s == nil {
					return 0, false
				}
				status, ok := s.Status.Top()
				return int64(status), ok
			}),
		number("http_content_length", "bytes", "Sum of the Content-Length headers of requests and responses.", func(s *http.Summary) int64 { return s.ContentLength }),
		text("http_host", "Host header of the first request.", func(s *http.Summary) http.Text { return s.Host }),
		text("http_user_agent", "User-Agent of the first request.", func(s *http.Summary) http.Text { return s.UserAgent }),
		text("http_content_type", "Content-Type of the first response.", func(s *http.Summary) http.Text { return s.ContentType }),
	}
}

func tlsFields() []field {
	number := func(name, unit, doc string, value func(*tls.Summary) int64) field {
		return count(name, unit, doc, func(f *Flow) int64 {
			if s := f.tls(); s != nil {
				return value(s)
			}
			return 0
		})
	}
	text := func(name, doc string, value func(*tls.Summary) string) field {
		return schema.NullStr(column{Name: name, Encoding: schema.Dict, Doc: doc}, func(dst []byte, f *Flow) ([]byte, bool) {
			s := f.tls()
			if s == nil {
				return dst, false
			}
			t := value(s)
			return append(dst, t...), t != ""
		})
	}
	return []field{
		number("tls_handshakes", "messages", "TLS handshake messages seen in the clear, both directions.", func(s *tls.Summary) int64 { return s.Handshakes }),
		text("tls_version", "Negotiated version by supported_versions, else the ServerHello, else the highest the ClientHello offers: TLS 1.3, TLS 1.2, ..., SSL 3.0.",
			func(s *tls.Summary) string { return s.Version.String() }),
		schema.NullStr(column{Name: "tls_cipher", Encoding: schema.Dict, Doc: "IANA name of the chosen cipher suite; null without a ServerHello."},
			func(dst []byte, f *Flow) ([]byte, bool) {
				s := f.tls()
				if s == nil || !s.HasCipher {
					return dst, false
				}
				return append(dst, tls.CipherName(s.Cipher)...), true
			}),
		number("tls_cipher_suites", "suites", "Distinct cipher suites offered, GREASE excluded.", func(s *tls.Summary) int64 { return s.CipherSuites }),
		number("tls_extensions", "extensions", "Extensions in the ClientHello, GREASE excluded.", func(s *tls.Summary) int64 { return s.Extensions }),
		text("tls_sni", "Server name of the ClientHello, TLS or QUIC.", func(s *tls.Summary) string { return s.SNI }),
		text("tls_alpn", "Chosen application protocol, else the first offered.", func(s *tls.Summary) string { return s.ALPN }),
		text("ja3", "JA3 of the ClientHello, md5 hex.", func(s *tls.Summary) string { return s.JA3 }),
		text("ja3s", "JA3S of the ServerHello, md5 hex.", func(s *tls.Summary) string { return s.JA3S }),
		text("ja4", "JA4 of the ClientHello, TLS or QUIC.", func(s *tls.Summary) string { return s.JA4 }),
	}
}

func dnsFields() []field {
	number := func(name, doc string, value func(*dns.Summary) int64) field {
		return count(name, "messages", doc, func(f *Flow) int64 {
			if s := f.dns(); s != nil {
				return value(s)
			}
			return 0
		})
	}
	text := func(name, doc string, value func(dst []byte, s *dns.Summary) ([]byte, bool)) field {
		return schema.NullStr(column{Name: name, Encoding: schema.Dict, Doc: doc}, func(dst []byte, f *Flow) ([]byte, bool) {
			s := f.dns()
			if s == nil {
				return dst, false
			}
			return value(dst, s)
		})
	}
	return []field{
		number("dns_queries", "DNS messages with QR = 0.", func(s *dns.Summary) int64 { return s.Queries }),
		number("dns_responses", "DNS messages with QR = 1.", func(s *dns.Summary) int64 { return s.Responses }),
		text("dns_query", "First query name, lower case, no trailing dot.", func(dst []byte, s *dns.Summary) ([]byte, bool) {
			return append(dst, s.Query...), len(s.Query) > 0
		}),
		text("dns_qtype", "Most common query type, mnemonic, first seen wins a tie; null if none.", func(dst []byte, s *dns.Summary) ([]byte, bool) {
			t, ok := s.QType.Top()
			if !ok {
				return dst, false
			}
			return dns.AppendType(dst, t), true
		}),
		text("dns_rcode", "Most common response code, mnemonic, first seen wins a tie; null if none.", func(dst []byte, s *dns.Summary) ([]byte, bool) {
			r, ok := s.RCode.Top()
			if !ok {
				return dst, false
			}
			return dns.AppendRCode(dst, r), true
		}),
	}
}
