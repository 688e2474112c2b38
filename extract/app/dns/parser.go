package dns

import "weir/extract/app/event"

// maxPending is how many queries of one flow may wait for their responses.
const maxPending = 256

// mdnsPort is the port of multicast DNS, whose classes have a bit of their own.
const mdnsPort = 5353

// Parser reads the DNS messages of one flow. The zero Parser is made ready by
// Reset.
type Parser struct {
	summary Summary
	flow    *event.Flow
	sink    *Sink
	pending []*Event // queries without response, the oldest first
	streams [2]stream
	// multicast flows are mDNS; either flows have equal endpoints, so that
	// directions tell nothing.
	multicast, either bool
}

// Reset makes the parser that of another flow. Queries of the flow before that
// were not emitted by End are dropped.
func (p *Parser) Reset(f *event.Flow, sink *Sink) {
	p.summary.Reset()
	clear(p.pending)
	p.flow, p.sink, p.pending = f, sink, p.pending[:0]
	p.multicast = f.Ports && (f.InitiatorPort == mdnsPort || f.ResponderPort == mdnsPort)
	p.either = f.Initiator == f.Responder && f.InitiatorPort == f.ResponderPort
	for i := range p.streams {
		p.streams[i].reset()
	}
}

// Summary returns what the flow's columns need. It is complete after End and
// valid until Reset.
func (p *Parser) Summary() *Summary { return &p.summary }

// Datagram reads the captured bytes b of a UDP payload from the flow's
// initiator (dir 0) or responder (dir 1). It was wire bytes long, or Unknown
// where b is from the first of several fragments; later fragments are not to
// be given.
func (p *Parser) Datagram(dir int, b []byte, wire int, at event.Stamp) {
	if wire >= 0 && len(b) > wire {
		b = b[:wire]
	}
	p.read(dir, b, wire, false, at)
}

func (p *Parser) read(dir int, b []byte, wire int, tcp bool, at event.Stamp) {
	m := &p.sink.message
	if !m.read(b, wire, p.multicast) {
		return
	}
	m.tcp = tcp
	if m.response() {
		p.response(m, dir, at)
	} else {
		p.query(m, dir, at)
	}
}

// End emits the queries that had no response. The flow is over.
func (p *Parser) End() {
	for i, e := range p.pending {
		p.pending[i] = nil
		p.sink.emit(e)
	}
	p.pending = p.pending[:0]
	for i := range p.streams {
		p.streams[i].reset()
	}
}

func (p *Parser) query(m *message, dir int, at event.Stamp) {
	p.summary.Queries++
	if len(p.pending) == maxPending {
		p.sink.emit(p.remove(0))
	}
	p.pending = append(p.pending, p.row(m, dir == 1, at))
}

func (p *Parser) response(m *message, dir int, at event.Stamp) {
	p.summary.Responses++
	p.summary.RCode.Add(m.code)
	turned := dir == 0
	for i, e := range p.pending {
		if e.asks(m, turned, p.either) {
			p.remove(i)
			e.paired, e.rtt = true, max(at.Time-e.Stamp.Time, 0)
			e.respond(m)
			p.sink.emit(e)
			return
		}
	}
	e := p.row(m, turned, at)
	e.respond(m)
	p.sink.emit(e)
}

// row begins the event of a transaction whose first message is m.
func (p *Parser) row(m *message, turned bool, at event.Stamp) *Event {
	e := p.sink.event()
	e.Head = event.Head{Flow: *p.flow, Stamp: at, Turned: turned}
	e.id, e.opcode, e.stream, e.recursion = m.id, m.opcode(), m.tcp, m.flags&flagRD != 0
	if m.asked {
		e.name, e.qtype, e.qclass = append(e.name, m.name...), m.qtype, m.class
	}
	p.summary.transaction(e)
	return e
}

// remove takes a query out of those that wait.
func (p *Parser) remove(i int) *Event {
	e := p.pending[i]
	copy(p.pending[i:], p.pending[i+1:])
	p.pending[len(p.pending)-1] = nil
	p.pending = p.pending[:len(p.pending)-1]
	return e
}
