package dns_test

import (
	"strings"
	"testing"

	"weir/extract/app/dns"
	"weir/extract/app/event"
)

func TestTransaction(t *testing.T) {
	r := newRig(40000, 53)
	r.datagram(0, message(7, query, 1).question("WWW.Example.COM", 1, 1), 100)
	r.datagram(1, message(7, 0x8780, 1, 2).question("www.example.com", 1, 1).
		answer(5, 1, 300, append(labels("Web.Example.net"), 0)).answer(1, 1, 60, []byte{192, 0, 2, 1}), 1350)
	if len(r.events) != 1 {
		t.Fatalf("%d events, want the transaction when it is complete", len(r.events))
	}
	expect(t, r.rows(t)[0], row{
		"time": "100", "src_ip": "10.0.0.0", "src_port": "40000", "dst_ip": "20.0.0.0", "dst_port": "53", "capture_id": "c",
		"transport": "udp", "id": "7", "opcode": "QUERY", "query": "www.example.com", "qtype": "A", "qclass": "IN",
		"rcode": "NOERROR", "rtt_us": "1250", "answers": "[web.example.net|192.0.2.1]", "ttls": "[300|60]",
		"authoritative": "true", "truncated": "true", "recursion_desired": "true", "recursion_available": "true",
		"answer_count": "2", "response_bytes": "78",
	})
	s := r.Summary()
	qtype, _ := s.QType.Top()
	rcode, ok := s.RCode.Top()
	if s.Queries != 1 || s.Responses != 1 || string(s.Query) != "www.example.com" || qtype != 1 || rcode != 0 || !ok {
		t.Errorf("summary %+v", s)
	}
	if r.End(); len(r.events) != 1 {
		t.Error("the transaction is emitted twice")
	}
}

func TestUnansweredQuery(t *testing.T) {
	r := newRig(40000, 53)
	r.datagram(0, message(7, query, 1).question("a", 28, 1), 100)
	if len(r.events) != 0 {
		t.Fatal("a query is emitted before its flow ends")
	}
	r.End()
	expect(t, r.rows(t)[0], row{"query": "a", "qtype": "AAAA", "rcode": "null", "rtt_us": "null", "answers": "null", "ttls": "null", "authoritative": "null",
		"truncated": "null", "recursion_desired": "true", "recursion_available": "null", "answer_count": "null", "response_bytes": "null"})
	if _, ok := r.Summary().RCode.Top(); ok {
		t.Error("a response code without a response")
	}
}

func TestUnaskedResponse(t *testing.T) {
	r := newRig(40000, 53)
	r.datagram(1, message(7, 0x8003, 1).question("a", 15, 3), 100)
	r.datagram(0, message(8, 0x8000, 1).question("b", 16, 1), 200)
	rows := r.rows(t)
	expect(t, rows[0], row{"query": "a", "qclass": "CH", "rcode": "NXDOMAIN", "rtt_us": "null", "answers": "[]", "src_port": "40000", "recursion_desired": "false"})
	expect(t, rows[1], row{"query": "b", "src_ip": "20.0.0.0", "src_port": "53", "dst_port": "40000"}) // the receiver is the client
}

// A response belongs to the oldest waiting query of the other direction with
// its id, opcode and question.
func TestMatching(t *testing.T) {
	for _, c := range []struct {
		name     string
		dir      int
		response *builder
		paired   int // the packet of the query, 0 for none
	}{
		{"the oldest of two", 1, message(1, response, 1).question("a", 1, 1), 1},
		{"case does not count", 1, message(1, response, 1).question("A", 1, 1), 1},
		{"another id", 1, message(9, response, 1).question("a", 1, 1), 0},
		{"another name", 1, message(1, response, 1).question("b", 1, 1), 3},
		{"another type", 1, message(1, response, 1).question("a", 28, 1), 0},
		{"another class", 1, message(1, response, 1).question("a", 1, 3), 0},
		{"another opcode", 1, message(1, 0xa000, 1).question("a", 1, 1), 0},
		{"without question", 1, message(1, response), 1},
		{"of the same direction", 0, message(1, response, 1).question("a", 1, 1), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(40000, 53)
			r.datagram(0, message(1, query, 1).question("a", 1, 1), 1)
			r.datagram(0, message(1, query, 1).question("a", 1, 1), 2)
			r.datagram(0, message(1, query, 1).question("b", 1, 1), 3)
			r.datagram(c.dir, c.response, 10)
			e := r.events[0]
			if paired := r.rows(t)[0]["rtt_us"] != "null"; paired != (c.paired > 0) || paired && e.Stamp.Packet != int64(c.paired) {
				t.Errorf("paired %v with packet %d, want %d", paired, e.Stamp.Packet, c.paired)
			}
			if r.End(); len(r.events) != 3+map[bool]int{true: 1}[c.paired == 0] {
				t.Errorf("%d rows", len(r.events))
			}
		})
	}
}

// A query of the responder has the responder as its client, and time that runs
// backwards counts as none.
func TestTurned(t *testing.T) {
	r := newRig(53, 53)
	r.datagram(1, message(1, query, 1).question("a", 1, 1), 100)
	r.datagram(0, message(1, response, 1).question("a", 1, 1), 90)
	expect(t, r.rows(t)[0], row{"src_ip": "20.0.0.0", "dst_ip": "10.0.0.0", "rtt_us": "0", "time": "100"})
}

// Both directions are one where the endpoints are equal.
func TestEqualEndpoints(t *testing.T) {
	r := newRig(53, 53)
	f := &event.Flow{Ports: true, InitiatorPort: 53, ResponderPort: 53}
	r.Reset(f, dns.NewSink(func(e *dns.Event) { r.events = append(r.events, e) }))
	r.datagram(0, message(1, query, 1).question("a", 1, 1), 1)
	r.datagram(0, message(1, response, 1).question("a", 1, 1), 3)
	expect(t, r.rows(t)[0], row{"rtt_us": "2"})
}

func TestPendingIsBounded(t *testing.T) {
	r := newRig(40000, 53)
	for i := range 300 {
		r.datagram(0, message(uint16(i), query, 1).question("a", 1, 1), int64(i+1))
	}
	if len(r.events) != 44 || r.events[43].Stamp.Packet != 44 {
		t.Fatalf("%d events while 300 queries came, want the 44 oldest", len(r.events))
	}
	r.datagram(1, message(299, response, 1).question("a", 1, 1), 1000)
	if r.End(); len(r.events) != 300 {
		t.Fatalf("%d rows of 300 queries", len(r.events))
	}
	for i, e := range r.events[45:] {
		if e.Stamp.Packet != int64(45+i) {
			t.Fatal("waiting queries are not emitted in their order")
		}
	}
}

func TestMulticastClass(t *testing.T) {
	m := message(0, 0, 2).question("a.local", 12, 0x8001).question("b.local", 1, 1)
	for port, class := range map[uint16]string{5353: "IN", 53: "CLASS32769"} {
		r := newRig(5353, port)
		if port == 53 {
			r = newRig(40000, port)
		}
		r.datagram(0, m, 1)
		r.End()
		expect(t, r.rows(t)[0], row{"query": "a.local", "qclass": class})
	}
}

// What was read before the cut counts.
func TestCutMessage(t *testing.T) {
	m := message(7, response, 1, 2).question("a", 1, 1).answer(1, 1, 1, []byte{1, 2, 3, 4}).answer(1, 1, 2, []byte{5, 6, 7, 8})
	first := headerLen + 7 + 16
	for n := range len(m.b) + 1 {
		r := newRig(40000, 53)
		r.Datagram(1, m.b[:n], len(m.b), event.Stamp{})
		if n < headerLen {
			if len(r.events) != 0 || r.Summary().Responses != 0 {
				t.Fatalf("%d bytes are a message", n)
			}
			continue
		}
		want := row{"id": "7", "query": "null", "qtype": "null", "answers": "[]", "ttls": "[]", "answer_count": "2", "response_bytes": "51"}
		if n >= headerLen+7 {
			want["query"], want["qtype"] = "a", "A"
		}
		switch {
		case n == len(m.b):
			want["answers"], want["ttls"] = "[1.2.3.4|5.6.7.8]", "[1|2]"
		case n >= first:
			want["answers"], want["ttls"] = "[1.2.3.4]", "[1]"
		}
		expect(t, r.rows(t)[0], want)
	}
	r := newRig(40000, 53)
	r.Datagram(1, m.b, dns.Unknown, event.Stamp{})
	expect(t, r.rows(t)[0], row{"response_bytes": "null", "answer_count": "2"})
}

const headerLen = 12

func TestUnassignedOpcodeIsNoMessage(t *testing.T) {
	r := newRig(40000, 53)
	r.datagram(0, message(7, 0x7800, 1).question("a", 1, 1), 1)
	if r.End(); len(r.events) != 0 || r.Summary().Queries != 0 {
		t.Error("opcode 15 is taken for DNS")
	}
}

func TestExtendedCode(t *testing.T) {
	r := newRig(40000, 53)
	opt := message(7, response, 1, 1, 0, 1).question("a", 1, 1).answer(1, 1, 1, []byte{1, 2, 3, 4}).name(".").u16(41, 4096, 0x0100, 0, 0)
	r.datagram(1, opt, 1)
	expect(t, r.rows(t)[0], row{"rcode": "BADVERS", "answers": "[1.2.3.4]"})
	r.datagram(1, message(7, 0x800c), 1)
	expect(t, r.rows(t)[1], row{"rcode": "RCODE12", "query": "null", "qclass": "null"})
}

// What stands in the place of answers in a dynamic update is a prerequisite (RFC 2136, 2.2).
func TestPrerequisitesAreNoAnswers(t *testing.T) {
	const update, none = 5 << 11, 254
	for flags, answers := range map[uint16]string{response: `[\# 0]`, response | update: "[]"} {
		r := newRig(40000, 53)
		m := message(7, flags, 1, 1, 0, 1).question("a", 6, 1).answer(1, none, 0, nil).name(".").u16(41, 4096, 0x0100, 0, 0)
		r.datagram(1, m, 1)
		expect(t, r.rows(t)[0], row{"rcode": "BADVERS", "answers": answers, "answer_count": "1"})
	}
}

// The text of one row's answers is bounded.
func TestAnswersAreBounded(t *testing.T) {
	m := message(7, response, 1, 400).question("a", 16, 1)
	data := []byte{250}
	data = append(data, strings.Repeat("\x00", 250)...)
	for range 400 {
		m.answer(16, 1, 1, data) // a text of 1002 bytes
	}
	if len(m.b) > 1<<17 {
		t.Fatal("the message is too long")
	}
	r := newRig(40000, 53)
	r.datagram(1, m, 1)
	got := r.rows(t)[0]
	if n := strings.Count(got["answers"], "|") + 1; n != 261 || got["answer_count"] != "400" || strings.Count(got["ttls"], "|") != 260 {
		t.Errorf("%d answers, want those that fit into 256 KB: 261", n)
	}
}

func TestFirstNameAndCommonType(t *testing.T) {
	r := newRig(40000, 53)
	for i, qtype := range []uint16{1, 28, 28} {
		r.datagram(0, message(uint16(i), query, 1).question(string(rune('a'+i)), qtype, 1), 1)
		r.datagram(1, message(uint16(i), response, 1).question(string(rune('a'+i)), qtype, 1), 1)
	}
	s := r.Summary()
	if qtype, _ := s.QType.Top(); string(s.Query) != "a" || qtype != 28 || s.Queries != 3 || s.Responses != 3 {
		t.Errorf("summary %+v", s)
	}
	r.Reset(&event.Flow{}, nil)
	if _, ok := s.QType.Top(); ok || len(s.Query) > 0 || s.Queries+s.Responses != 0 {
		t.Error("a summary outlives Reset")
	}
}
