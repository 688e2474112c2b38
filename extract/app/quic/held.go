package quic

import "unsafe"

// keysBytes is about what the keys of a side take.
const keysBytes = 1536

// Held returns about how many bytes of memory the parser takes for its flow. It
// depends on what was read alone, and not on memory kept from earlier flows.
func (p *Parser) Held() int {
	n := int(unsafe.Sizeof(*p)) + p.conn.session.Held()
	for i := range p.conn.sides {
		s := &p.conn.sides[i]
		n += len(s.stream.data) + len(s.stream.spans)*int(unsafe.Sizeof(span{}))
		if s.opener != nil {
			n += keysBytes
		}
	}
	return n
}
