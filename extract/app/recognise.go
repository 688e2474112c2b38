package app

import (
	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/http"
	"weir/extract/app/quic"
	"weir/extract/app/service"
	"weir/extract/app/tls"
	"weir/extract/decode"
)

// guessStream judges a direction by its first bytes.
func (c *Conversation) guessStream(dir int) {
	if c.refused[dir] {
		return
	}
	b := c.first(dir)
	h, t, d := http.Probe(b), tls.Probe(b), c.probeDNS(b)
	name, s := service.Stream(c.first(0), c.first(1))
	switch {
	case h == http.Yes:
		c.service, c.http = "http", take(&c.engine.httpParsers)
		c.http.Reset(c.identity(), c.engine.http)
		c.read(c.http)
	case t == tls.Yes:
		c.service = "tls"
		c.readTLS()
	case d == dns.Yes:
		c.service, c.dns = "dns", take(&c.engine.dnsParsers)
		c.dns.Reset(c.identity(), c.engine.dns)
		c.read(c.dns)
	case s == service.Yes:
		c.service = name
		c.watchFor()
	case len(b) >= maxHead || h == http.No && t == tls.No && d == dns.No && s == service.No:
		c.refuse(dir)
	}
}

func (c *Conversation) probeDNS(b []byte) dns.Verdict {
	return dns.ProbeStream(b, c.onDNSPort())
}

func (c *Conversation) onDNSPort() bool {
	return c.flow.Ports && (dnsPort(c.flow.InitiatorPort) || dnsPort(c.flow.ResponderPort))
}

func dnsPort(p uint16) bool { return p == 53 || p == 5353 || p == 5355 }

func (c *Conversation) readTLS() {
	c.tls = take(&c.engine.tlsParsers)
	c.tls.Reset(c.identity(), c.engine.tls)
	c.read(c.tls)
}

// watchFor goes on with a protocol that is named and not read: those with a
// STARTTLS may turn to TLS.
func (c *Conversation) watchFor() {
	if !service.MayStartTLS(c.service) {
		c.quit()
		return
	}
	c.stage = watching
	c.head, c.chunks, c.seen = c.head[:0], c.chunks[:0], [2]int{}
}

// watch looks for a ClientHello at the beginning of a chunk.
func (c *Conversation) watch(dir int, b []byte, at event.Stamp) {
	if c.seen[dir] > 0 { // a record that began in the chunk before
		b = append(c.head[:len(c.head):len(c.head)], b...)
		c.head, c.chunks, c.seen = nil, nil, [2]int{}
	}
	switch tls.Probe(b) {
	case tls.Yes:
		c.keep(dir, b, 0, at)
		c.readTLS()
		return
	case tls.NeedMore:
		if len(b) > 0 && b[0] == tlsHandshake {
			c.head, c.chunks, c.seen = nil, nil, [2]int{}
			c.keep(dir, b, 0, at)
		}
	}
	if c.watched++; c.watched > maxWatched {
		c.quit()
	}
}

// tlsHandshake is the first byte of a TLS record that carries a handshake.
const tlsHandshake = 22

// guessDatagram judges a datagram.
func (c *Conversation) guessDatagram(h *decode.Header, dir int) {
	switch b := h.Payload; {
	case h.Key.Protocol == protocolUDP && c.isDNS(b, int(h.PayloadLen)):
		c.service, c.dns = "dns", take(&c.engine.dnsParsers)
		c.dns.Reset(c.identity(), c.engine.dns)
		c.datagramr, c.stage = c.dns, reading
	case h.Key.Protocol == protocolUDP && quic.Probe(b, int(h.PayloadLen)) == quic.IETF:
		c.service, c.quic = "quic", take(&c.engine.quicParsers)
		c.quic.Reset(c.identity(), c.engine.quic)
		c.datagramr, c.stage = c.quic, reading
		c.finisher, _ = c.datagramr.(finisher)
	default:
		name, v := c.datagrams.See(b, int(h.PayloadLen), dir, c.flow.InitiatorPort, c.flow.ResponderPort)
		switch {
		case v == service.Yes:
			c.service = name
			c.quit()
		case v == service.No || c.watched >= maxDatagrams:
			c.quit()
		}
		c.watched++
	}
}

func (c *Conversation) isDNS(b []byte, wire int) bool {
	if c.onDNSPort() {
		return dns.ProbePort(b, wire)
	}
	return dns.Probe(b, wire) == dns.Yes
}

const protocolUDP = 17
