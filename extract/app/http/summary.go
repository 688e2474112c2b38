package http

import (
	"math"

	"weir/extract/app/tally"
)

// Summary is what the columns http_… of flows say of a connection.
type Summary struct {
	// Requests and Responses count heads, of which the start line suffices;
	// Responses includes 1xx.
	Requests, Responses int64
	Method              tally.Tally[string]
	Status              tally.Tally[uint16]
	// ContentLength is the sum of the Content-Length headers, each message
	// once; what is no number, or would overflow the sum, is left out.
	ContentLength int64
	// Host and UserAgent are of the first request, ContentType of the first
	// response that is not 1xx.
	Host, UserAgent, ContentType Text
}

// Text is the value of a header, valid UTF-8 of at most 4 KiB.
type Text struct {
	Bytes []byte
	// Known is false if there was no such header; Bytes is then empty.
	Known bool
}

// keep takes a value unless there is one.
func (t *Text) keep(value []byte) {
	if !t.Known {
		t.Bytes, t.Known = appendText(t.Bytes[:0], value, maxText), true
	}
}

func (s *Summary) reset() {
	s.Method.Reset()
	s.Status.Reset()
	*s = Summary{Method: s.Method, Status: s.Status, Host: Text{Bytes: s.Host.Bytes[:0]},
		UserAgent: Text{Bytes: s.UserAgent.Bytes[:0]}, ContentType: Text{Bytes: s.ContentType.Bytes[:0]}}
}

func (s *Summary) addLength(n int64) {
	if n <= math.MaxInt64-s.ContentLength {
		s.ContentLength += n
	}
}
