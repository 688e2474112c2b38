package quic

import (
	"bytes"
	"testing"

	"weir/extract/app/event"
	"weir/extract/app/tls"
)

func TestVectorsMakeARow(t *testing.T) {
	for _, version := range []uint32{version1, version2} {
		f := newFlowTest(t)
		f.send(0, clientVector(t, version))
		f.send(1, serverVector(t, version))
		if len(f.rows) > 0 {
			t.Fatal("the row left before it was known whether the connection is established")
		}
		f.send(1, shortHeader)
		f.send(0, shortHeader)
		f.want(row(1, true, true))
		f.End()
		f.want(row(1, true, true))
		s := f.Summary
		if s.Handshakes != 2 || s.SNI != "example.com" || s.ALPN != "alpn" || s.VersionName() != "TLS 1.3" || s.JA4[:10] != "q13d0211an" || !s.HasClient {
			t.Errorf("summary %+v", s)
		}
	}
}

func TestHelloOverPacketsInAnyOrder(t *testing.T) {
	f := newFlowTest(t)
	ch := rfcClientHello(t)
	p := f.hello()
	p.frames, p.pn = append(crypto(200, ch[200:]), crypto(40, ch[40:90])...), 1
	f.send(0, p.seal(t))
	p.frames, p.pn = crypto(90, ch[90:210]), 2
	f.send(0, p.seal(t))
	f.End()
	f.want() // the beginning is missing
	f = newFlowTest(t)
	for i, piece := range [][2]int{{90, 210}, {200, len(ch)}, {0, 100}} {
		p.frames, p.pn = crypto(piece[0], ch[piece[0]:piece[1]]), byte(i)
		f.send(0, p.seal(t))
	}
	f.End()
	f.want(row(3, false, false))
}

func TestCoalescedPackets(t *testing.T) {
	f := newFlowTest(t)
	ch := rfcClientHello(t)
	a, b := f.hello(), f.hello()
	a.frames, a.size = crypto(0, ch[:100]), 0
	b.frames, b.size, b.pn = crypto(100, ch[100:]), 1000, 1
	early := append([]byte{0xd0, 0, 0, 0, 1, 8}, odcid...)
	early = append(append(early, 3), cliCID...)
	early = append(early, 0x40, 30)
	early = append(early, make([]byte, 30)...)
	f.send(0, append(append(a.seal(t), early...), b.seal(t)...))
	shake := append(append([]byte{0xe0, 0, 0, 0, 1, 3}, cliCID...), 8)
	shake = append(append(shake, srvCID...), 0x40, 30)
	shake = append(shake, make([]byte, 30)...)
	f.send(1, append(append(f.answer().seal(t), shake...), shortHeader...))
	f.send(0, append(bytes.Clone(shake), shortHeader...))
	f.want(row(1, true, true))
}

func TestServerMayClearTheFixedBit(t *testing.T) {
	for _, v := range []uint32{version1, version2} {
		f := newFlowTest(t)
		hello, answer := f.hello(), f.answer()
		hello.version, answer.version, answer.greased = v, v, true
		f.send(0, hello.seal(t))
		f.send(1, answer.seal(t))
		f.End()
		f.want(row(1, true, false))
	}
}

func TestNotEstablishedByOneSide(t *testing.T) {
	f := newFlowTest(t)
	f.send(0, f.hello().seal(t))
	f.send(0, shortHeader) // before the server's first packet
	f.send(1, f.answer().seal(t))
	f.send(1, shortHeader)
	f.send(0, shortHeader[:minShort-1])
	f.send(0, make([]byte, 100)) // padding is no packet
	f.End()
	f.want(row(1, true, false))
}

func TestTheResponderMayBeTheClient(t *testing.T) {
	f := newFlowTest(t)
	f.send(1, f.hello().seal(t))
	f.send(0, f.answer().seal(t))
	f.End()
	w := row(1, true, false)
	w.Turned = true
	f.want(w)
}

func TestRetry(t *testing.T) {
	const id = "\xf0\x67\xa5\x50\x2a\x42\x62\xb5"
	answered := unhex(t, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba")
	for _, captured := range []bool{true, false} {
		f := newFlowTest(t)
		f.send(0, f.hello().seal(t))
		if captured {
			f.send(1, answered)
		}
		again := f.hello()
		again.dcid, again.token, again.pn = id, "token", 1
		f.send(0, again.seal(t))
		f.send(0, f.hello().seal(t)) // late
		a := f.answer()
		a.key = id
		f.send(1, a.seal(t))
		f.End()
		f.want(row(1, true, false))
	}
	// A forged Retry changes nothing.
	f := newFlowTest(t)
	f.send(0, f.hello().seal(t))
	forged := bytes.Clone(answered)
	forged[len(forged)-1] ^= 1
	f.send(1, forged)
	f.send(1, f.answer().seal(t))
	f.End()
	f.want(row(1, true, false))
}

func TestVersions(t *testing.T) {
	for _, v := range []uint32{0xff000017, 0xff00001b, 0xff00001c, 0xff00001d, 0xff000020, 0xff000022, facebook27, 0x0a0a0a0a} {
		f := newFlowTest(t)
		p := f.hello()
		p.version = v
		f.send(0, p.seal(t))
		f.End()
		f.want(row(1, false, false))
	}
	f := newFlowTest(t)
	p := f.hello()
	p.version = 0xff00001d // a client that forces negotiation with the keys of a draft
	f.send(0, resealed(t, p, 0x0a0a0a0a))
	f.End()
	f.want(row(1, false, false))
}

// A hello of which the rest goes to the id that the server chose is read, also
// where only the client's packets are captured.
func TestHelloOverTwoAddresses(t *testing.T) {
	for _, captured := range []bool{true, false} {
		f := newFlowTest(t)
		ch := rfcClientHello(t)
		a, b := f.hello(), f.hello()
		a.frames = crypto(0, ch[:50])
		b.frames, b.pn, b.dcid, b.key = crypto(50, ch[50:]), 1, srvCID, odcid
		f.send(0, a.seal(t))
		if captured {
			ack := f.answer()
			ack.frames = []byte{frameAck, 0, 0, 0, 0}
			f.send(1, ack.seal(t))
		}
		f.send(0, b.seal(t))
		f.End()
		f.want(row(f.n, false, false))
	}
}

// Client and server go on in version 2 in the midst of their hellos.
func TestVersionChangesWithinTheHello(t *testing.T) {
	f := newFlowTest(t)
	ch, sh := rfcClientHello(t), rfcServerHello(t)
	a, b := f.hello(), f.hello()
	a.frames = crypto(0, ch[:50])
	b.frames, b.pn, b.dcid, b.key, b.version = crypto(50, ch[50:]), 1, srvCID, odcid, version2
	c, d := f.answer(), f.answer()
	c.frames = crypto(0, sh[:20])
	d.frames, d.pn, d.version = crypto(20, sh[20:]), 1, version2
	f.send(0, a.seal(t))
	f.send(1, c.seal(t))
	f.send(0, b.seal(t))
	f.send(1, d.seal(t))
	f.End()
	f.want(row(3, true, false))
	if f.failures != 0 {
		t.Errorf("%d failures", f.failures)
	}
}

// The server answers a version 1 hello in version 2 (RFC 9368).
func TestCompatibleVersion(t *testing.T) {
	f := newFlowTest(t)
	f.send(0, f.hello().seal(t))
	a := f.answer()
	a.version = version2
	f.send(1, a.seal(t))
	f.End()
	f.want(row(1, true, false))
}

// After Version Negotiation the client begins anew, perhaps with the same id.
func TestVersionNegotiationBeginsAConnection(t *testing.T) {
	f := newFlowTest(t)
	p := f.hello()
	p.version = 0x0a0a0a0a
	f.send(0, p.seal(t))
	f.send(1, []byte("\x80\x00\x00\x00\x00\x03cli\x0812345678\x00\x00\x00\x01"))
	f.send(0, f.hello().seal(t))
	f.send(1, f.answer().seal(t))
	f.End()
	f.want(row(1, false, false), row(3, true, false))
	if !f.Summary.HasCipher || f.Summary.Handshakes != 3 {
		t.Errorf("summary %+v", f.Summary)
	}
}

// retryHello is a HelloRetryRequest: the RFC's ServerHello with the random that says so.
func retryHello(t testing.TB) []byte {
	m := bytes.Clone(rfcServerHello(t))
	copy(m[6:], unhex(t, "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"))
	m[4+2+32+1+1] = 0x02 // another suite, so that the two are told apart
	return m
}

func TestHelloRetryRequest(t *testing.T) {
	for _, late := range []bool{false, true} {
		f := newFlowTest(t)
		ch, hrr := rfcClientHello(t), retryHello(t)
		again := f.hello()
		again.dcid, again.key, again.frames, again.pn = srvCID, odcid, crypto(len(ch), ch), 1
		first, second := f.answer(), f.answer()
		first.frames = crypto(0, hrr)
		second.frames, second.pn = crypto(len(hrr), rfcServerHello(t)), 1
		f.send(0, f.hello().seal(t))
		f.send(1, first.seal(t))
		if late { // the capture has the second answer first
			f.send(1, second.seal(t))
			f.send(0, again.seal(t))
		} else {
			f.send(0, again.seal(t))
			f.send(1, second.seal(t))
		}
		f.End()
		f.want(row(1, true, false))
		if f.Summary.Handshakes != 4 {
			t.Errorf("%d messages", f.Summary.Handshakes)
		}
	}
}

func TestConnectionsOfOneFlow(t *testing.T) {
	f := newFlowTest(t)
	f.send(0, f.hello().seal(t))
	f.send(1, f.answer().seal(t))
	f.send(0, shortHeader)
	f.send(1, shortHeader)
	next := f.hello()
	next.dcid = "another-id"
	f.send(0, next.seal(t))
	f.send(0, f.hello().seal(t)) // a late packet of the first
	f.send(0, next.seal(t))      // sent again
	f.End()
	f.want(row(1, true, true), row(5, false, false))
	if f.Summary.Handshakes != 3 || !f.Summary.HasCipher {
		t.Errorf("summary %+v", f.Summary)
	}
	f.Reset(&event.Flow{}, NewSink(func(e *tls.Event) { f.rows = append(f.rows, e) }))
	f.End()
	if len(f.rows) != 2 || f.Summary.Handshakes != 0 {
		t.Error("Reset left something behind")
	}
}

// Without a token it is no Retry that gave a client another id.
func TestUnansweredConnectionsAreTwo(t *testing.T) {
	f := newFlowTest(t)
	next := f.hello()
	next.dcid = "another-id"
	f.send(0, f.hello().seal(t))
	f.send(0, next.seal(t))
	f.End()
	f.want(row(1, false, false), row(2, false, false))
}

func TestSummaryStaysWithTheFirstAnswer(t *testing.T) {
	f := newFlowTest(t)
	next, other := f.hello(), f.answer()
	next.dcid, other.key = "another-id", "another-id"
	other.frames = crypto(0, retryHello(t)) // another suite
	f.send(0, f.hello().seal(t))
	f.send(1, f.answer().seal(t))
	f.send(0, next.seal(t))
	f.send(1, other.seal(t))
	f.End()
	if len(f.rows) != 2 || f.rows[1].Cipher == 0x1301 || f.Summary.Cipher != 0x1301 || f.Summary.Handshakes != 4 {
		t.Errorf("%d rows, summary %+v", len(f.rows), f.Summary)
	}
}

// Packets that do not open stop costing anything.
func TestFailuresAreBounded(t *testing.T) {
	f := newFlowTest(t)
	bad := f.hello().seal(t)
	bad[len(bad)-1] ^= 1
	for range maxFailures {
		f.send(0, bad)
	}
	if f.failures != maxFailures {
		t.Errorf("%d failures", f.failures)
	}
	f.send(0, f.hello().seal(t))
	f.End()
	f.want()
}

// A client that never completes its hello is opened a bounded number of times.
func TestOpenedPacketsAreBounded(t *testing.T) {
	f := newFlowTest(t)
	p := f.hello()
	p.frames = crypto(1, []byte{1})
	b := p.seal(t)
	for range 2 * maxOpened {
		f.send(0, b)
	}
	if n := f.conn.sides[client].opened; n != maxOpened {
		t.Errorf("%d opened", n)
	}
}

func TestWhatIsNoHelloEndsItsSide(t *testing.T) {
	f := newFlowTest(t)
	p := f.hello()
	p.frames = crypto(0, hello(11, 30))
	f.send(0, p.seal(t))
	f.send(1, f.answer().seal(t))
	f.End()
	f.want(func() tls.Event { e := row(2, true, false); e.SNI = ""; return e }())
	if f.Summary.Handshakes != 1 {
		t.Errorf("%d messages", f.Summary.Handshakes)
	}
}

func TestPacketsCutByTheCaptureAreSkipped(t *testing.T) {
	f := newFlowTest(t)
	b := f.hello().seal(t)
	f.Datagram(0, b[:600], len(b), event.Stamp{})
	f.End()
	f.want()
	if f.failures != 0 {
		t.Error("tried to open it")
	}
}

func TestNoAllocationOnceTheHellosAreRead(t *testing.T) {
	f := newFlowTest(t)
	ch, sh := f.hello().seal(t), f.answer().seal(t)
	f.send(0, ch)
	f.send(1, sh)
	at := event.Stamp{}
	n := testing.AllocsPerRun(100, func() {
		f.Datagram(0, ch, len(ch), at)
		f.Datagram(1, sh, len(sh), at)
		f.Datagram(0, shortHeader, len(shortHeader), at)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkConnection(b *testing.B) {
	f := newFlowTest(b)
	ch, sh := f.hello().seal(b), f.answer().seal(b)
	sink := NewSink(func(*tls.Event) {})
	b.ReportAllocs()
	for b.Loop() {
		f.Reset(f.flow, sink)
		f.Datagram(0, ch, len(ch), event.Stamp{})
		f.Datagram(1, sh, len(sh), event.Stamp{})
		f.Datagram(0, shortHeader, len(shortHeader), event.Stamp{})
		f.Datagram(1, shortHeader, len(shortHeader), event.Stamp{})
		f.End()
	}
}

func BenchmarkShortHeader(b *testing.B) {
	f := newFlowTest(b)
	f.send(0, f.hello().seal(b))
	f.send(1, f.answer().seal(b))
	for b.Loop() {
		f.Datagram(0, shortHeader, len(shortHeader), event.Stamp{})
	}
}
