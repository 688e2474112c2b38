package tls

import "weir/extract/app/event"

// Parser reads the TLS connection of one flow. The zero Parser waits for its
// first Reset.
type Parser struct {
	session Session
	streams [2]stream
	flow    *event.Flow
	sink    *Sink
	done    bool
}

// Reset makes the parser ready for a flow, which must stay as it is until the next
// Reset.
func (p *Parser) Reset(flow *event.Flow, sink *Sink) {
	for i := range p.streams {
		p.streams[i].messages.release()
	}
	*p = Parser{flow: flow, sink: sink}
	p.session.known = &sink.known
	for i := range p.streams {
		p.streams[i].messages.sink = sink
	}
}

// Summary returns what the columns of flows say, filled as bytes come. It is valid
// until the next Reset.
func (p *Parser) Summary() *Summary { return &p.session.Summary }

// Done tells that the row is emitted and nothing of the flow matters any more.
func (p *Parser) Done() bool { return p.done }

// Data takes the next bytes of a direction: 0 is from the flow's initiator. b is
// valid during the call only.
func (p *Parser) Data(dir int, b []byte, at event.Stamp) {
	s := &p.streams[dir]
	for len(b) > 0 && !s.stopped && !p.done {
		if s.left > 0 {
			n := min(s.left, len(b))
			s.left -= n
			p.body(dir, b[:n], at)
			b = b[n:]
			continue
		}
		if b = s.header(b); s.n == uint8(len(s.head)) {
			p.record(dir, at)
		}
	}
}

// Gap tells that lost bytes of a direction are missing; it is not read on.
func (p *Parser) Gap(dir int, lost int64, at event.Stamp) { p.streams[dir].stop() }

// End ends the flow: the row is emitted if it was not yet.
func (p *Parser) End() {
	if !p.done {
		p.finish(false)
	}
}

func (p *Parser) finish(established bool) {
	p.done = true
	p.sink.Emit(p.session.Event(p.flow, established))
	p.streams[0].stop()
	p.streams[1].stop()
}

// record takes a record's head, which is complete.
func (p *Parser) record(dir int, at event.Stamp) {
	s := &p.streams[dir]
	first := !s.started
	s.started = true
	if first && v2Head(s.head[:]) || s.plain2 && v2Key(s.head[:]) {
		p.beginV2(dir, at)
		return
	}
	if !s.record() {
		s.stop()
		return
	}
	switch s.content {
	case changeCipherSpec:
		p.change(dir)
	case applicationData:
		p.data(dir, s.left)
	}
}

// change takes a ChangeCipherSpec. In TLS 1.3 it means nothing, and there it may
// come before the second ClientHello.
func (p *Parser) change(dir int) {
	s, e := &p.streams[dir], &p.session
	if e.server != nil && e.modern() || s.changed {
		return
	}
	if e.first && dir == e.clientDir {
		e.changeCipherSpec()
	}
	s.changed = true
	s.conceal()
	p.settle()
}

// data takes the head of an application data record.
func (p *Parser) data(dir, length int) {
	s, e := &p.streams[dir], &p.session
	if s.data {
		return
	}
	switch {
	case !e.answered() || !e.modern():
		s.data = s.changed && length > 0
	case dir != e.clientDir:
		s.data = true
	default:
		s.data = length > maxAlert
	}
	if s.data {
		p.settle()
	}
}

// settle emits the row once the connection is established.
func (p *Parser) settle() {
	e, a, b := &p.session, &p.streams[0], &p.streams[1]
	if !e.answered() {
		return
	}
	if e.modern() && a.data && b.data || !e.modern() && a.changed && b.changed && (a.data || b.data) {
		p.finish(true)
	}
}

// body takes bytes of a record's body.
func (p *Parser) body(dir int, b []byte, at event.Stamp) {
	s := &p.streams[dir]
	if s.v2 {
		p.bodyV2(dir, b, at)
		return
	}
	for s.content == handshake && !s.opaque && len(b) > 0 {
		rest, m, ok := s.messages.next(b)
		if s.messages.n == 4 && !handshakeKind(s.messages.head[0]) || ok && !handshakeKind(m.kind) {
			s.conceal()
			return
		}
		b = rest
		if ok {
			p.message(dir, m, at)
		}
	}
}

func (p *Parser) message(dir int, m message, at event.Stamp) {
	body := m.body
	if len(body) < m.size && m.kind != kindCertificate {
		body = nil
	}
	p.session.Message(dir, m.kind, body, at)
	if m.kind != kindServerHello || p.session.server == nil || !p.session.modern() {
		return
	}
	for d := range p.streams {
		s := &p.streams[d]
		s.data = false // early data
		if p.session.answered() {
			s.conceal()
		} else if d == p.session.clientDir {
			s.opaque, s.changed = false, false // the ClientHello comes again
		}
	}
}
