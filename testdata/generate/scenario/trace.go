package scenario

import "time"

// packet is one record of a capture.
type packet struct {
	time  time.Time
	iface int // the interface it was seen at, counted from 0
	bytes []byte
}

// trace is what was captured, in order, and the clock of its story.
type trace struct {
	packets []packet
	now     time.Time
	iface   int
	ident   uint16 // of the last IPv4 datagram
}

// newTrace starts a story at a time in RFC 3339, of which the year, month,
// day and so on are UTC.
func newTrace(start string) *trace {
	now, err := time.Parse(time.RFC3339Nano, start)
	if err != nil {
		panic(err) // a slip in this package's own literals
	}
	return &trace{now: now.UTC()}
}

// until moves the clock to d after another time.
func (t *trace) until(start time.Time, d time.Duration) { t.now = start.Add(d) }

// send records a frame some time after the one before it; the time may be negative.
func (t *trace) send(after time.Duration, frame []byte) {
	t.now = t.now.Add(after)
	t.packets = append(t.packets, packet{t.now, t.iface, frame})
}

// nextIdent returns the identification of the next IPv4 datagram.
func (t *trace) nextIdent() uint16 {
	t.ident++
	return t.ident
}
