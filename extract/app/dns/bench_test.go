package dns_test

import (
	"testing"

	"weir/extract/app/dns"
	"weir/extract/app/event"
)

func transaction() (q, r []byte) {
	a := message(1, response, 1, 3).question("www.example.com", 1, 1).answer(5, 1, 300, append(labels("web.example.net"), 0))
	a.answer(1, 1, 60, []byte{192, 0, 2, 1}).answer(1, 1, 60, []byte{192, 0, 2, 2})
	return message(1, query, 1).question("www.example.com", 1, 1).b, a.b
}

// The memory of a transaction is its event, its name, and its answers' text
// and marks.
func TestAllocations(t *testing.T) {
	q, a := transaction()
	p := newParser(nil)
	n := testing.AllocsPerRun(100, func() {
		p.Datagram(0, q, len(q), event.Stamp{})
		p.Datagram(1, a, len(a), event.Stamp{})
	})
	if n > 4 {
		t.Errorf("%v allocations a transaction, want at most 4", n)
	}
	n = testing.AllocsPerRun(100, func() {
		dns.Probe(q, len(q))
		dns.Probe(a, len(a))
		dns.ProbePort(a, len(a))
	})
	if n > 0 {
		t.Errorf("%v allocations a probe", n)
	}
}

func newParser(emit func(*dns.Event)) *dns.Parser {
	if emit == nil {
		emit = func(*dns.Event) {}
	}
	p := &dns.Parser{}
	p.Reset(&event.Flow{Ports: true, InitiatorPort: 40000, ResponderPort: 53}, dns.NewSink(emit))
	return p
}

func BenchmarkTransaction(b *testing.B) {
	q, a := transaction()
	p := newParser(nil)
	b.ReportAllocs()
	for b.Loop() {
		p.Datagram(0, q, len(q), event.Stamp{})
		p.Datagram(1, a, len(a), event.Stamp{})
	}
}

func BenchmarkProbe(b *testing.B) {
	_, a := transaction()
	for b.Loop() {
		dns.Probe(a, len(a))
	}
}
