package app

import "unsafe"

// Held returns about how many bytes of memory the conversation takes. It depends
// on what was read of its flow alone, and not on memory kept from earlier
// ones, so that what is decided by it is decided alike for any number of
// workers.
func (c *Conversation) Held() int {
	n := int(unsafe.Sizeof(*c)) + len(c.guess.heads[0]) + len(c.guess.heads[1]) + len(c.guess.chunks)*int(unsafe.Sizeof(chunk{}))
	for i := range c.streams {
		n += c.streams[i].bytes + len(c.streams[i].held)*int(unsafe.Sizeof(segment{}))
	}
	if c.dns != nil {
		n += c.dns.Held()
	}
	if c.http != nil {
		n += c.http.Held()
	}
	if c.tls != nil {
		n += c.tls.Held()
	}
	if c.quic != nil {
		n += c.quic.Held()
	}
	return n
}
