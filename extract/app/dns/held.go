package dns

import "unsafe"

// Held returns about how many bytes of memory the parser takes for its flow. It
// depends on what was read alone, and not on memory kept from earlier flows.
func (p *Parser) Held() int {
	n := int(unsafe.Sizeof(*p)) + len(p.streams[0].held) + len(p.streams[1].held) + len(p.summary.Query)
	for _, e := range p.pending {
		n += int(unsafe.Sizeof(*e)) + len(e.name) + len(e.text) + 4*len(e.marks)
	}
	return n
}
