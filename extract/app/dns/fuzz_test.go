package dns_test

import (
	"testing"
	"unicode/utf8"

	"weir/extract/app/dns"
	"weir/extract/app/event"
)

// seeds are messages of many kinds.
func seeds() [][]byte {
	opt := message(7, response, 1, 1, 0, 1).question("a", 1, 1).answer(1, 1, 1, []byte{1, 2, 3, 4}).name(".").u16(41, 4096, 0x0100, 0, 0)
	b := [][]byte{opt.b, message(1, query, 1).question("www.example.com", 65, 1).b, message(1, query, 1).u16(0xc00c, 1, 1).b}
	for rtype := range uint16(264) {
		b = append(b, message(1, response, 1, 1).question("q", rtype, 1).answer(rtype, 1, 0, []byte("\x00\x01\x02\x01a\x00\x03\x00\x06\x02h2\x02h3\x00\x00\x00")).b)
	}
	return b
}

// FuzzMessages holds that no bytes make the parser panic, that each counted
// message is in one row, that text is UTF-8, and that a stream's rows are the
// datagrams' rows however it is cut.
func FuzzMessages(f *testing.F) {
	for _, b := range seeds() {
		f.Add(b, uint16(len(b)), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, wire uint16, cut uint8) {
		dns.Probe(b, int(wire))
		dns.ProbePort(b, dns.Unknown)
		dns.ProbeStream(b, cut&1 == 0)
		r := newRig(5353, 5353)
		for dir := range 2 {
			r.Datagram(dir, b, int(wire), event.Stamp{})
		}
		r.End()
		check(t, r)
		if len(b) >= 1<<16 || len(b) < headerLen {
			return
		}
		whole, s := newRig(1, 2), newRig(1, 2)
		whole.Datagram(0, b, len(b), event.Stamp{})
		whole.End()
		for rest := framed(&builder{b}); len(rest) > 0; {
			n := min(len(rest), int(cut)+1)
			s.Data(0, rest[:n], event.Stamp{})
			rest = rest[n:]
		}
		s.End()
		check(t, s)
		x, y := whole.rows(t), s.rows(t)
		if len(x) != len(y) || len(x) == 1 && (x[0]["answers"] != y[0]["answers"] || x[0]["query"] != y[0]["query"]) {
			t.Fatalf("a stream reads %v, a datagram %v", y, x)
		}
		s.Data(1, b, event.Stamp{})
		s.Gap(1, 1, event.Stamp{})
		s.End()
	})
}

func check(t *testing.T, r *rig) {
	t.Helper()
	s, paired := r.Summary(), int64(0)
	for _, row := range r.rows(t) {
		if row["rtt_us"] != "null" {
			paired++
		}
		for _, text := range row {
			if !utf8.ValidString(text) {
				t.Fatalf("%q is no UTF-8", text)
			}
		}
	}
	if s.Queries+s.Responses != int64(len(r.events))+paired {
		t.Fatalf("%d queries and %d responses in %d rows, %d of them of two", s.Queries, s.Responses, len(r.events), paired)
	}
}
