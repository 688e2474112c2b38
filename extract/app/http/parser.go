package http

import (
	"weir/extract/app/event"
)

// Parser reads the HTTP/1.x of one connection. The zero Parser must be Reset
// before use. It allocates only for events that its sink has none to lend
// for, and for fields that are cut by the end of a segment.
type Parser struct {
	// Summary is of what was read so far.
	Summary Summary

	flow   *event.Flow
	sink   *Sink
	client int // the direction that sends requests; -1 until known
	dirs   [2]direction
	exchanges
}

// Reset makes the parser ready for another connection. Flow must stay
// unchanged until the next Reset.
func (p *Parser) Reset(flow *event.Flow, sink *Sink) {
	p.Summary.reset()
	p.flow, p.sink, p.client = flow, sink, -1
	p.exchanges.reset()
	for i := range p.dirs {
		d := &p.dirs[i]
		*d = direction{lines: d.lines}
		d.expect()
	}
}

// Done reports whether no byte of either direction will be read any more.
func (p *Parser) Done() bool { return p.dirs[0].phase == ended && p.dirs[1].phase == ended }

// Data reads the next bytes of a direction: 0 from the flow's initiator, 1
// from its responder. B is not kept.
func (p *Parser) Data(dir int, b []byte, at event.Stamp) {
	d := &p.dirs[dir]
	for len(b) > 0 {
		switch d.phase {
		case ended:
			return
		case untilClose:
			p.saw(dir, int64(len(b)))
			return
		case fixedBody, chunkData:
			n := min(int64(len(b)), d.left)
			p.saw(dir, n)
			b = b[n:]
			p.skipped(dir, n)
		default:
			b = p.line(dir, b, at)
		}
	}
}

// Gap tells that lost bytes of a direction are missing after those given so
// far; a number below 1 means that it is unknown how many.
func (p *Parser) Gap(dir int, lost int64, _ event.Stamp) {
	d := &p.dirs[dir]
	switch {
	case d.phase == untilClose:
	case (d.phase == fixedBody || d.phase == chunkData) && 0 < lost && lost <= d.left:
		p.skipped(dir, lost)
	default:
		p.end(dir)
	}
}

// End tells that the connection is over and emits what is pending.
func (p *Parser) End() {
	p.end(0)
	p.end(1)
	for len(p.queue) > 0 {
		p.pop()
	}
}

// line reads one line of a direction and returns what follows it.
func (p *Parser) line(dir int, b []byte, at event.Stamp) []byte {
	d := &p.dirs[dir]
	if d.phase == startLine && len(d.lines.buf) == 0 && !isToken(b[0]) && b[0] != '\r' && b[0] != '\n' {
		p.end(dir)
		return nil
	}
	line, rest, ok := d.lines.next(b, d.phase == fieldLines)
	if !ok {
		if d.lines.budget < 0 {
			p.end(dir)
		}
		return nil
	}
	switch d.phase {
	case startLine:
		p.start(dir, line, at)
	case fieldLines:
		p.field(dir, line, at)
	case chunkLine:
		p.chunkSize(dir, line)
	case chunkEnd:
		if len(line) > 0 {
			p.end(dir)
			break
		}
		d.chunk()
	case trailers:
		if d.count++; d.count > maxLines {
			p.end(dir)
		} else if len(line) == 0 {
			p.complete(dir)
		}
	}
	return rest
}

// start reads the line where a message begins.
func (p *Parser) start(dir int, line []byte, at event.Stamp) {
	d := &p.dirs[dir]
	if len(line) == 0 {
		d.expect()
		return
	}
	s := parseStart(line)
	client := dir
	if s.kind == replied {
		client = 1 - dir
	}
	if s.kind == noStart || p.client >= 0 && p.client != client {
		p.end(dir)
		return
	}
	p.client = client
	d.phase = fieldLines
	if s.kind == replied {
		p.response(d, s, at)
	} else {
		p.request(d, s, at)
	}
}

// chunkSize reads the line before a chunk.
func (p *Parser) chunkSize(dir int, line []byte) {
	d := &p.dirs[dir]
	switch n, ok := parseChunkSize(line); {
	case !ok:
		p.end(dir)
	case n > 0:
		d.phase, d.left = chunkData, n
	default:
		d.phase, d.count = trailers, 0
		d.lines.reset(maxHead)
	}
}

// saw counts bytes of a body.
func (p *Parser) saw(dir int, n int64) {
	e := p.dirs[dir].event
	switch {
	case e == nil:
	case dir == p.client:
		e.requestBytes += n
	default:
		e.responseBytes += n
	}
}

// skipped goes past n bytes of a body of known length or of a chunk.
func (p *Parser) skipped(dir int, n int64) {
	d := &p.dirs[dir]
	if d.left -= n; d.left > 0 {
		return
	}
	if d.phase == fixedBody {
		p.complete(dir)
		return
	}
	d.phase = chunkEnd
	d.lines.reset(maxChunkLine)
}

// complete ends the current message of a direction.
func (p *Parser) complete(dir int) {
	p.finish(dir)
	p.dirs[dir].expect()
	p.drain()
}

// finish marks the current message of a direction as complete in its row.
func (p *Parser) finish(dir int) {
	d := &p.dirs[dir]
	switch e := d.event; {
	case e == nil:
	case d.doubtful:
		d.doubtful = false
		p.sink.Recycle(e)
	case dir == p.client:
		e.requestDone = true
	case d.final:
		e.responseDone = true
	}
}

// end ends the reading of a direction.
func (p *Parser) end(dir int) {
	d := &p.dirs[dir]
	if d.phase == ended {
		return
	}
	if d.phase == fieldLines && d.lines.held {
		// The field is whole: whatever would follow cannot be known.
		p.take(dir, d.lines.buf)
	}
	p.finish(dir)
	d.close()
	p.drain()
}
