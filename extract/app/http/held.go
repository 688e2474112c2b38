package http

import "unsafe"

// Held returns about how many bytes of memory the parser takes for its flow. It
// depends on what was read alone, and not on memory kept from earlier flows.
func (p *Parser) Held() int {
	n := int(unsafe.Sizeof(*p)) + len(p.Summary.Host.Bytes) + len(p.Summary.UserAgent.Bytes) + len(p.Summary.ContentType.Bytes)
	for i := range p.dirs {
		d := &p.dirs[i]
		n += len(d.lines.buf)
		if d.doubtful && d.event != nil { // not in the queue yet
			n += d.event.held()
		}
	}
	for _, e := range p.queue {
		n += e.held()
	}
	return n
}

func (e *Event) held() int { return int(unsafe.Sizeof(*e)) + len(e.text) }
