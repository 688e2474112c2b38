package dns

// maxFree is how many recycled events a sink keeps.
const maxFree = 1024

// Sink takes the events of many parsers that run on one goroutine, lends them the
// events to fill, and holds the scratch space that they share.
type Sink struct {
	emit    func(*Event)
	free    []*Event
	message message
}

// NewSink returns a sink that gives each event to emit, once and complete. Its
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
		return &Event{}
	}
	e := s.free[last]
	s.free = s.free[:last]
	e.clear()
	return e
}
