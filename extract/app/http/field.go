package http

import "weir/extract/app/event"

// field reads a line of a head after the start line.
func (p *Parser) field(dir int, line []byte, at event.Stamp) {
	d := &p.dirs[dir]
	if d.count++; d.count > maxLines {
		p.end(dir)
		return
	}
	if len(line) > 0 {
		p.take(dir, line)
		return
	}
	if d.doubtful {
		p.end(dir) // no field followed: HTTP/0.9, or no HTTP
		return
	}
	if !d.badLength && d.hasLength {
		p.Summary.addLength(d.length)
	}
	if dir == p.client {
		if d.event != nil {
			d.event.requestHead, d.event.hasRequestHead = at.Time, true
		}
		p.follow(dir, d.requestBody())
		return
	}
	if d.event != nil {
		d.event.responseHead, d.event.hasReplyHead = at.Time, true
	}
	if d.tunnel {
		p.finish(dir)
		p.end(p.client)
		p.end(dir)
		return
	}
	p.follow(dir, d.responseBody())
}

// follow turns to what follows a head.
func (p *Parser) follow(dir int, b body) {
	d := &p.dirs[dir]
	switch b {
	case noBody:
		p.complete(dir)
	case knownLength:
		d.phase, d.left = fixedBody, d.length
	case inChunks:
		d.chunk()
	case toTheEnd:
		d.phase = untilClose
	case unknowable:
		p.end(dir)
	}
}

// take reads a field, without its line end. What is no field is ignored.
func (p *Parser) take(dir int, line []byte) {
	d := &p.dirs[dir]
	n := tokenLen(line)
	colon := n
	for colon < len(line) && isBlank(line[colon]) {
		colon++
	}
	if n == 0 || colon == len(line) || line[colon] != ':' {
		return
	}
	if d.doubtful {
		d.doubtful = false
		p.enqueue(d.event)
	}
	name, value := line[:n], trim(line[colon+1:])
	switch {
	case is(name, "content-length"):
		d.contentLength(value)
	case is(name, "transfer-encoding"):
		d.transferEncoding(value)
	case dir == p.client:
		p.requestField(d.event, name, value)
	default:
		if !is(name, "content-type") {
			return
		}
		d.event.keep(contentType, value)
		if d.final && p.finals == 1 {
			p.Summary.ContentType.keep(value)
		}
	}
}

// requestField reads a field of a request, whose row is nil if it was emitted
// before its head was complete.
func (p *Parser) requestField(e *Event, name, value []byte) {
	first := p.Summary.Requests == 1
	switch {
	case is(name, "host"):
		e.keep(host, value)
		if first {
			p.Summary.Host.keep(value)
		}
	case is(name, "user-agent"):
		e.keep(userAgent, value)
		if first {
			p.Summary.UserAgent.keep(value)
		}
	case is(name, "referer"):
		e.keep(referrer, value)
	}
}

// is reports whether a field's name, a token, is the one given in lower case.
func is(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if c|0x20 != lower[i] {
			return false
		}
	}
	return true
}
