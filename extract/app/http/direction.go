package http

// Limits of what is read in a row, in bytes and lines.
const (
	maxHead      = 64 << 10
	maxLines     = 1000
	maxChunkLine = 8 << 10
)

// phase is what a direction's next byte belongs to.
type phase uint8

const (
	startLine phase = iota
	fieldLines
	fixedBody  // left bytes of it
	chunkLine  // the size of a chunk
	chunkData  // left bytes of it
	chunkEnd   // the line end after a chunk
	trailers   // the fields after the last chunk
	untilClose // a body that lasts until the end
	ended      // nothing more is read
)

// direction is the state of one direction of a connection.
type direction struct {
	phase phase
	lines lineReader
	count int   // lines of the head or the trailers so far
	left  int64 // of the body or the chunk
	// event is the row that the current message belongs to, or nil.
	event *Event
	framing
	doubtful bool // the request of event counts only if a field follows
	// Of the current response: final is false for 1xx but 101; bodiless and
	// tunnel follow from the request's method.
	final, bodiless, tunnel bool
	status                  uint16
}

// expect begins another message.
func (d *direction) expect() {
	d.phase, d.event, d.framing, d.count = startLine, nil, framing{}, 0
	d.lines.reset(maxHead)
}

// close ends reading and frees what was read.
func (d *direction) close() {
	d.phase, d.event = ended, nil
	d.lines.reset(0)
}

// chunk begins the next chunk.
func (d *direction) chunk() {
	d.phase = chunkLine
	d.lines.reset(maxChunkLine)
}

// body is what follows a head.
type body uint8

const (
	noBody body = iota
	knownLength
	inChunks
	toTheEnd
	unknowable
)

// requestBody returns what follows a request's head (RFC 9112 section 6.3).
func (d *direction) requestBody() body {
	switch {
	case d.coded && d.chunked:
		return inChunks
	case d.coded, d.badLength:
		return unknowable
	case d.hasLength && d.length > 0:
		return knownLength
	}
	return noBody
}

// responseBody returns what follows a response's head (RFC 9112 section 6.3).
func (d *direction) responseBody() body {
	switch {
	case d.bodiless, d.status < 200, d.status == 204, d.status == 304:
		return noBody
	case d.coded && d.chunked:
		return inChunks
	case d.coded, d.badLength, !d.hasLength:
		return toTheEnd
	case d.length > 0:
		return knownLength
	}
	return noBody
}
