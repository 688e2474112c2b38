package dns

import "weir/extract/app/event"

// Sink takes the events of many parsers that run on one goroutine, lends them the
// events to fill, and holds the scratch space that they share.
type Sink struct {
	emit    func(*Event)
	spare   event.Spare[Event]
	message message
}

// NewSink returns a sink that gives each event to emit, once and complete. Its
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
