package http

import "weir/extract/app/event"

// Sink takes the events of many parsers, and lends them the events to fill. It
// and its parsers are used by one goroutine at a time.
type Sink struct {
	emit  func(*Event)
	spare event.Spare[Event]
}

// NewSink returns a sink that hands each complete event to emit, whose
// receiver owns it until it gives it to Recycle.
func NewSink(emit func(*Event)) *Sink { return &Sink{emit: emit} }

// Recycle takes back an event that nobody uses any more.
func (s *Sink) Recycle(e *Event) { s.spare.Give(e) }

// event returns an empty event.
func (s *Sink) event() *Event {
	e := s.spare.Take()
	e.clear()
	return e
}
