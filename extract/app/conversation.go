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

// Conversation is the application layer of one flow.
type Conversation struct {
	engine  *Engine
	flow    event.Flow
	service string
	stage   stage

	streams   [2]stream
	guess     guess
	datagrams service.Datagrams

	reader    reader
	datagramr datagramReader
	finisher  finisher

	dns  *dns.Parser
	http *http.Parser
	tls  *tls.Parser
	quic *quic.Parser
}

// Service returns the name of the application protocol, or "".
func (c *Conversation) Service() string { return c.service }

// DNS returns what the columns of flows need of DNS, or nil if the flow has none.
func (c *Conversation) DNS() *dns.Summary {
	if c.dns == nil {
		return nil
	}
	return c.dns.Summary()
}

// HTTP returns what the columns of flows need of HTTP, or nil if the flow has none.
func (c *Conversation) HTTP() *http.Summary {
	if c.http == nil {
		return nil
	}
	return &c.http.Summary
}

// TLS returns what the columns of flows need of TLS over TCP or QUIC, or nil
// if the flow has none.
func (c *Conversation) TLS() *tls.Summary {
	switch {
	case c.tls != nil:
		return c.tls.Summary()
	case c.quic != nil:
		return &c.quic.Summary
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
	c.streams = [2]stream{}
	return false
}

// Plain tells that the service is all there is to know of the conversation.
func (c *Conversation) Plain() bool {
	return c.stage == done && c.dns == nil && c.http == nil && c.tls == nil && c.quic == nil
}

// Close ends the conversation: what is pending becomes rows. The summaries
// stay readable until the conversation is recycled.
func (c *Conversation) Close() {
	for dir := range c.streams {
		c.streams[dir].end(dir, c)
	}
	switch {
	case c.reader != nil:
		c.reader.End()
	case c.datagramr != nil:
		c.datagramr.End()
	}
	c.quit()
	c.streams = [2]stream{}
}

// settle ends the reading once the parser has all there is to know. What
// follows HTTP that has turned to something else may be TLS, through a proxy.
func (c *Conversation) settle() {
	switch {
	case c.finisher == nil || !c.finisher.Done():
	case c.http != nil && c.tls == nil:
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
		c.reader.Data(dir, b, at)
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
		c.reader.Gap(dir, lost, at)
		c.settle()
	case watching:
		c.guess.clear(dir)
	case guessing:
		if len(c.guess.heads[dir]) > 0 {
			c.guess.lost[dir] += lost
		}
	}
}

// read hands the stream over to a parser, first what was kept of it.
func (c *Conversation) read(r reader) {
	c.reader, c.stage = r, reading
	c.finisher, _ = r.(finisher)
	c.guess.replay(r)
	c.guess = guess{}
}
