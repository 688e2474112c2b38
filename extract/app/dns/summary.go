package dns

import "weir/extract/app/tally"

// Summary is what the columns of a flow say of its DNS messages.
type Summary struct {
	// Queries and Responses count messages with QR = 0 and QR = 1.
	Queries, Responses int64
	// Query is the text of the first question's name, empty if there was none.
	Query []byte
	// QType counts the types of the first questions, once a transaction.
	QType tally.Tally[uint16]
	// RCode counts the codes of the responses.
	RCode tally.Tally[uint16]
}

// Reset empties the summary and keeps its memory.
func (s *Summary) Reset() {
	s.Queries, s.Responses, s.Query = 0, 0, s.Query[:0]
	s.QType.Reset()
	s.RCode.Reset()
}

// transaction counts a new row.
func (s *Summary) transaction(e *Event) {
	if len(e.name) == 0 {
		return
	}
	if len(s.Query) == 0 {
		s.Query = append(s.Query, e.name...)
	}
	s.QType.Add(e.qtype)
}
