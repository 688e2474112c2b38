package app

import (
	"weir/extract/app/block"
	"weir/extract/app/dns"
	"weir/extract/app/http"
	"weir/extract/app/quic"
	"weir/extract/app/tls"
)

// Engine is the application layer of one shard. It is not safe for
// concurrent use.
type Engine struct {
	events ledger
	dns    *dns.Sink
	http   *http.Sink
	tls    *tls.Sink
	quic   *quic.Sink
	spare  []*Conversation
	// What no conversation uses.
	early       []*early
	readers     []*readers
	dnsParsers  []*dns.Parser
	httpParsers []*http.Parser
	tlsParsers  []*tls.Parser
	quicParsers []*quic.Parser
}

// NewEngine returns an engine without events.
func NewEngine() *Engine {
	e := &Engine{}
	e.dns = dns.NewSink(func(x *dns.Event) {
		e.events.addDNS(x)
		e.dns.Recycle(x)
	})
	e.http = http.NewSink(func(x *http.Event) {
		e.events.addHTTP(x)
		e.http.Recycle(x)
	})
	e.tls, e.quic = tls.NewSink(e.events.addTLS), quic.NewSink(e.events.addTLS)
	return e
}

// Events returns the events finished since the last call.
func (e *Engine) Events() Events { return e.events.take() }

// Open starts the conversation of a flow with its first packet with payload.
func (e *Engine) Open(s Subject) *Conversation {
	c := take(&e.spare)
	c.engine, c.subject = e, s
	c.initiator, c.responder, c.hasPorts = s.Ports()
	return c
}

// maxSpare is how many conversations, and parsers of a kind, wait to be used
// again. More than that are only needed where flows end all at once.
const maxSpare = 4096

// Recycle takes a conversation back whose summaries are no longer needed.
func (e *Engine) Recycle(c *Conversation) {
	if c.readers != nil {
		e.recycle(c.readers)
	}
	*c = Conversation{}
	give(&e.spare, c)
}

func (e *Engine) recycle(r *readers) {
	if r.dns != nil {
		give(&e.dnsParsers, r.dns)
	}
	if r.http != nil {
		r.http.Reset(nil, e.http)
		give(&e.httpParsers, r.http)
	}
	if r.tls != nil {
		r.tls.Reset(nil, e.tls)
		give(&e.tlsParsers, r.tls)
	}
	if r.quic != nil {
		r.quic.Reset(nil, e.quic)
		give(&e.quicParsers, r.quic)
	}
	*r = readers{}
	give(&e.readers, r)
}

// take returns a value of a free list, or a new one.
func take[T any](list *[]*T) *T {
	n := len(*list) - 1
	if n < 0 {
		made := block.Of[T](1)
		for i := range made {
			*list = append(*list, &made[i])
		}
		n = len(made) - 1
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
