package event

// maxSpare is how many events are kept.
const maxSpare = 1024

// Spare keeps events that nobody uses any more for those to come. The zero Spare is
// empty.
type Spare[E any] struct{ events []*E }

// Give takes an event back.
func (s *Spare[E]) Give(e *E) {
	if len(s.events) < maxSpare {
		s.events = append(s.events, e)
	}
}

// Take returns an event as it was given, or a new one.
func (s *Spare[E]) Take() *E {
	last := len(s.events) - 1
	if last < 0 {
		return new(E)
	}
	e := s.events[last]
	s.events = s.events[:last]
	return e
}
