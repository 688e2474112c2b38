package tls

// Verdict says whether bytes are of the protocol.
type Verdict uint8

// Verdicts of Probe.
const (
	No Verdict = iota
	Yes
	NeedMore // so far they may be
)

// Lengths of the shortest hellos, without extensions.
const (
	minClientHello = 2 + 32 + 1 + 2 + 2 + 1 + 1
	minServerHello = 2 + 32 + 2
	// maxHello is longer than any hello is.
	maxHello = 1 << 17
)

// Probe tells whether a direction's payload that begins with b begins with
// TLS: a handshake record with a ClientHello or ServerHello whose lengths and version are
// possible, an alert in the clear, or an SSLv2 ClientHello. Up to 11 bytes are looked at.
func Probe(b []byte) Verdict {
	if len(b) == 0 {
		return NeedMore
	}
	switch {
	case b[0] == handshake:
		return probeHandshake(b)
	case b[0] == alert:
		return matches(b, 7, func(i int, c byte) bool {
			switch i {
			case 1:
				return c == 3
			case 2:
				return c <= 4
			case 3:
				return c == 0
			case 4:
				return c == 2
			case 5:
				return c == 1 || c == 2
			}
			return i == 0 || c <= 120
		})
	case b[0]&0x80 != 0:
		return probeV2(b)
	}
	return No
}

// matches checks up to n bytes one by one.
func matches(b []byte, n int, ok func(i int, c byte) bool) Verdict {
	for i, c := range b[:min(n, len(b))] {
		if !ok(i, c) {
			return No
		}
	}
	if len(b) < n {
		return NeedMore
	}
	return Yes
}

func probeHandshake(b []byte) Verdict {
	if len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return No
	}
	if len(b) < 6 {
		return NeedMore
	}
	record := int(b[3])<<8 | int(b[4])
	if record == 0 || record > maxRecord || b[5] != kindClientHello && b[5] != kindServerHello {
		return No
	}
	if record < 6 { // a hello in crumbs
		return Yes
	}
	if len(b) < 11 {
		return NeedMore
	}
	size := int(b[6])<<16 | int(b[7])<<8 | int(b[8])
	switch {
	case size > maxHello,
		b[5] == kindClientHello && size < minClientHello,
		b[5] == kindServerHello && size < minServerHello,
		b[9] != 3 && b[9] != 0x7f && b[9] != 0x7e && b[9] != 0xfb:
		return No
	}
	return Yes
}

// probeV2 checks that the lengths of an SSLv2 ClientHello add up.
func probeV2(b []byte) Verdict {
	if len(b) > 2 && b[2] != v2ClientHello || len(b) > 4 && !v2Version(b[3], b[4]) {
		return No
	}
	if len(b) < 11 {
		return NeedMore
	}
	c := cursor{b: b[5:11]}
	specs, id, challenge := int(c.u16()), int(c.u16()), int(c.u16())
	if specs == 0 || specs%3 != 0 || id != 0 && id != 16 || challenge < 16 || challenge > 32 ||
		v2Length(b) != 9+specs+id+challenge {
		return No
	}
	return Yes
}
