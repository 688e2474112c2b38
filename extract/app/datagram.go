package app

import (
	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/quic"
	"weir/extract/app/service"
	"weir/extract/decode"
)

// Datagram takes a UDP packet with payload and tells whether more of the flow
// is of use.
func (c *Conversation) Datagram(h *decode.Header, dir int, packet int64) bool {
	wire := int(h.PayloadLen)
	if h.Fragment {
		wire = dns.Unknown // the header tells the length of the fragment
	}
	if c.stage == guessing {
		c.guessDatagram(h.Payload, wire, dir)
	}
	if c.stage == reading && c.mayRead(h.Payload, wire) {
		c.readers.datagrams.Datagram(dir, h.Payload, wire, event.Stamp{Time: h.Time, Packet: packet})
		c.settle()
	}
	return c.stage != done
}

// guessDatagram judges a datagram.
func (c *Conversation) guessDatagram(b []byte, wire, dir int) {
	e := c.engine
	if c.isDNS(b, wire) {
		r := c.parsers()
		c.service, r.dns = service.DNS, take(&e.dnsParsers)
		r.dns.Reset(&r.flow, e.dns)
		c.readDatagrams(r.dns)
		return
	}
	switch quic.Probe(b, wire) {
	case quic.IETF:
		r := c.parsers()
		c.service, r.quic = service.QUIC, take(&e.quicParsers)
		r.quic.Reset(&r.flow, e.quic)
		c.readDatagrams(r.quic)
		return
	case quic.Google:
		c.service = service.QUIC
		c.quit()
		return
	}
	name, v := c.datagrams.See(b, wire, dir, c.initiator, c.responder)
	c.service = name
	if v != service.NeedMore {
		c.quit()
	}
}

func (c *Conversation) readDatagrams(r datagramReader) {
	c.readers.datagrams, c.stage = r, reading
	c.readers.finisher, _ = r.(finisher)
}

// netBIOSPort is where NetBIOS asks for names, in the format of DNS.
const netBIOSPort = 137

func (c *Conversation) isDNS(b []byte, wire int) bool {
	if c.onDNSPort() {
		return dns.ProbePort(b, wire)
	}
	if c.hasPorts && (c.initiator == netBIOSPort || c.responder == netBIOSPort) {
		return false
	}
	return dns.Probe(b, wire) == dns.Yes
}

// mayRead tells whether a datagram is for the flow's parser, which takes
// nearly anything for DNS.
func (c *Conversation) mayRead(b []byte, wire int) bool {
	return c.readers.dns == nil || c.onDNSPort() || dns.ProbeNext(b, wire)
}
