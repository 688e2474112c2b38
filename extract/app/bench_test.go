package app

import (
	"math/rand/v2"
	"testing"

	"weir/extract/app/event"
	"weir/extract/decode"
)

// BenchmarkConversation plays whole flows: one of no known protocol until it is given
// up, and an exchange of HTTP.
func BenchmarkConversation(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1400)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	text := func(s string) []byte { return []byte(s) }
	for _, c := range []struct {
		name     string
		segments [2][][]byte
	}{
		{"unknown", [2][][]byte{{noise, noise, noise, noise, noise, noise, noise, noise}, {noise, noise, noise, noise, noise, noise, noise, noise}}},
		{"http", [2][][]byte{
			{text("GET /a HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: x\r\n\r\n")},
			{text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")},
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := NewEngine()
			f := &subject{event.Flow{Family: decode.IPv4, Ports: true, InitiatorPort: 40000, ResponderPort: 8080}}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := e.Open(f)
				packet := int64(0)
				for dir := range 2 {
					k.Begin(dir, 1)
				}
				for n := range c.segments[0] {
					for dir := range 2 {
						p := c.segments[dir][n]
						packet++
						h := decode.Header{Seq: 1 + uint32(n*len(p)), Payload: p, PayloadLen: uint32(len(p)), Time: packet, TCP: true, Flags: decode.ACK, HasTransport: true}
						k.Segment(&h, dir, packet)
					}
				}
				k.Close()
				e.Recycle(k)
				if i%1024 == 0 {
					e.Events()
				}
			}
		})
	}
}
