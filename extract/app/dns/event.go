package dns

import (
	"bytes"

	"weir/extract/app/event"
)

// Event is one transaction: a query, a response, or both.
type Event struct {
	event.Head
	// name is the text of the first question's name, empty where no question
	// was read; the text of a name never is.
	name          []byte
	qtype, qclass uint16
	id            uint16
	opcode        uint8
	stream        bool // over TCP
	recursion     bool // RD of the query, else of the response
	response      bool // what follows is meaningful
	paired        bool // both query and response were seen, rtt is meaningful
	sized         bool // bytes is meaningful
	flags, rcode  uint16
	answers       uint16 // ANCOUNT
	bytes         uint32
	rtt           int64 // ns
	// text holds the data of the answers one after the other. Marks has two
	// entries per answer: where its text ends, and its TTL.
	text  []byte
	marks []uint32
}

// asks tells whether the event is of a query that a message responds to.
func (e *Event) asks(m *message, turned, either bool) bool {
	if e.id != m.id || e.opcode != m.opcode() || e.Turned != turned && !either {
		return false
	}
	if !m.asked || len(e.name) == 0 {
		return true
	}
	return e.qtype == m.qtype && e.qclass == m.class && bytes.Equal(e.name, m.name)
}

// respond gives the event its response.
func (e *Event) respond(m *message) {
	e.response, e.flags, e.rcode, e.answers = true, m.flags, m.code, uint16(m.header.answers)
	e.bytes, e.sized = uint32(m.wire), m.wire != Unknown
	e.text = append(e.text, m.text...)
	e.marks = append(e.marks, m.marks...)
}

// Rooms are where the texts and marks of events are kept.
type Rooms struct {
	text  event.Room[byte]
	marks event.Room[uint32]
}

// Keep makes kept the event, with all that it refers to in rooms, so that e may be recycled.
func (e *Event) Keep(kept *Event, r *Rooms) {
	*kept = *e
	kept.name, kept.text, kept.marks = r.text.Copy(e.name), r.text.Copy(e.text), r.marks.Copy(e.marks)
}

// keepText is how much memory for answers an event keeps that is used again.
const keepText = 4 << 10

// clear makes an empty event of a used one.
func (e *Event) clear() {
	name, text, marks := e.name[:0], e.text[:0], e.marks[:0]
	if cap(text)+4*cap(marks) > keepText {
		text, marks = nil, nil
	}
	*e = Event{name: name, text: text, marks: marks}
}
