package http

import "weir/extract/app/event"

// Limits of what waits for responses.
const (
	maxPending     = 64
	maxPendingText = 256 << 10
)

// exchanges are the rows that are not complete, in order.
type exchanges struct {
	depth int64
	queue []*Event
	// passed counts the requests at the front that were emitted without
	// waiting for the responses that will still come.
	passed int64
	// finals counts the responses but 1xx.
	finals int64
}

func (x *exchanges) reset() {
	clear(x.queue)
	*x = exchanges{queue: x.queue[:0]}
}

// request begins the row of a request.
func (p *Parser) request(d *direction, s start, at event.Stamp) {
	e := p.row(at)
	e.hasRequest, e.minor = true, s.minor
	e.set(method, s.method)
	e.set(uri, s.target)
	e.head, e.connect = string(s.method) == "HEAD", string(s.method) == "CONNECT"
	d.event = e
	if d.doubtful = s.kind == doubtful; !d.doubtful {
		p.enqueue(e)
	}
}

// row returns an empty row of the connection.
func (p *Parser) row(at event.Stamp) *Event {
	e := p.sink.event()
	e.Head = event.Head{Flow: *p.flow, Stamp: at, Turned: p.client == 1}
	return e
}

// enqueue counts a request and lets it wait for its response.
func (p *Parser) enqueue(e *Event) {
	p.Summary.Requests++
	name, _ := e.get(method)
	known, _ := methodName(name)
	p.Summary.Method.Add(known)
	p.depth++
	e.depth = p.depth
	p.queue = append(p.queue, e)
	text := 0
	for _, e := range p.queue {
		text += len(e.text)
	}
	for len(p.queue) > maxPending || text > maxPendingText && len(p.queue) > 1 {
		text -= len(p.queue[0].text)
		if !p.queue[0].answered {
			p.passed++
		}
		p.pop()
	}
}

// response begins the response of the request that waits for one.
func (p *Parser) response(d *direction, s start, at event.Stamp) {
	p.Summary.Responses++
	p.Summary.Status.Add(s.status)
	d.status, d.final = s.status, s.status >= 200 || s.status == 101
	if d.final {
		p.finals++
	}
	e := p.answer(d.final, at)
	d.event, d.bodiless, d.tunnel = e, false, s.status == 101
	if e == nil {
		return
	}
	d.bodiless = e.head
	d.tunnel = d.tunnel || e.connect && s.status/100 == 2
	e.status, e.answered = s.status, d.final
	e.parts[reason], e.parts[contentType] = span{}, span{}
	if len(s.reason) > 0 {
		e.set(reason, s.reason)
	}
	if !e.hasRequest {
		e.minor = s.minor
	}
}

// answer returns the row of the next response, or nil if that row was emitted
// before.
func (p *Parser) answer(final bool, at event.Stamp) *Event {
	if p.passed > 0 {
		if final {
			p.passed--
		}
		return nil
	}
	if len(p.queue) > 0 && p.queue[0].answered {
		p.pop() // its request is unfinished
	}
	if len(p.queue) == 0 {
		e := p.row(at)
		p.depth++
		e.depth, e.requestDone = p.depth, true
		p.queue = append(p.queue, e)
	}
	return p.queue[0]
}

// drain emits the rows at the front of the queue that are complete, also
// those without a response if none can come.
func (p *Parser) drain() {
	unanswered := p.client >= 0 && p.dirs[1-p.client].phase == ended
	for len(p.queue) > 0 && p.queue[0].requestDone && (unanswered || p.queue[0].responseDone) {
		p.pop()
	}
}

// pop emits the first row of the queue.
func (p *Parser) pop() {
	e := p.queue[0]
	last := len(p.queue) - 1
	copy(p.queue, p.queue[1:])
	p.queue[last], p.queue = nil, p.queue[:last]
	for i := range p.dirs {
		if p.dirs[i].event == e {
			p.dirs[i].event = nil
		}
	}
	p.sink.emit(e)
}
