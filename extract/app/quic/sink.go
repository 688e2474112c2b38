package quic

import "weir/extract/app/tls"

// Sink takes the rows of many parsers that run on one goroutine, and holds
// the scratch space that they share.
type Sink struct {
	emit    func(*tls.Event)
	scratch scratch
}

// NewSink returns a sink that gives each row to emit, once, complete and for
// good.
func NewSink(emit func(*tls.Event)) *Sink { return &Sink{emit: emit} }
