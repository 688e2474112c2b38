package tls

import (
	"crypto/sha256"
	"time"
)

// maxNames is how many DNS names of a certificate are kept.
const maxNames = 1024

// Certificate is what is told of a leaf certificate. Of one that is broken,
// what comes after the break is missing.
type Certificate struct {
	// Subject and Issuer are distinguished names as text: RFC 4514, with the
	// attribute names of OpenSSL; "" where empty.
	Subject, Issuer string
	// DNSNames are those of the subject alternative name.
	DNSNames []string
	// NotBefore and NotAfter are in microseconds since 1970-01-01 UTC, valid if HasValidity.
	NotBefore, NotAfter int64
	HasValidity         bool
	// SHA256 is the fingerprint of the certificate as it was sent.
	SHA256 [sha256.Size]byte
}

// leafOf returns the first certificate of a Certificate message of TLS 1.2 or
// before, nil if there is none or it is not whole.
func leafOf(body []byte) []byte {
	c := cursor{b: body}
	c.u24()
	return c.take(c.u24())
}

// ParseCertificate reads a certificate. It never fails: what cannot be read is
// left out. Nothing of b is kept.
func ParseCertificate(b []byte) *Certificate { return parseCertificate(b, sha256.Sum256(b)) }

// parseCertificate is ParseCertificate of bytes whose fingerprint is known.
func parseCertificate(b []byte, sum [sha256.Size]byte) *Certificate {
	c := &Certificate{SHA256: sum}
	outer := der(b)
	outer, _ = outer.take(tagSequence)
	tbs, ok := outer.take(tagSequence)
	if !ok {
		return c
	}
	tbs.take(tagVersion)
	if _, ok := tbs.take(tagInteger); !ok {
		return c
	}
	if _, ok := tbs.take(tagSequence); !ok { // signature algorithm
		return c
	}
	issuer, ok := tbs.take(tagSequence)
	if !ok {
		return c
	}
	c.Issuer = distinguishedName(issuer)
	validity, ok := tbs.take(tagSequence)
	if !ok {
		return c
	}
	c.validity(validity)
	subject, ok := tbs.take(tagSequence)
	if !ok {
		return c
	}
	c.Subject = distinguishedName(subject)
	c.extensions(tbs)
	return c
}

func (c *Certificate) validity(d der) {
	from, ok := instant(&d)
	if !ok {
		return
	}
	if to, ok := instant(&d); ok {
		c.NotBefore, c.NotAfter, c.HasValidity = from, to, true
	}
}

// instant reads a UTCTime or a GeneralizedTime, also without seconds or with a
// zone, as old certificates have them.
func instant(d *der) (us int64, ok bool) {
	tag, b, _, ok := d.next()
	if !ok {
		return 0, false
	}
	s := string(b)
	var layouts []string
	switch tag {
	case tagUTCTime:
		if len(s) < 2 {
			return 0, false
		}
		century := "19"
		if s[:2] < "50" {
			century = "20"
		}
		s, layouts = century+s, []string{"20060102150405Z0700", "200601021504Z0700"}
	case tagTime:
		layouts = []string{"20060102150405Z0700", "200601021504Z0700"}
	default:
		return 0, false
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}

// extensions takes the DNS names from what follows the subject.
func (c *Certificate) extensions(rest der) {
	for {
		tag, content, _, ok := rest.next()
		if !ok {
			return
		}
		if tag != tagExtensions {
			continue
		}
		outer := der(content)
		list, _ := outer.take(tagSequence)
		for ext, ok := list.take(tagSequence); ok; ext, ok = list.take(tagSequence) {
			id, _ := ext.take(tagOID)
			ext.take(tagBoolean)
			if value, ok := ext.take(tagOctets); ok && string(id) == "\x55\x1d\x11" {
				c.alternatives(value)
			}
		}
	}
}

func (c *Certificate) alternatives(value der) {
	list, _ := value.take(tagSequence)
	for len(c.DNSNames) < maxNames {
		tag, name, _, ok := list.next()
		if !ok {
			return
		}
		if tag == tagDNSName {
			c.DNSNames = append(c.DNSNames, text(name))
		}
	}
}
