package http

import (
	"testing"
	"unicode/utf8"

	"weir/extract/app/event"
)

// FuzzParser feeds two directions cut at will: no panic, each row once and in
// order, valid text, and the same rows as when fed whole.
func FuzzParser(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\nPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
		[]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 101 S\r\n\r\n"), uint8(5))
	f.Add([]byte("CONNECT a:1 HTTP/1.1\n\nGET /\n"), []byte("HTTP/1.1 100 C\n\nHTTP/1.0 200\n\n..."), uint8(1))
	f.Add([]byte("GET / HTTP/1.\nA : b\n\n"), []byte("HTTP/1.1 304 \xff\xff\nTransfer-Encoding: x\n\n"), uint8(3))
	f.Fuzz(func(t *testing.T, request, response []byte, cut uint8) {
		Probe(request)
		run := func(size int) (rows []string) {
			depth := int64(0)
			var p Parser
			p.Reset(&event.Flow{}, NewSink(func(e *Event) {
				if depth++; e.depth != depth || !utf8.Valid(e.text) {
					t.Fatalf("row %d has depth %d, text %q", depth, e.depth, e.text)
				}
				rows = append(rows, describe(e))
			}))
			for dir, b := range [][]byte{request, response} {
				for len(b) > size {
					p.Data(dir, b[:size], event.Stamp{})
					b = b[size:]
				}
				p.Data(dir, b, event.Stamp{})
			}
			p.End()
			if p.Summary.Requests > depth || p.Summary.ContentLength < 0 {
				t.Fatalf("%d requests in %d rows, length %d", p.Summary.Requests, depth, p.Summary.ContentLength)
			}
			return rows
		}
		whole, parts := run(1<<30), run(int(cut)+1)
		if len(whole) != len(parts) {
			t.Fatalf("whole %q, in parts %q", whole, parts)
		}
		for i := range whole {
			if whole[i] != parts[i] {
				t.Fatalf("whole %q, in parts %q", whole[i], parts[i])
			}
		}
	})
}
