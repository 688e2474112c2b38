package dns_test

import (
	"encoding/binary"
	"reflect"
	"testing"

	"weir/extract/app/event"
)

// framed puts messages one after the other, each behind its length.
func framed(messages ...*builder) (b []byte) {
	for _, m := range messages {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(m.b))), m.b...)
	}
	return b
}

// However a stream is cut, its rows are the same.
func TestStreamCuts(t *testing.T) {
	queries := framed(message(1, query, 1).question("a.example", 252, 1), message(2, query, 1).question("b", 1, 1))
	replies := framed(message(2, response, 1, 1).question("b", 1, 1).answer(1, 1, 9, []byte{1, 2, 3, 4}),
		message(1, response, 1, 1).question("a.example", 252, 1).answer(2, 1, 9, []byte{0xc0, 12}),
		message(1, response, 0, 1).name("x").u16(16, 1, 0, 5, 2).bytes("\x01y"))
	var want []row
	for size := len(replies); size > 0; size-- {
		r := newRig(40000, 53)
		for dir, stream := range [][]byte{queries, replies} {
			for at := 0; at < len(stream); at += size {
				piece := append([]byte(nil), stream[at:min(at+size, len(stream))]...)
				r.Data(dir, piece, event.Stamp{Time: int64(dir) * 1000})
				clear(piece) // it is lent for the call only
			}
		}
		r.End()
		got := r.rows(t)
		if want == nil {
			want = got
			if len(got) != 3 {
				t.Fatalf("%d rows, want 3", len(got))
			}
			expect(t, got[0], row{"transport": "tcp", "query": "b", "answers": "[1.2.3.4]", "rtt_us": "1", "response_bytes": "35"})
			expect(t, got[1], row{"query": "a.example", "qtype": "AXFR", "answers": "[a.example]", "rtt_us": "1"})
			expect(t, got[2], row{"query": "null", "answers": `["y"]`, "rtt_us": "null"}) // the transfer goes on
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("pieces of %d bytes: %v, want %v", size, got, want)
		}
	}
}

func (m *builder) bytes(s string) *builder {
	m.b = append(m.b, s...)
	return m
}

func TestGapEndsDirection(t *testing.T) {
	b := framed(message(1, query, 1).question("a", 1, 1))
	r := newRig(40000, 53)
	r.Data(0, b, event.Stamp{})
	r.Data(0, b[:5], event.Stamp{})
	r.Gap(0, 10, event.Stamp{})
	r.Data(0, b, event.Stamp{})
	r.Data(1, framed(message(1, response, 1).question("a", 1, 1)), event.Stamp{})
	if s := r.Summary(); s.Queries != 1 || s.Responses != 1 || len(r.events) != 1 {
		t.Errorf("after a gap: %+v", s)
	}
}

func TestShortLengthEndsDirection(t *testing.T) {
	r := newRig(40000, 53)
	r.Data(0, []byte{0, 11}, event.Stamp{})
	r.Data(0, framed(message(1, query, 1).question("a", 1, 1)), event.Stamp{})
	if r.End(); len(r.events) != 0 {
		t.Error("a stream goes on behind a length below 12")
	}
}
