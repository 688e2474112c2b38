package tls

// Sink takes the events of many parsers, of TLS over TCP and over QUIC.
type Sink struct{ emit func(*Event) }

// NewSink returns a sink that hands each event to emit, whose receiver owns it.
func NewSink(emit func(*Event)) *Sink { return &Sink{emit: emit} }

// Emit hands over an event that is complete; a nil one is none.
func (s *Sink) Emit(e *Event) {
	if e != nil {
		s.emit(e)
	}
}
