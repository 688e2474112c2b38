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
	e.events = Events{}
	return events
}

// Open starts the conversation of a flow with its first packet with payload.
func (e *Engine) Open(f event.Flow) *Conversation {
	var c *Conversation
	if n := len(e.spare) - 1; n >= 0 {
		c, e.spare = e.spare[n], e.spare[:n]
	} else {
		c = &Conversation{}
	}
	c.engine, c.flow = e, f
	return c
}

// take returns a parser of a free list, or a new one.
func take[P any](list *[]*P) *P {
	n := len(*list) - 1
	if n < 0 {
		return new(P)
	}
	p := (*list)[n]
	*list = (*list)[:n]
	return p
}
