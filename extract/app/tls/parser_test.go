package tls

import (
	"testing"

	"weir/extract/app/event"
)

// Records and messages.
func record(content byte, body ...byte) []byte {
	return join([]byte{content, 3, 3}, block16(body...))
}

func message0(kind byte, body ...byte) []byte { return join([]byte{kind}, block24(body...)) }

func hs(kind byte, body ...byte) []byte { return record(handshake, message0(kind, body...)...) }

var (
	ccs       = record(changeCipherSpec, 1)
	finished  = record(handshake, make([]byte, 40)...)
	appData   = record(applicationData, make([]byte, 100)...)
	hello12   = hs(kindClientHello, clientHello(0x0303, "", []uint16{0xc02f, 0x0a0a, 0x009c}, extSNI("a.example"), extProtocols("h2", "http/1.1"), ext(0x1a1a))...)
	answer12  = hs(kindServerHello, serverHello(0x0303, "new", 0xc02f, extProtocols("http/1.1"))...)
	hello13   = hs(kindClientHello, clientHello(0x0303, "fake", []uint16{0x1301}, extOffers(0x0304, 0x0303))...)
	answer13  = hs(kindServerHello, serverHello(0x0303, "fake", 0x1301, extSelects(0x0304))...)
	again13   = hs(kindServerHello, helloRetry(0x1302)...)
	leafBytes = []byte("no certificate")
	flight12  = join(hs(kindCertificate, block24(block24(leafBytes...)...)...), hs(12, 1, 2, 3), hs(14))
	keys      = hs(kindClientKeyExchange, 1, 2)
)

func helloRetry(cipher uint16) []byte {
	b := serverHello(0x0303, "fake", cipher, extSelects(0x0304))
	copy(b[2:], retry)
	return b
}

// turn is what one direction sends next; gap loses bytes instead.
type turn struct {
	dir  int
	data []byte
	gap  bool
}

func client(b ...[]byte) turn { return turn{dir: 0, data: join(b...)} }
func server(b ...[]byte) turn { return turn{dir: 1, data: join(b...)} }
func lost(dir int) turn       { return turn{dir: dir, gap: true} }

// run plays turns, cut into pieces of size bytes, and returns the summary and the row.
func run(t testing.TB, size int, turns ...turn) (Summary, *Event) {
	t.Helper()
	var events []*Event
	var p Parser
	p.Reset(&event.Flow{}, NewSink(func(e *Event) { events = append(events, e) }))
	for i, turn := range turns {
		at := event.Stamp{Time: int64(i), Packet: int64(i)}
		if turn.gap {
			p.Gap(turn.dir, 1, at)
			continue
		}
		for b := turn.data; len(b) > 0; {
			n := min(size, len(b))
			piece := append([]byte(nil), b[:n]...)
			p.Data(turn.dir, piece, at)
			clear(piece)
			b = b[n:]
		}
	}
	p.End()
	p.End()
	if len(events) > 1 {
		t.Fatalf("%d rows of one connection", len(events))
	}
	if len(events) == 0 {
		return *p.Summary(), nil
	}
	return *p.Summary(), events[0]
}

func TestConnections(t *testing.T) {
	ticket := hs(kindClientHello, clientHello(0x0303, "", []uint16{0xc02f}, ext(extSessionTicket, 9))...)
	offer := hs(kindClientHello, clientHello(0x0303, "old", []uint16{0xc02f})...)
	early := hs(kindClientHello, clientHello(0x0303, "fake", []uint16{0x1301}, extOffers(0x0304), ext(extEarlyData), ext(extPreSharedKey, 1))...)
	psk := hs(kindServerHello, serverHello(0x0303, "fake", 0x1301, extSelects(0x0304), ext(extPreSharedKey, 0, 0))...)
	encryptedAlert := record(applicationData, make([]byte, 19)...)
	for _, c := range []struct {
		name                 string
		turns                []turn
		handshakes           int64
		version, cipher      string
		resumed, established bool
	}{
		{"full 1.2", []turn{client(hello12), server(answer12, flight12), client(keys, ccs, finished), server(hs(4, 1, 2), ccs, finished), client(appData)},
			7, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, true},
		{"1.2 without data", []turn{client(hello12), server(answer12, flight12), client(keys, ccs, finished), server(ccs, finished)},
			6, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, false},
		{"false start", []turn{client(hello12), server(answer12, flight12), client(keys, ccs, finished, appData), server(ccs)},
			6, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, true},
		{"data before ChangeCipherSpec", []turn{client(hello12), server(answer12), client(appData, ccs), server(ccs)},
			2, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, false},
		{"messages in one record", []turn{client(hello12), server(record(handshake, join(answer12[5:], message0(12, 9), message0(14))...))},
			4, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, false},
		{"message over records", []turn{client(record(handshake, hello12[5:20]...), record(handshake, hello12[20:]...))}, 1, "TLS 1.2", "", false, false},
		{"session id", []turn{client(offer), server(hs(kindServerHello, serverHello(0x0301, "old", 0xc02f)...), ccs, finished), client(ccs, finished, appData)},
			2, "TLS 1.0", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true, true},
		{"another session id", []turn{client(offer), server(answer12)}, 2, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, false},
		{"ticket", []turn{client(ticket), server(answer12, ccs, finished), client(ccs, finished, appData)},
			2, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true, true},
		{"ticket refused", []turn{client(ticket), server(answer12, flight12), client(keys, ccs, finished, appData), server(ccs, finished)},
			6, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, true},
		{"1.3", []turn{client(hello13), server(answer13, ccs, appData), client(ccs, appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, true},
		{"1.3 with an alert of the client", []turn{client(hello13), server(answer13, ccs, appData), client(ccs, encryptedAlert)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, false},
		{"1.3 without client", []turn{client(hello13), server(answer13, ccs, appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, false},
		{"1.3 with retry", []turn{client(hello13), server(again13, ccs), client(ccs, hello13), server(answer13, appData), client(appData)}, 4, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, true},
		{"1.3 with retry alone", []turn{client(hello13), server(again13)}, 2, "TLS 1.3", "TLS_AES_256_GCM_SHA384", false, false},
		{"1.3 PSK", []turn{client(early), server(psk, appData), client(appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", true, true},
		{"1.3 early data", []turn{client(early, ccs, appData), server(psk, appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", true, false},
		{"1.3 early data with retry", []turn{client(early, ccs, appData), server(again13, ccs), client(hello13), server(answer13, appData), client(appData)}, 4, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, true},
		{"PSK offered only", []turn{client(early), server(answer13, appData), client(appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, true},
		{"PSK not offered", []turn{client(hello13), server(psk, appData), client(appData)}, 2, "TLS 1.3", "TLS_AES_128_GCM_SHA256", false, true},
		{"encrypted messages", []turn{client(hello12, ccs, hello12, hello12)}, 1, "TLS 1.2", "", false, false},
		{"no message", []turn{client(hello12, record(handshake, 99, 0, 0, 1, 7), hs(14))}, 1, "TLS 1.2", "", false, false},
		{"no record", []turn{client(hello12, []byte("GET / HTTP/1.1\r\n"), hs(14))}, 1, "TLS 1.2", "", false, false},
		{"gap of the server", []turn{client(hello12), lost(1), server(answer12), client(keys)}, 2, "TLS 1.2", "", false, false},
		{"gap in the hello", []turn{client(hello12[:30]), lost(0), client(hello12[30:]), server(answer12)}, 1, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", false, false},
		{"unfinished hello", []turn{client(hello12[:len(hello12)-1])}, 0, "", "", false, false},
	} {
		for _, size := range []int{1, 3, 7, 1000, 1 << 20} {
			s, e := run(t, size, c.turns...)
			if s.Handshakes != c.handshakes || s.VersionName() != c.version || s.CipherName() != c.cipher {
				t.Errorf("%s in pieces of %d: %d handshakes, version %q, cipher %q; want %d, %q, %q",
					c.name, size, s.Handshakes, s.VersionName(), s.CipherName(), c.handshakes, c.version, c.cipher)
			}
			if c.version == "" {
				if e != nil {
					t.Errorf("%s: a row without a hello", c.name)
				}
				continue
			}
			if e == nil || e.Resumed != c.resumed || e.Established != c.established {
				t.Errorf("%s in pieces of %d: row %+v, want resumed %v, established %v", c.name, size, e, c.resumed, c.established)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	s, e := run(t, 100, turn{dir: 1}, client(hello12), server(answer12, flight12))
	if !s.HasClient || s.CipherSuites != 2 || s.Extensions != 2 || s.SNI != "a.example" || s.ALPN != "http/1.1" || s.JA3 == "" || s.JA3S == "" || s.JA4 == "" {
		t.Errorf("summary %+v", s)
	}
	if e.ALPN != "http/1.1" || e.Turned || e.Stamp.Packet != 1 || e.Leaf == nil || e.Leaf.Subject != "" {
		t.Errorf("row %+v, leaf %+v", e, e.Leaf)
	}
	s, e = run(t, 100, client(hello12), server(hs(kindServerHello, serverHello(0x0303, "", 1)...)))
	if s.ALPN != "h2" || e.ALPN != "" {
		t.Errorf("without choice protocol %q, in the row %q", s.ALPN, e.ALPN)
	}
	if s, e = run(t, 100, server(answer12)); s.HasClient || e == nil || e.Client != nil || e.Turned || s.JA3 != "" || s.JA3S == "" {
		t.Errorf("server alone: %+v, row %+v", s, e)
	}
}

// The client is who sends the ClientHello; a certificate of the client is not the leaf.
func TestTurned(t *testing.T) {
	_, e := run(t, 100, server(hello12), client(answer12), server(flight12))
	if !e.Turned || e.Leaf != nil {
		t.Errorf("turned %v, leaf %+v", e.Turned, e.Leaf)
	}
}

// The first ClientHello and the last ServerHello stand.
func TestRetry(t *testing.T) {
	second := hs(kindClientHello, clientHello(0x0303, "fake", []uint16{0x1301}, extOffers(0x0304), ext(44, 0))...)
	s, e := run(t, 100, client(hello13), server(again13), client(second), server(answer13))
	first, _ := run(t, 100, client(hello13), server(answer13))
	if s.JA3 != first.JA3 || s.JA3S != first.JA3S || e.Client.Extensions[0] != extSupportedVersions || len(e.Client.Extensions) != 1 {
		t.Errorf("after a retry %+v", s)
	}
}

func TestDone(t *testing.T) {
	emitted := 0
	var p Parser
	p.Reset(&event.Flow{}, NewSink(func(*Event) { emitted++ }))
	p.Data(0, hello13, event.Stamp{})
	p.Data(1, join(answer13, appData), event.Stamp{})
	if p.Done() || emitted != 0 {
		t.Error("done before the client's first encrypted record")
	}
	p.Data(0, appData, event.Stamp{})
	if !p.Done() || emitted != 1 {
		t.Errorf("done %v with %d rows", p.Done(), emitted)
	}
	p.Data(0, hello13, event.Stamp{})
	p.End()
	if emitted != 1 || p.Summary().Handshakes != 2 {
		t.Errorf("after the end %d rows, %d handshakes", emitted, p.Summary().Handshakes)
	}
}

// A message above the limit is counted and not kept.
func TestLongMessage(t *testing.T) {
	long := message0(kindClientHello, clientHello(0x0303, "", []uint16{1}, ext(21, make([]byte, 65000)...), ext(22, make([]byte, 1000)...))...)
	var turns []turn
	for b := append(long, message0(14)...); len(b) > 0; b = b[min(len(b), 16000):] {
		turns = append(turns, client(record(handshake, b[:min(len(b), 16000)]...)))
	}
	s, e := run(t, 1400, turns...)
	if s.Handshakes != 2 || e != nil {
		t.Errorf("%d handshakes, row %v", s.Handshakes, e)
	}
}

func helloV2(version uint16, id string, kinds ...int) []byte {
	var list []byte
	for _, k := range kinds {
		list = append(list, byte(k>>16), byte(k>>8), byte(k))
	}
	b := join([]byte{v2ClientHello}, u16s(version, uint16(len(list)), uint16(len(id)), 16), list, []byte(id), make([]byte, 16))
	return join(u16s(0x8000|uint16(len(b))), b)
}

func TestV2(t *testing.T) {
	hello := helloV2(0x0301, "", 0x010080, 0x000004, 0x000005, 0x000004)
	for _, size := range []int{1, 1000} {
		s, e := run(t, size, client(hello), server(hs(kindServerHello, serverHello(0x0301, "x", 5)...), ccs), client(keys, ccs, appData))
		if s.Handshakes != 3 || s.VersionName() != "TLS 1.0" || s.CipherSuites != 3 || s.JA3 != "" || s.JA4 != "" || s.JA3S == "" || !e.Established || len(e.Client.Ciphers) != 3 {
			t.Errorf("to TLS 1.0 in pieces of %d: %+v, row %+v", size, s, e)
		}
	}
	body := join([]byte{v2ServerHello, 0, 1}, u16s(2, 3, 3, 16), []byte("DER"), []byte{1, 0, 128}, make([]byte, 16))
	reply := join(u16s(0x8000|uint16(len(body))), body)
	key := join(u16s(0x8000|20), []byte{v2MasterKey}, make([]byte, 19))
	s, e := run(t, 5, client(helloV2(2, "", 0x010080)), server(reply), client(key, key), server(reply))
	if s.Handshakes != 3 || s.VersionName() != "SSL 2.0" || s.HasCipher || e.Leaf == nil || e.Established {
		t.Errorf("SSL 2.0: %+v, row %+v", s, e)
	}
}

func TestProbe(t *testing.T) {
	v2 := helloV2(0x0300, "", 4)
	alertRecord := record(alert, 2, 40)
	for _, c := range []struct {
		name string
		b    []byte
		need int // bytes until the verdict
		want Verdict
	}{
		{"ClientHello", hello12, 11, Yes}, {"ServerHello", answer12, 11, Yes}, {"alert", alertRecord, 7, Yes}, {"SSLv2", v2, 11, Yes},
		{"crumbs", record(handshake, 1, 0), 6, Yes},
		{"other message", hs(14), 6, No}, {"application data", appData, 1, No}, {"HTTP", []byte("GET / HTTP/1.1\r\n"), 1, No},
		{"TPKT", []byte{3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0}, 1, No}, {"SSH", []byte("SSH-2.0-x"), 1, No},
		{"version", []byte{22, 4, 1, 1, 0, 1}, 2, No}, {"empty record", []byte{22, 3, 1, 0, 0, 1}, 6, No}, {"long record", []byte{22, 3, 1, 0x70, 0, 1}, 6, No},
		{"short hello", []byte{22, 3, 1, 0, 40, 1, 0, 0, 20, 3, 3}, 11, No}, {"hello's version", []byte{22, 3, 1, 0, 200, 1, 0, 0, 196, 5, 3}, 11, No},
		{"SSLv2 lengths", append(append([]byte{}, v2[:2]...), 1, 3, 0, 0, 3, 0, 0, 0, 15), 11, No},
	} {
		for n := range len(c.b) + 1 {
			want := c.want
			if n < c.need {
				want = NeedMore
			}
			if got := Probe(c.b[:n]); got != want {
				t.Errorf("%s, %d bytes: %v, want %v", c.name, n, got, want)
			}
		}
	}
}
