package http

import "weir/extract/app/event"

// Limits of the text of an event, in bytes.
const (
	maxURI  = 8 << 10
	maxText = 4 << 10
	// keepText is the room for text that a recycled event keeps.
	keepText = 8 << 10
)

// part names a text of an event.
type part uint8

const (
	method part = iota
	host
	uri
	userAgent
	referrer
	reason
	contentType
	parts
)

// limit returns the most bytes the part may have.
func (p part) limit() int {
	if p == uri {
		return maxURI
	}
	return maxText
}

// span is where a part lies in Event.text.
type span struct {
	start, end uint32
	known      bool
}

// Event is a request with its response, either of which may be missing. It is
// read through Catalogue.
type Event struct {
	event.Head
	depth                        int64
	requestBytes, responseBytes  int64
	requestHead, responseHead    int64 // time at which the head was complete, ns
	status                       uint16
	minor                        int8 // of the version HTTP/1.minor; -1 if unknown
	hasRequestHead, hasReplyHead bool
	hasRequest                   bool
	// head and connect tell of the method what the response's body depends on.
	head, connect bool
	// answered tells that the final response has begun.
	answered                  bool
	requestDone, responseDone bool
	text                      []byte
	parts                     [parts]span
}

// clear makes an empty event of a used one.
func (e *Event) clear() {
	text := e.text[:0]
	if cap(text) > keepText {
		text = nil
	}
	*e = Event{text: text, minor: -1}
}

// Rooms are where the texts of events are kept.
type Rooms struct{ text event.Room[byte] }

// Keep makes kept the event, with all that it refers to in rooms, so that e may be recycled.
func (e *Event) Keep(kept *Event, r *Rooms) {
	*kept = *e
	kept.text = r.text.Copy(e.text)
}

// set gives a part its value.
func (e *Event) set(p part, value []byte) {
	start := len(e.text)
	e.text = appendText(e.text, value, p.limit())
	e.parts[p] = span{uint32(start), uint32(len(e.text)), true}
}

// keep gives a part its value unless it has one. It does nothing to a nil event.
func (e *Event) keep(p part, value []byte) {
	if e != nil && !e.parts[p].known {
		e.set(p, value)
	}
}

// get returns a part, or false if it is unknown.
func (e *Event) get(p part) ([]byte, bool) {
	s := e.parts[p]
	return e.text[s.start:s.end], s.known
}

// latency returns the time from head to head in microseconds, never negative,
// or false if one of them is missing.
func (e *Event) latency() (int64, bool) {
	if !e.hasRequestHead || !e.hasReplyHead {
		return 0, false
	}
	return max(e.responseHead-e.requestHead, 0) / 1000, true
}
