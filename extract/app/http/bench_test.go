package http

import (
	"strings"
	"testing"

	"weir/extract/app/event"
)

var (
	benchRequest = []byte("GET /images/logo.png?size=large HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\n" +
		"Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-US,en;q=0.5\r\nReferer: http://www.example.com/\r\nConnection: keep-alive\r\n\r\n")
	benchResponse = []byte("HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: x\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000))
)

func exchangeForever() func() {
	sink := NewSink(nil)
	sink.emit = sink.Recycle
	p := new(Parser)
	p.Reset(&event.Flow{}, sink)
	return func() {
		p.Data(0, benchRequest, event.Stamp{})
		p.Data(1, benchResponse[:40], event.Stamp{})
		p.Data(1, benchResponse[40:], event.Stamp{})
	}
}

// An endless connection takes no more memory, whatever is cut where.
func TestExchangesDoNotAllocate(t *testing.T) {
	exchange := exchangeForever()
	exchange()
	if n := testing.AllocsPerRun(1000, exchange); n != 0 {
		t.Errorf("%v allocations per exchange, want 0", n)
	}
}

func BenchmarkExchange(b *testing.B) {
	exchange := exchangeForever()
	b.SetBytes(int64(len(benchRequest) + len(benchResponse)))
	b.ReportAllocs()
	for b.Loop() {
		exchange()
	}
}

func BenchmarkBody(b *testing.B) {
	p := new(Parser)
	p.Reset(&event.Flow{}, NewSink(func(*Event) {}))
	p.Data(1, []byte("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n"), event.Stamp{})
	segment := make([]byte, 1460)
	b.SetBytes(int64(len(segment)))
	for b.Loop() {
		p.Data(1, segment, event.Stamp{})
	}
}

func BenchmarkProbe(b *testing.B) {
	for b.Loop() {
		Probe(benchRequest)
	}
}
