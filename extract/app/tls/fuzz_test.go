package tls

import (
	"crypto/x509/pkix"
	"testing"
	"time"
	"unicode/utf8"

	"weir/extract/app/event"
	"weir/warehouse/schema"
)

func seeds() [][]byte {
	return [][]byte{hello12, answer12, flight12, hello13, answer13, join(hello13, ccs, appData), join(answer12, ccs, finished),
		helloV2(0x0301, "", 0x010080, 4), helloV2(2, "0123456789abcdef", 4), []byte{0x80}, nil}
}

// FuzzParser plays any bytes in both directions, cut anywhere: no panic, one row
// at most, and the same row however the bytes are cut.
func FuzzParser(f *testing.F) {
	for _, a := range seeds() {
		for _, b := range [][]byte{answer12, answer13, nil} {
			f.Add(a, b, uint8(5))
		}
	}
	catalogue := Catalogue()
	f.Fuzz(func(t *testing.T, a, b []byte, size uint8) {
		s, e := run(t, int(size)+1, turn{dir: 0, data: a}, turn{dir: 1, data: b}, turn{dir: 0, data: appData})
		whole, f := run(t, 1<<20, turn{dir: 0, data: a}, turn{dir: 1, data: b}, turn{dir: 0, data: appData})
		if s != whole || (e == nil) != (f == nil) || e != nil && (e.Established != f.Established || e.Resumed != f.Resumed) {
			t.Errorf("in pieces of %d: %+v, at once %+v", size, s, whole)
		}
		if e == nil {
			return
		}
		batch := schema.NewBatch(catalogue.Table, []string{"1970-01-01"})
		catalogue.Append(batch, []*Event{e}, []schema.Key{e.Key()})
		for i := range batch.Vectors {
			v := &batch.Vectors[i]
			if v.Rows() != 1 || !utf8.Valid(v.Bytes) || v.Elem != nil && !utf8.Valid(v.Elem.Bytes) {
				t.Errorf("column %d: %d rows, text %q", i, v.Rows(), v.Bytes)
			}
		}
	})
}

func FuzzParseHello(f *testing.F) {
	for _, b := range seeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		Probe(b)
		if h, err := ParseClientHello(b); err == nil {
			if len(h.JA3()) != 32 || len(h.JA4('q')) < 36 || h.Specs > len(h.Ciphers) || !utf8.ValidString(h.ServerName) {
				t.Errorf("hello %+v: %s %s", h, h.JA3(), h.JA4('q'))
			}
			h.EachProtocol(func(name []byte) {
				if len(name) > 255 {
					t.Errorf("protocol of %d bytes", len(name))
				}
			})
		}
		if h, err := ParseServerHello(b); err == nil && len(h.JA3S()) != 32 {
			t.Errorf("hello %+v: %s", h, h.JA3S())
		}
	})
}

func FuzzParseCertificate(f *testing.F) {
	f.Add(certificate(f, pkix.Name{CommonName: "a", Organization: []string{"b"}}, time.Unix(0, 0), time.Unix(3e9, 0), "c.example"))
	f.Add(el(tagSequence, el(tagSequence, el(tagInteger, []byte{1}), el(tagSequence), el(tagSequence), el(tagSequence), el(tagSequence))))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := ParseCertificate(b)
		if len(c.Subject) > maxName || len(c.Issuer) > maxName || len(c.DNSNames) > maxNames || !utf8.ValidString(c.Subject) || !utf8.ValidString(c.Issuer) {
			t.Errorf("certificate %+v", c)
		}
	})
}

// connection plays a whole connection of TLS 1.2 with data.
func connection(p *Parser, flow *event.Flow, sink *Sink) {
	at := event.Stamp{}
	p.Reset(flow, sink)
	p.Data(0, hello12, at)
	p.Data(1, answer12, at)
	p.Data(1, flight12, at)
	p.Data(0, keys, at)
	p.Data(0, ccs, at)
	p.Data(1, ccs, at)
	p.Data(0, appData, at)
	p.End()
}

func BenchmarkConnection(b *testing.B) {
	var p Parser
	flow, sink := &event.Flow{}, NewSink(func(*Event) {})
	b.ReportAllocs()
	for b.Loop() {
		connection(&p, flow, sink)
	}
}

// Application data cost nothing, be the row emitted or not.
func TestDataAllocatesNothing(t *testing.T) {
	var p Parser
	p.Reset(&event.Flow{}, NewSink(func(*Event) {}))
	p.Data(0, hello12, event.Stamp{})
	p.Data(1, answer12, event.Stamp{})
	p.Data(1, ccs, event.Stamp{})
	long := join(appData, appData, appData)
	if n := testing.AllocsPerRun(100, func() { p.Data(1, long, event.Stamp{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
