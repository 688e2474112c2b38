package tls

// DER tags.
const (
	tagBoolean    = 0x01
	tagInteger    = 0x02
	tagOctets     = 0x04
	tagOID        = 0x06
	tagUTF8       = 0x0c
	tagNumeric    = 0x12
	tagPrintable  = 0x13
	tagTeletex    = 0x14
	tagIA5        = 0x16
	tagUTCTime    = 0x17
	tagTime       = 0x18
	tagVisible    = 0x1a
	tagUniversal  = 0x1c
	tagBMP        = 0x1e
	tagSequence   = 0x30
	tagSet        = 0x31
	tagDNSName    = 0x82
	tagVersion    = 0xa0
	tagExtensions = 0xa3
)

// der reads a series of DER elements from its front. Certificates of the wire are
// often not quite what the standards ask for, so nothing but the nesting is
// checked; crypto/x509 refuses too many of them.
type der []byte

// next returns the tag, the content and the whole of the next element, or false where
// no whole one is left.
func (d *der) next() (tag byte, content, whole []byte, ok bool) {
	b := *d
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, nil, nil, false
	}
	n, head := int(b[1]), 2
	if n >= 0x80 {
		size := n & 0x7f
		if size == 0 || size > 3 || len(b) < 2+size {
			return 0, nil, nil, false
		}
		n, head = 0, 2+size
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n > len(b)-head {
		return 0, nil, nil, false
	}
	*d = b[head+n:]
	return b[0], b[head : head+n], b[:head+n], true
}

// take returns the content of the next element if it has the tag; otherwise
// it leaves the element where it is.
func (d *der) take(want byte) (der, bool) {
	if len(*d) == 0 || (*d)[0] != want {
		return nil, false
	}
	_, content, _, ok := d.next()
	return content, ok
}
