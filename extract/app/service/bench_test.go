package service

import (
	"bytes"
	"testing"
)

// BenchmarkStream judges what is of a protocol and what is of none, as most is.
func BenchmarkStream(b *testing.B) {
	noise := bytes.Repeat([]byte{0x8f, 0x27, 'x', 0xee}, 365)
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			s := streams[i%len(streams)]
			Stream([]byte(s.client), []byte(s.server))
		}
	})
	b.Run("unknown", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Stream(noise, nil)
		}
	})
}

// BenchmarkDatagrams judges a flow of datagrams of no protocol to the end.
func BenchmarkDatagrams(b *testing.B) {
	noise := bytes.Repeat([]byte{0x8f, 0x27, 'x', 0xee}, 100)
	b.ReportAllocs()
	for b.Loop() {
		var d Datagrams
		for v := NeedMore; v == NeedMore; {
			_, v = d.See(noise, len(noise), 0, 40000, 40001)
		}
	}
}
