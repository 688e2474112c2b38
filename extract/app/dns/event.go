package dns

import "weir/extract/app/event"

// Event is one transaction: a query, a response, or both.
type Event struct {
	event.Head
	// name is the text of the first question's name, empty where no question
	// was read; the text of a name never is.
	name          string
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
	if !m.asked || e.name == "" {
		return true
	}
	return e.qtype == m.qtype && e.qclass == m.class && e.name == string(m.name)
}

// respond gives the event its response.
func (e *Event) respond(m *message) {
	e.response, e.flags, e.rcode, e.answers = true, m.flags, m.code, uint16(m.header.answers)
	e.bytes, e.sized = uint32(m.wire), m.wire != Unknown
	if len(m.marks) > 0 {
		e.text = append(make([]byte, 0, len(m.text)), m.text...)
		e.marks = append(make([]uint32, 0, len(m.marks)), m.marks...)
	}
}
