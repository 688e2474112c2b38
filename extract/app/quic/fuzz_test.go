package quic

import (
	"bytes"
	"testing"

	"weir/extract/app/event"
	"weir/extract/app/tls"
)

// FuzzDatagrams runs datagrams of both directions, cut out of the input by a
// length of two bytes whose highest bit is the direction, through a parser.
func FuzzDatagrams(f *testing.F) {
	for _, version := range []uint32{version1, version2} {
		f.Add(framed(clientVector(f, version), serverVector(f, version), shortHeader))
	}
	f.Add(framed(clientVector(f, version1), unhex(f, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba")))
	f.Add(framed(nil, []byte("\x80\x00\x00\x00\x00\x00\x0812345678\x00\x00\x00\x01")))
	f.Fuzz(func(t *testing.T, in []byte) {
		var p Parser
		rows := 0
		p.Reset(&event.Flow{}, NewSink(func(e *tls.Event) { rows++ }))
		datagrams := 0
		for len(in) >= 2 {
			n := min(int(in[0]&0x7f)<<8|int(in[1]), len(in)-2)
			b := in[2 : 2+n]
			Probe(b, n)
			p.Datagram(int(in[0]>>7), b, n, event.Stamp{})
			in = in[2+n:]
			datagrams++
		}
		p.End()
		if rows > datagrams {
			t.Errorf("%d rows of %d datagrams", rows, datagrams)
		}
		if p.failures > maxFailures {
			t.Errorf("%d failures", p.failures)
		}
	})
}

// framed writes datagrams of alternating directions as FuzzDatagrams reads them.
func framed(datagrams ...[]byte) []byte {
	var out []byte
	for i, b := range datagrams {
		out = append(out, byte(len(b)>>8)|byte(i%2)<<7, byte(len(b)))
		out = append(out, b...)
	}
	return out
}

// FuzzFrames feeds frames as they come out of opened packets: what no
// random datagram reaches, because it would have to be authentic.
func FuzzFrames(f *testing.F) {
	f.Add(unhex(f, rfcClientFrames), unhex(f, rfcServerFrames))
	f.Add([]byte("\x02\x05\x00\x02\x00\x01\x01\x01\x01\x06\x03\x01x"), []byte("\x06\x00\x04\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var p Parser
		rows := 0
		p.Reset(&event.Flow{}, NewSink(func(e *tls.Event) { rows++ }))
		p.turn(0, header{version: version1})
		for range 2 {
			p.feed(0, a, event.Stamp{})
			p.feed(1, b, event.Stamp{})
		}
		for i := range p.conn.sides {
			s := &p.conn.sides[i].stream
			if len(s.data) > maxStream || len(s.spans) > maxSpans {
				t.Errorf("side %d holds %d bytes in %d spans", i, len(s.data), len(s.spans))
			}
		}
		p.End()
		if rows > 1 {
			t.Errorf("%d rows of one connection", rows)
		}
	})
}

// FuzzAssembly compares with an assembly that holds the whole stream.
func FuzzAssembly(f *testing.F) {
	f.Add([]byte("\x05\x03\x00\x05\x02\x04"))
	f.Fuzz(func(t *testing.T, in []byte) {
		stream := hello(1, 250)
		var a assembly
		seen := make([]bool, len(stream))
		for ; len(in) >= 2; in = in[2:] {
			from := int(in[0])
			to := min(from+int(in[1]), len(stream))
			if from >= to || len(a.spans) == maxSpans {
				continue
			}
			a.add(uint64(from), stream[from:to])
			for i := from; i < to; i++ {
				seen[i] = true
			}
		}
		m, ok := a.message()
		if whole := !bytes.Contains(boolBytes(seen), []byte{0}); !ok || whole != (m != nil) || whole && !bytes.Equal(m, stream) {
			t.Errorf("whole %v, message of %d bytes, %v", whole, len(m), ok)
		}
	})
}

func boolBytes(b []bool) []byte {
	out := make([]byte, len(b))
	for i, x := range b {
		if x {
			out[i] = 1
		}
	}
	return out
}
