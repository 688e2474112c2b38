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

// stage is how much is known of a conversation.
type stage uint8

const (
	guessing stage = iota // the protocol is not known yet
	reading               // reader takes what comes
	watching              // of a protocol that may turn to TLS
	done                  // nothing more can be learnt
)

// reader is a parser of a protocol.
type reader interface {
	Data(dir int, b []byte, at event.Stamp)
	Gap(dir int, lost int64, at event.Stamp)
	End()
}

// datagramReader is a parser of a datagram protocol.
type datagramReader interface {
	Datagram(dir int, b []byte, wire int, at event.Stamp)
	End()
}

// finisher is a parser that knows when nothing more can change what it knows.
// Its End does nothing then.
type finisher interface{ Done() bool }

// Subject is the flow that a conversation is of.
type Subject interface {
	// Event returns the flow as event rows refer to it.
	Event() event.Flow
	// Ports returns the ports of both ends; ok is false where they mean nothing.
	Ports() (initiator, responder uint16, ok bool)
}

// Conversation is the application layer of one flow. Most are of protocols that are
// never known, and many are open at once: what lies beyond two lines of a cache is made
// where it is needed.
type Conversation struct {
	stage     stage
	service   service.Name
	hasPorts  bool
	initiator uint16 // ports, if hasPorts
	responder uint16

	streams   [2]stream
	guess     guess
	readers   *readers // nil until a protocol is known that is read
	engine    *Engine
	subject   Subject
	datagrams service.Datagrams

	_ [16]byte // to whole lines
}

// readers are the parsers of a conversation.
type readers struct {
	flow      event.Flow
	stream    reader
	datagrams datagramReader
	finisher  finisher

	dns  *dns.Parser
	http *http.Parser
	tls  *tls.Parser
	quic *quic.Parser
}

// parsers returns the parsers of the conversation, of which there is one soon.
func (c *Conversation) parsers() *readers {
	if c.readers == nil {
		c.readers = take(&c.engine.readers)
		c.readers.flow = c.subject.Event()
	}
	return c.readers
}

// Service returns the name of the application protocol.
func (c *Conversation) Service() service.Name { return c.service }

// DNS returns what the columns of flows need of DNS, or nil if the flow has none.
func (c *Conversation) DNS() *dns.Summary {
	if c.readers == nil || c.readers.dns == nil {
		return nil
	}
	return c.readers.dns.Summary()
}

// HTTP returns what the columns of flows need of HTTP, or nil if the flow has none.
func (c *Conversation) HTTP() *http.Summary {
	if c.readers == nil || c.readers.http == nil {
		return nil
	}
	return &c.readers.http.Summary
}

// TLS returns what the columns of flows need of TLS over TCP or QUIC, or nil
// if the flow has none.
func (c *Conversation) TLS() *tls.Summary {
	switch r := c.readers; {
	case r == nil:
		return nil
	case r.tls != nil:
		return r.tls.Summary()
	case r.quic != nil:
		return &r.quic.Summary
	}
	return nil
}

// Begin tells where the stream of one direction begins: the number after a SYN.
func (c *Conversation) Begin(dir int, seq uint32) { c.streams[dir].begin(seq) }

// Segment takes a TCP packet with payload and tells whether more of the flow
// is of use.
func (c *Conversation) Segment(h *decode.Header, dir int, packet int64) bool {
	if c.stage != done {
		seq := h.Seq
		if h.Flags&decode.SYN != 0 {
			seq++ // the SYN takes the number before the data
		}
		c.streams[dir].add(dir, seq, h.PayloadLen, h.Payload, event.Stamp{Time: h.Time, Packet: packet}, c)
	}
	if c.stage != done {
		return true
	}
	c.forget()
	return false
}

// Plain tells that the service is all there is to know of the conversation.
func (c *Conversation) Plain() bool {
	return c.stage == done && c.readers == nil
}

// Close ends the conversation: what is pending becomes rows. The summaries
// stay readable until the conversation is recycled.
func (c *Conversation) Close() {
	for dir := range c.streams {
		c.streams[dir].end(dir, c)
	}
	switch r := c.readers; {
	case r == nil:
	case r.stream != nil:
		r.stream.End()
	case r.datagrams != nil:
		r.datagrams.End()
	}
	c.quit()
	c.forget()
}

// forget drops what the streams hold, which is of no more use.
func (c *Conversation) forget() {
	for i := range c.streams {
		if e := c.streams[i].early; e != nil && e.reset() {
			give(&c.engine.early, e)
		}
	}
	c.streams = [2]stream{}
}

// settle ends the reading once the parser has all there is to know. What
// follows HTTP that has turned to something else may be TLS, through a proxy.
func (c *Conversation) settle() {
	switch r := c.readers; {
	case r.finisher == nil || !r.finisher.Done():
	case r.http != nil && r.tls == nil:
		c.watchFor()
	default:
		c.quit()
	}
}

// quit drops what only going on would need.
func (c *Conversation) quit() {
	c.stage = done
	c.guess = guess{}
}

// data implements receiver.
func (c *Conversation) data(dir int, b []byte, at event.Stamp) {
	switch c.stage {
	case reading:
		c.readers.stream.Data(dir, b, at)
		c.settle()
	case watching:
		c.watch(dir, b, at)
	case guessing:
		c.listen(dir, b, at)
	}
}

// gap implements receiver.
func (c *Conversation) gap(dir int, lost int64, at event.Stamp) {
	switch c.stage {
	case reading:
		c.readers.stream.Gap(dir, lost, at)
		c.settle()
	case watching:
		c.guess.clear(dir)
	case guessing:
		if len(c.guess.head(dir)) > 0 {
			c.guess.kept.lost[dir] += lost
		}
	}
}

// early implements receiver.
func (c *Conversation) early() *early { return take(&c.engine.early) }

// read hands the stream over to a parser, first what was kept of it.
func (c *Conversation) read(r reader) {
	c.readers.stream, c.stage = r, reading
	c.readers.finisher, _ = r.(finisher)
	c.guess.replay(r)
	c.guess = guess{}
}
