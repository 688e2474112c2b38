package app

import (
	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/http"
	"weir/extract/app/quic"
	"weir/extract/app/tls"
)

// Events are the rows of the event tables that a shard has finished.
type Events struct {
	DNS  []*dns.Event
	HTTP []*http.Event
	TLS  []*tls.Event
}

// Len returns the number of events.
func (e *Events) Len() int { return len(e.DNS) + len(e.HTTP) + len(e.TLS) }

// Engine is the application layer of one shard. It is not safe for
// concurrent use.
type Engine struct {
	events Events
	dns    *dns.Sink
	http   *http.Sink
	tls    *tls.Sink
	quic   *quic.Sink
	spare  []*Conversation
	// Parsers that no conversation uses.
	dnsParsers  []*dns.Parser
	httpParsers []*http.Parser
	tlsParsers  []*tls.Parser
	quicParsers []*quic.Parser
}

// NewEngine returns an engine without events.
func NewEngine() *Engine {
	e := &Engine{}
	e.dns = dns.NewSink(func(x *dns.Event) { e.events.DNS = append(e.events.DNS, x) })
	e.http = http.NewSink(func(x *http.Event) { e.events.HTTP = append(e.events.HTTP, x) })
	ended := func(x *tls.Event) { e.events.TLS = append(e.events.TLS, x) }
	e.tls, e.quic = tls.NewSink(ended), quic.NewSink(ended)
	return e
}

// Events returns the events finished since the last call.
func (e *Engine) Events() Events {
	events := e.events
	e.events = Events{ // about as many will come again
		DNS:  make([]*dns.Event, 0, len(events.DNS)),
		HTTP: make([]*http.Event, 0, len(events.HTTP)),
		TLS:  make([]*tls.Event, 0, len(events.TLS)),
	}
	return events
}

// Open starts the conversation of a flow with its first packet with payload.
func (e *Engine) Open(f event.Flow) *Conversation {
	c := take(&e.spare)
	c.engine, c.flow = e, f
	return c
}

// maxSpare is how many conversations, and parsers of a kind, wait to be used
// again. More than that are only needed where flows end all at once.
const maxSpare = 4096

// Recycle takes a conversation back whose summaries are no longer needed.
func (e *Engine) Recycle(c *Conversation) {
	if c.dns != nil {
		give(&e.dnsParsers, c.dns)
	}
	if c.http != nil {
		c.http.Reset(nil, e.http)
		give(&e.httpParsers, c.http)
	}
	if c.tls != nil {
		c.tls.Reset(nil, e.tls)
		give(&e.tlsParsers, c.tls)
	}
	if c.quic != nil {
		c.quic.Reset(nil, e.quic)
		give(&e.quicParsers, c.quic)
	}
	*c = Conversation{}
	give(&e.spare, c)
}

// take returns a value of a free list, or a new one.
func take[T any](list *[]*T) *T {
	n := len(*list) - 1
	if n < 0 {
		return new(T)
	}
	p := (*list)[n]
	*list = (*list)[:n]
	return p
}

// give puts a value on a free list unless that is long enough.
func give[T any](list *[]*T, p *T) {
	if len(*list) < maxSpare {
		*list = append(*list, p)
	}
}
