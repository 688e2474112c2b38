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
		c.datagramr.Datagram(dir, h.Payload, wire, event.Stamp{Time: h.Time, Packet: packet})
		c.settle()
	}
	return c.stage != done
}

// guessDatagram judges a datagram.
func (c *Conversation) guessDatagram(b []byte, wire, dir int) {
	e := c.engine
	if c.isDNS(b, wire) {
		c.service, c.dns = "dns", take(&e.dnsParsers)
		c.dns.Reset(&c.flow, e.dns)
		c.readDatagrams(c.dns)
		return
	}
	switch quic.Probe(b, wire) {
	case quic.IETF:
		c.service, c.quic = "quic", take(&e.quicParsers)
		c.quic.Reset(&c.flow, e.quic)
		c.readDatagrams(c.quic)
		return
	case quic.Google:
		c.service = "quic"
		c.quit()
		return
	}
	name, v := c.datagrams.See(b, wire, dir, c.flow.InitiatorPort, c.flow.ResponderPort)
	c.service = name
	if v != service.NeedMore {
		c.quit()
	}
}

func (c *Conversation) readDatagrams(r datagramReader) {
	c.datagramr, c.stage = r, reading
	c.finisher, _ = r.(finisher)
}

// netBIOSPort is where NetBIOS asks for names, in the format of DNS.
const netBIOSPort = 137

func (c *Conversation) isDNS(b []byte, wire int) bool {
	if c.onDNSPort() {
		return dns.ProbePort(b, wire)
	}
	if c.flow.Ports && (c.flow.InitiatorPort == netBIOSPort || c.flow.ResponderPort == netBIOSPort) {
		return false
	}
	return dns.Probe(b, wire) == dns.Yes
}

// mayRead tells whether a datagram is for the flow's parser, which takes
// nearly anything for DNS.
func (c *Conversation) mayRead(b []byte, wire int) bool {
	return c.dns == nil || c.onDNSPort() || dns.ProbeNext(b, wire)
}
