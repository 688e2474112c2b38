package http

import "bytes"

// Verdict says whether bytes are of the protocol.
type Verdict uint8

// Verdicts of Probe.
const (
	No Verdict = iota
	Yes
	NeedMore // so far they may be
)

// maxProbe is how many bytes are enough to decide.
const maxProbe = 8 << 10

// Probe tells whether a direction's payload that begins with b is HTTP/1.x: b
// begins with a start line (see the package comment). It answers NeedMore
// only while that line, or the field after a request line without a valid
// version, is incomplete and b is shorter than 8 KiB.
func Probe(b []byte) Verdict {
	more := NeedMore
	if len(b) >= maxProbe {
		b, more = b[:maxProbe], No
	}
	for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		if !mayStart(b) {
			return No
		}
		return more
	}
	switch parseStart(b[:end]).kind {
	case requested, replied:
		return Yes
	case doubtful:
		return probeField(b[end+1:], more)
	}
	return No
}

// mayStart tells whether b may be the beginning of a start line, not counting
// what follows the first blank.
func mayStart(b []byte) bool {
	if n := min(len(b), len(httpName)); bytes.Equal(b[:n], httpName[:n]) {
		const digits = len("HTTP/1.1 200")
		return len(b) < digits || parseStatus(b[:digits]).kind == replied
	}
	n := tokenLen(b)
	if n > maxMethod {
		return false
	}
	return n == len(b) || n > 0 && isBlank(b[n])
}

// probeField tells whether b begins with a field.
func probeField(b []byte, more Verdict) Verdict {
	switch n := tokenLen(b); {
	case n == len(b):
		return more
	case n > 0 && b[n] == ':':
		return Yes
	}
	return No
}
