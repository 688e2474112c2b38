package http

// maxFree is how many recycled events a sink keeps.
const maxFree = 1024

// Sink takes the events of many parsers, and lends them the events to fill. It
// and its parsers are used by one goroutine at a time.
type Sink struct {
	emit func(*Event)
	free []*Event
}

// NewSink returns a sink that hands each complete event to emit, whose
// receiver owns it until it gives it to Recycle.
func NewSink(emit func(*Event)) *Sink { return &Sink{emit: emit} }

// Recycle takes back an event that nobody uses any more.
func (s *Sink) Recycle(e *Event) {
	if len(s.free) < maxFree {
		s.free = append(s.free, e)
	}
}

// event returns an empty event.
func (s *Sink) event() *Event {
	last := len(s.free) - 1
	if last < 0 {
		return &Event{minor: -1}
	}
	e := s.free[last]
	s.free = s.free[:last]
	e.clear()
	return e
}
