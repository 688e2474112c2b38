package quic

// Versions with a meaning of their own. All others that are read are drafts
// or reserved ones.
const (
	negotiation = 0x00000000 // RFC 8999: a Version Negotiation packet
	version1    = 0x00000001 // RFC 9001
	version2    = 0x6b3343cf // RFC 9369
	facebook27  = 0xfaceb002 // draft 27 as Facebook's clients call it
)

// Drafts 23 to 34 have the packet format and the key labels of version 1.
const (
	firstDraft = 0xff000000 + 23
	lastDraft  = 0xff000000 + 34
)

// salt is the initial salt of a version: what Initial keys are derived with.
type salt [20]byte

// saltOf1 serves version 1 and drafts 33 and 34, saltOf29 drafts 29 to 32,
// saltOf23 drafts 23 to 28.
func saltOf1() salt {
	return salt{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}
}

func saltOf2() salt {
	return salt{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9}
}

func saltOf29() salt {
	return salt{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99}
}

func saltOf23() salt {
	return salt{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02}
}

// reserved tells whether a version is one of those that exist to force
// negotiation (RFC 9000, section 15).
func reserved(v uint32) bool { return v&0x0f0f0f0f == 0x0a0a0a0a }

// known tells whether packets of a version are read.
func known(v uint32) bool {
	return v == version1 || v == version2 || v == facebook27 || v >= firstDraft && v <= lastDraft || reserved(v)
}

// maxSalts is how many salts a version may have.
const maxSalts = 3

// salts returns the salts that Initial packets of a known version may be
// protected with. A reserved version has none of its own: clients take that of
// a version they speak, so the salts are tried in turn.
func salts(v uint32) (s [maxSalts]salt, n int) {
	switch {
	case v == version2:
		s[0] = saltOf2()
	case reserved(v):
		return [...]salt{saltOf1(), saltOf29(), saltOf23()}, 3
	case v == facebook27 || v >= firstDraft && v <= 0xff000000+28:
		s[0] = saltOf23()
	case v >= 0xff000000+29 && v <= 0xff000000+32:
		s[0] = saltOf29()
	default:
		s[0] = saltOf1()
	}
	return s, 1
}

// labels are the labels of HKDF-Expand-Label under which a version derives
// its keys from the secret of a side.
type labels struct{ key, iv, hp string }

func labelsOf(v uint32) labels {
	if v == version2 {
		return labels{"quicv2 key", "quicv2 iv", "quicv2 hp"}
	}
	return labels{"quic key", "quic iv", "quic hp"}
}

// retrySecret returns the key and nonce of a version's Retry integrity tag, or
// false if they are not known.
func retrySecret(v uint32) (key [16]byte, nonce [12]byte, ok bool) {
	switch {
	case v == version1 || v == 0xff000000+33 || v == 0xff000000+34:
		return [16]byte{0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e},
			[12]byte{0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb}, true
	case v == version2:
		return [16]byte{0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2, 0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92},
			[12]byte{0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a}, true
	case v >= 0xff000000+29 && v <= 0xff000000+32:
		return [16]byte{0xcc, 0xce, 0x18, 0x7e, 0xd0, 0x9a, 0x09, 0xd0, 0x57, 0x28, 0x15, 0x5a, 0x6c, 0xb9, 0x6b, 0xe1},
			[12]byte{0xe5, 0x49, 0x30, 0xf9, 0x7f, 0x21, 0x36, 0xf0, 0x53, 0x0a, 0x8c, 0x1c}, true
	}
	return key, nonce, false
}
