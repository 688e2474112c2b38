package dns

// Verdict is what a probe says of the beginning of a payload.
type Verdict uint8

// Verdicts.
const (
	No Verdict = iota
	NeedMore
	Yes
)

// Probe tells whether the captured bytes b of a UDP payload of wire bytes (or
// Unknown) are a DNS message, on any port: the header is plausible, the first
// question is of a known type and class, and all records end exactly where the
// message does, or where the capture cut it. It never needs more. Messages
// without question must have answers. Packets of the NetBIOS name service
// have the same format; they are told by their names and types, and are no DNS.
func Probe(b []byte, wire int) Verdict {
	if v := strict(b, wire); v != NeedMore {
		return v
	}
	return No
}

// ProbeNext tells whether a UDP payload is a further message of a flow that has
// carried DNS on ports that are not DNS's own: what Probe takes, and the response
// that is a header with an error only. Scanners send one port the questions of
// many protocols.
func ProbeNext(b []byte, wire int) bool {
	if strict(b, wire) == Yes {
		return true
	}
	if len(b) != headerLen || wire != headerLen {
		return false
	}
	h := readHeader(b)
	return h.response() && h.rcode() != 0 && plausibleFlags(h) && h.questions+h.records() == 0
}

// ProbePort tells whether a UDP payload is DNS on the ports 53, 5353 and 5355, where it is enough
// that the header has an assigned opcode and as many records as may fit, and the
// first name parses as far as it was captured. What NetBIOS hosts ask there is DNS too.
func ProbePort(b []byte, wire int) bool {
	v := lax(b, wire)
	return v == Yes || v == NeedMore && len(b) >= headerLen
}

// ProbeStream judges the beginning b of one direction of a TCP flow: as
// ProbePort does if one of the flow's ports is of DNS, else as Probe does.
func ProbeStream(b []byte, port bool) Verdict {
	if len(b) < 2 {
		return NeedMore
	}
	n := prefix(b)
	if n < headerLen {
		return No
	}
	b = b[2:min(len(b), 2+n)]
	if port {
		return lax(b, n)
	}
	return strict(b, n)
}

// strict judges the beginning b of a message; NeedMore if it ends before
// anything certain.
func strict(b []byte, wire int) Verdict {
	if len(b) < headerLen {
		return start(b, plausibleFlags)
	}
	h := readHeader(b)
	if !plausibleFlags(h) || !h.plausibleCounts() || wire != Unknown && h.least() > wire {
		return No
	}
	off, v := strictQuestion(b, h)
	if v == NeedMore && wire != Unknown && len(b) >= wire {
		return No
	}
	if v != Yes {
		return v
	}
	var text [maxNameText]byte
	for i := range h.records() {
		name, next, o := appendName(text[:0], b, off)
		var r record
		if o == whole {
			r, o = readRecord(b, next)
		}
		switch {
		case o == cut:
			return cutVerdict(h, b, wire)
		case o == broken || h.questions+i == 0 && netBIOS(name, r.rtype):
			return No
		}
		off = r.end
	}
	if wire != Unknown && off != wire {
		return No
	}
	return Yes
}

// maxNameText is the length of the text of the longest name, all escaped.
const maxNameText = 4 * maxName

// start judges less than a header by its flags, if they are there.
func start(b []byte, plausible func(header) bool) Verdict {
	var padded [headerLen]byte
	if copy(padded[:], b); len(b) >= 4 && !plausible(readHeader(padded[:])) {
		return No
	}
	return NeedMore
}

// cutVerdict judges a message whose records, but not its question, run past
// the bytes at hand.
func cutVerdict(h header, b []byte, wire int) Verdict {
	switch {
	case wire != Unknown && len(b) >= wire:
		return No
	case h.questions == 0:
		return NeedMore
	}
	return Yes
}

// strictQuestion reads the question, if there is one.
func strictQuestion(b []byte, h header) (off int, v Verdict) {
	if h.questions == 0 {
		return headerLen, Yes
	}
	var text [maxNameText]byte
	name, off, o := appendName(text[:0], b, headerLen)
	var q question
	if o == whole {
		q, off, o = readQuestion(b, off)
	}
	switch {
	case o == cut:
		return 0, NeedMore
	case o == broken, netBIOS(name, q.qtype), kindOf(q.qtype).name == "" || className(q.class) == "":
		return 0, No
	}
	return off, Yes
}

// plausibleFlags tells whether the flags are those of a query, a notification,
// an update, or the response to one, as senders without fault set them.
func plausibleFlags(h header) bool {
	switch h.opcode() {
	case 0, 4, 5:
	default:
		return false
	}
	if h.flags&flagZ != 0 {
		return false
	}
	if h.response() {
		return rcodeName(h.rcode()) != ""
	}
	return h.rcode() == 0 && h.flags&flagRA == 0 && (h.opcode() != 0 || h.flags&(flagAA|flagTC) == 0)
}

// plausibleCounts is plausibleFlags for the numbers of records.
func (h header) plausibleCounts() bool {
	switch {
	case h.response():
		return h.questions == 1 || h.questions == 0 && h.answers > 0
	case h.opcode() == 0: // IXFR has a record of authority, EDNS and TSIG are additional
		return h.questions == 1 && h.answers == 0 && h.authority <= 1 && h.additionals <= 2
	}
	return h.questions == 1
}

// lax judges the beginning b of a message on a port of DNS.
func lax(b []byte, wire int) Verdict {
	known := func(h header) bool { return opcodeName(h.opcode()) != "" }
	if len(b) < headerLen {
		return start(b, known)
	}
	h := readHeader(b)
	if !known(h) || wire != Unknown && h.least() > wire && h.flags&flagTC == 0 {
		return No
	}
	if h.questions+h.records() == 0 {
		if h.response() || h.opcode() == 6 {
			return Yes // an error, or a session's message, which has neither
		}
		return No
	}
	var text [maxNameText]byte
	_, off, o := appendName(text[:0], b, headerLen)
	if o == whole {
		_, _, o = readQuestion(b, off) // a record begins as a question does
	}
	switch {
	case o == cut && (wire == Unknown || len(b) < wire):
		return NeedMore
	case o != whole:
		return No
	}
	return Yes
}

// netBIOS tells whether a name and type are of the NetBIOS name service (RFC
// 1002): the first label is 16 octets as 32 letters from A to P, and the type
// is NB or NBSTAT, or NULL in a negative response.
func netBIOS(name []byte, rtype uint16) bool {
	if rtype != typeNIMLOC && rtype != typeSRV && rtype != typeNULL || len(name) < 32 || len(name) > 32 && name[32] != '.' {
		return false
	}
	for _, c := range name[:32] {
		if c < 'a' || c > 'p' {
			return false
		}
	}
	return true
}
