package app

import (
	"weir/extract/app/event"
	"weir/extract/app/tls"
)

// watchFor goes on with a protocol of which nothing more is read itself, but
// that may turn to TLS: by STARTTLS, or through an HTTP proxy.
func (c *Conversation) watchFor() {
	if (c.readers == nil || c.readers.http == nil) && !c.service.MayStartTLS() {
		c.quit()
		return
	}
	c.stage, c.guess = watching, guess{}
}

// watch looks for the beginning of TLS where a chunk begins.
func (c *Conversation) watch(dir int, b []byte, at event.Stamp) {
	g := &c.guess
	if len(g.head(dir)) > 0 { // it began in the chunk before
		g.keep(dir, b, at)
		b = nil
	}
	head := b
	if b == nil {
		head = g.head(dir)
	}
	switch v := tls.Probe(head); {
	case v == tls.Yes:
		c.readTLS()
		if b != nil {
			c.data(dir, b, at)
		}
		return
	case v == tls.NeedMore && head[0] == tlsHandshake:
		if b != nil {
			g.keep(dir, b, at)
		}
		return
	}
	g.clear(dir)
	if g.passed++; g.passed > maxWatched {
		c.quit()
	}
}

// tlsHandshake is the first byte of a TLS record that carries a handshake.
const tlsHandshake = 22

// protectedTLS tells whether b is of a TLS connection whose handshake was not
// seen: it begins with application data, and whole records make up all of it.
func protectedTLS(b []byte) bool {
	const head, applicationData, maxRecord = 5, 23, 1<<14 + 2048
	if len(b) < head || b[0] != applicationData {
		return false
	}
	for len(b) >= head {
		size := int(b[3])<<8 | int(b[4])
		if b[0] < 20 || b[0] > applicationData || b[1] != 3 || b[2] > 4 || size == 0 || size > maxRecord || head+size > len(b) {
			return false
		}
		b = b[head+size:]
	}
	return len(b) == 0
}

func (c *Conversation) readTLS() {
	r := c.parsers()
	r.tls = take(&c.engine.tlsParsers)
	r.tls.Reset(&r.flow, c.engine.tls)
	c.read(r.tls)
}
