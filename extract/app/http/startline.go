package http

import (
	"bytes"
	"encoding/binary"
)

// maxMethod is the longest method, in characters.
const maxMethod = 32

// startKind says what a start line is.
type startKind uint8

const (
	noStart   startKind = iota
	requested           // a request line
	doubtful            // a request line of a known method without a valid version
	replied             // a status line
)

// start is a start line. Its slices are parts of the line.
type start struct {
	kind           startKind
	method, target []byte
	reason         []byte
	status         uint16
	minor          int8 // of the version; -1 without a valid one
}

var httpName = []byte("HTTP/1")

// parseStart parses a start line without its line end.
func parseStart(line []byte) start {
	line = trimRight(line)
	if bytes.HasPrefix(line, httpName) {
		return parseStatus(line)
	}
	n := tokenLen(line)
	if n == 0 || n > maxMethod || n == len(line) || !isBlank(line[n]) {
		return start{}
	}
	s := start{method: line[:n], target: trimLeft(line[n:]), minor: -1}
	if hasControl(s.target) {
		return start{}
	}
	last := bytes.LastIndexByte(s.target, ' ')
	if last > 0 {
		if minor, ok := parseVersion(s.target[last+1:]); ok {
			s.kind, s.minor, s.target = requested, minor, trimRight(s.target[:last])
			return s
		}
	}
	// Other protocols with lines of this form, such as SIP and RTSP, end
	// them in their own name.
	if _, known := methodName(s.method); !known || last > 0 && !bytes.HasPrefix(s.target[last+1:], httpName) {
		return start{}
	}
	if s.kind = doubtful; last > 0 {
		s.target = trimRight(s.target[:last])
	}
	return s
}

// hasControl reports whether b has a control character other than a tab. It looks at
// eight bytes at once: of those below ' ' and of DEL the upper bit is set in low or del.
func hasControl(b []byte) bool {
	const ones = 0x0101010101010101
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		y := x ^ 0x7f*ones
		low, del := (x-' '*ones)&^x, (y-ones)&^y
		if (low|del)&(0x80*ones) != 0 && anyControl(b[:8]) {
			return true
		}
	}
	return anyControl(b)
}

func anyControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// parseVersion parses HTTP/1.digit.
func parseVersion(b []byte) (minor int8, ok bool) {
	const length = len("HTTP/1.1")
	if len(b) != length || !bytes.HasPrefix(b, httpName) || b[length-2] != '.' || !isDigit(b[length-1]) {
		return -1, false
	}
	return int8(b[length-1] - '0'), true
}

// parseStatus parses a status line.
func parseStatus(line []byte) start {
	n := bytes.IndexByte(line, ' ')
	if n < 0 {
		return start{}
	}
	minor, ok := parseVersion(line[:n])
	rest := trimLeft(line[n:])
	if !ok || len(rest) < 3 || rest[0] == '0' || !isDigit(rest[0]) || !isDigit(rest[1]) || !isDigit(rest[2]) {
		return start{}
	}
	if len(rest) > 3 && !isBlank(rest[3]) {
		return start{}
	}
	status := uint16(rest[0]-'0')*100 + uint16(rest[1]-'0')*10 + uint16(rest[2]-'0')
	return start{kind: replied, minor: minor, status: status, reason: trim(rest[3:])}
}

// methods are the known methods: those of RFC 9110, of WebDAV and its kin, and
// of widespread Windows services.
var methods = [...]string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH",
	"POLL", "BMOVE", "SUBSCRIBE", "NOTIFY", "CCM_POST", "BITS_POST"}

// methodName returns the method as a string, without allocating if it is known.
func methodName(m []byte) (name string, known bool) {
	for _, name := range methods {
		if name == string(m) {
			return name, true
		}
	}
	return string(m), false
}
