package app

import "unsafe"

// Held returns about how many bytes of memory the conversation takes. It depends
// on what was read of its flow alone, and not on memory kept from earlier
// ones, so that what is decided by it is decided alike for any number of
// workers.
func (c *Conversation) Held() int {
	n := int(unsafe.Sizeof(*c))
	if o := c.guess.kept; o != nil {
		n += int(unsafe.Sizeof(*o)) + len(o.heads[0]) + len(o.heads[1]) + len(o.chunks)*int(unsafe.Sizeof(chunk{}))
	}
	for i := range c.streams {
		if e := c.streams[i].early; e != nil {
			n += int(unsafe.Sizeof(*e)) + e.bytes + len(e.held)*int(unsafe.Sizeof(segment{}))
		}
	}
	if c.readers != nil {
		n += c.readers.bytes()
	}
	return n
}

// bytes is what the parsers take.
func (r *readers) bytes() int {
	n := int(unsafe.Sizeof(*r))
	if r.dns != nil {
		n += r.dns.Held()
	}
	if r.http != nil {
		n += r.http.Held()
	}
	if r.tls != nil {
		n += r.tls.Held()
	}
	if r.quic != nil {
		n += r.quic.Held()
	}
	return n
}
