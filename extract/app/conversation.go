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

// Limits of recognition.
const (
	// maxHead is how many bytes of one direction are looked at.
	maxHead = 8 << 10
	// maxDatagrams is how many datagrams of a flow are looked at.
	maxDatagrams = 24
	// maxWatched is how many chunks of a plain-text protocol are watched for
	// the beginning of TLS.
	maxWatched = 64
)

// stage is how much is known of a conversation.
type stage uint8

const (
	guessing stage = iota // the protocol is not known yet
	reading               // reader takes what comes
	watching              // of a plain-text protocol that may turn to TLS
	done                  // nothing more can be learnt
)

// chunk is a piece of a direction in order, kept while guessing.
type chunk struct {
	dir      int
	from, to int // in Conversation.head
	lost     int64
	at       event.Stamp
}

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

	streams [2]stream
	head    []byte
	chunks  []chunk
	seen    [2]int // bytes of each direction in head
	refused [2]bool
	watched int
	ignored int

	datagrams service.Datagrams

	reader    reader
	datagramr datagramReader
	finisher  finisher
	dns       *dns.Parser
	http      *http.Parser
	tls       *tls.Parser
	quic      *quic.Parser
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
	c.streams[0].reset()
	c.streams[1].reset()
	return false
}

// Datagram takes a packet with payload of any other protocol and tells
// whether more of the flow is of use.
func (c *Conversation) Datagram(h *decode.Header, dir int, packet int64) bool {
	at := event.Stamp{Time: h.Time, Packet: packet}
	if c.stage == guessing {
		c.guessDatagram(h, dir)
	}
	if c.stage == reading {
		c.datagramr.Datagram(dir, h.Payload, int(h.PayloadLen), at)
		c.settle()
	}
	return c.stage != done
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
}

// settle ends the reading once the parser has all there is to know.
func (c *Conversation) settle() {
	if c.finisher != nil && c.finisher.Done() {
		c.quit()
	}
}

// quit drops what only going on would need.
func (c *Conversation) quit() {
	c.stage = done
	c.head, c.chunks = nil, nil
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
		if c.refused[dir] {
			c.ignore(len(b))
			return
		}
		c.keep(dir, b, 0, at)
		c.guessStream(dir)
	}
}

// ignore passes over bytes of a direction that has been given up while the
// other one is still undecided, up to a limit.
func (c *Conversation) ignore(n int) {
	if c.ignored += n; c.ignored > maxHead {
		c.quit()
	}
}

// gap implements receiver.
func (c *Conversation) gap(dir int, lost int64, at event.Stamp) {
	switch c.stage {
	case reading:
		c.reader.Gap(dir, lost, at)
	case guessing:
		if c.refused[dir] {
			return
		}
		c.keep(dir, nil, lost, at)
		if c.seen[dir] == 0 {
			return // the beginning is missing: judge what follows
		}
		c.refuse(dir)
	}
}

func (c *Conversation) keep(dir int, b []byte, lost int64, at event.Stamp) {
	from := len(c.head)
	c.head = append(c.head, b...)
	c.chunks = append(c.chunks, chunk{dir, from, len(c.head), lost, at})
	c.seen[dir] += len(b)
}

// first returns the kept bytes of a direction up to its first loss after
// them. It copies only if both directions have spoken.
func (c *Conversation) first(dir int) []byte {
	if c.seen[dir] == len(c.head) {
		return c.head
	}
	var b []byte
	for _, k := range c.chunks {
		if k.dir == dir {
			b = append(b, c.head[k.from:k.to]...)
		}
	}
	return b
}

// refuse gives up on a direction, and on the flow if the other one has been
// given up too.
func (c *Conversation) refuse(dir int) {
	c.refused[dir] = true
	if c.refused[1-dir] || c.seen[1-dir] == 0 && c.seen[dir] >= maxHead {
		c.quit()
	}
}

// read hands the stream over to a parser: first what was kept, in the order
// in which it came.
func (c *Conversation) read(r reader) {
	c.reader, c.stage = r, reading
	c.finisher, _ = r.(finisher)
	for _, k := range c.chunks {
		if k.lost > 0 {
			r.Gap(k.dir, k.lost, k.at)
			continue
		}
		r.Data(k.dir, c.head[k.from:k.to], k.at)
	}
	c.head, c.chunks = nil, nil
	c.settle()
}

// identity returns the flow as events refer to it.
func (c *Conversation) identity() *event.Flow {
	f := c.flow
	return &f
}

// reset makes the conversation ready to be used for another flow.
func (c *Conversation) reset() {
	e := c.engine
	if c.dns != nil {
		e.dnsParsers = append(e.dnsParsers, c.dns)
	}
	if c.http != nil {
		e.httpParsers = append(e.httpParsers, c.http)
	}
	if c.tls != nil {
		e.tlsParsers = append(e.tlsParsers, c.tls)
	}
	if c.quic != nil {
		e.quicParsers = append(e.quicParsers, c.quic)
	}
	*c = Conversation{}
}

// Recycle takes a conversation back whose summaries are no longer needed.
func (e *Engine) Recycle(c *Conversation) {
	c.reset()
	e.spare = append(e.spare, c)
}
