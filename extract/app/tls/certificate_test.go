package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

func certificate(t testing.TB, subject pkix.Name, from, to time.Time, names ...string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: from, NotAfter: to, DNSNames: names}
	issuer := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Root"}, NotBefore: from, NotAfter: to}
	b, err := x509.CreateCertificate(rand.Reader, leaf, issuer, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseCertificate(t *testing.T) {
	from, to := time.Date(1999, 12, 31, 23, 59, 58, 0, time.UTC), time.Date(2051, 2, 3, 4, 5, 6, 0, time.UTC)
	email := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "a@b.c"}
	odd := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{1, 2, 3, 300}, Value: "x"}
	b := certificate(t, pkix.Name{Country: []string{"DE"}, Organization: []string{`A, "B" + C;`}, CommonName: " #é\n", ExtraNames: []pkix.AttributeTypeAndValue{email, odd}},
		from, to, "a.example", "*.b.example")
	c := ParseCertificate(b)
	if want := `1.2.3.300=#130178,emailAddress=a@b.c`; !strings.HasPrefix(c.Subject, want) {
		t.Errorf("subject %s, want %s…", c.Subject, want)
	}
	if c.Issuer != "CN=Root" || c.SHA256 != sha256.Sum256(b) || !slices.Equal(c.DNSNames, []string{"a.example", "*.b.example"}) {
		t.Errorf("issuer %q, names %q", c.Issuer, c.DNSNames)
	}
	if !c.HasValidity || c.NotBefore != from.UnixMicro() || c.NotAfter != to.UnixMicro() {
		t.Errorf("valid from %d to %d", c.NotBefore, c.NotAfter)
	}
}

func TestDistinguishedName(t *testing.T) {
	attr := func(id string, tag byte, value string) []byte {
		return el(tagSequence, el(tagOID, []byte(id)), el(tag, []byte(value)))
	}
	for _, c := range []struct {
		der  []byte
		want string
	}{
		{nil, ""},
		{join(el(tagSet, attr("\x55\x04\x06", tagPrintable, "DE")), el(tagSet, attr("\x55\x04\x03", tagUTF8, "ä"))), "CN=ä,C=DE"},
		{el(tagSet, attr("\x55\x04\x0a", tagPrintable, "O"), attr("\x55\x04\x03", tagPrintable, "N")), "CN=N+O=O"},
		{el(tagSet, attr("\x55\x04\x0a", tagPrintable, ` a,b+c"d\e<f>g;h `)), `O=\ a\,b\+c\"d\\e\<f\>g\;h\ `},
		{el(tagSet, attr("\x55\x04\x0a", tagPrintable, "#a#\n")), `O=\#a#\0A`},
		{el(tagSet, attr("\x55\x04\x0a", tagTeletex, "caf\xe9")), "O=café"},
		{el(tagSet, attr("\x55\x04\x0a", tagBMP, "\x00a\x20\xac")), "O=a€"},
		{el(tagSet, attr("\x55\x04\x0a", tagUniversal, "\x00\x00\x00a\x00\x01\xf6\x00")), "O=a😀"},
		{el(tagSet, attr("\x55\x04\x0a", tagUTF8, "a\xffb")), "O=a\uFFFDb"},
		{el(tagSet, attr("\x55\x04\x0a", tagBoolean, "\xff")), "O=#0101ff"},
		{el(tagSet, attr("\x2a\x03", tagUTF8, "x")), "1.2.3=#0c0178"},
		{el(tagSet, attr("\x88\x37\x01", tagUTF8, "x")), "2.999.1=#0c0178"},
	} {
		if got := distinguishedName(c.der); got != c.want {
			t.Errorf("name %q, want %q", got, c.want)
		}
	}
	if got := distinguishedName(el(tagSet, attr("\x55\x04\x0a", tagUTF8, strings.Repeat("ü,", 9000)))); len(got) > maxName {
		t.Errorf("a long name has %d bytes", len(got))
	}
}

// el returns a DER element.
func el(tag byte, parts ...[]byte) []byte {
	b := join(parts...)
	if len(b) < 0x80 {
		return append([]byte{tag, byte(len(b))}, b...)
	}
	return append([]byte{tag, 0x82, byte(len(b) >> 8), byte(len(b))}, b...)
}

func TestInstant(t *testing.T) {
	for _, c := range []struct {
		tag  byte
		text string
		want time.Time
	}{
		{tagUTCTime, "490102030405Z", time.Date(2049, 1, 2, 3, 4, 5, 0, time.UTC)},
		{tagUTCTime, "500102030405Z", time.Date(1950, 1, 2, 3, 4, 5, 0, time.UTC)},
		{tagUTCTime, "9901020304Z", time.Date(1999, 1, 2, 3, 4, 0, 0, time.UTC)},
		{tagUTCTime, "990102030405+0200", time.Date(1999, 1, 2, 1, 4, 5, 0, time.UTC)},
		{tagTime, "20510102030405Z", time.Date(2051, 1, 2, 3, 4, 5, 0, time.UTC)},
		{tagTime, "20510102030405.25Z", time.Date(2051, 1, 2, 3, 4, 5, 25e7, time.UTC)},
	} {
		d := der(el(c.tag, []byte(c.text)))
		if us, ok := instant(&d); !ok || us != c.want.UnixMicro() {
			t.Errorf("%s is %d, %v; want %d", c.text, us, ok, c.want.UnixMicro())
		}
	}
	for _, text := range []string{"", "9", "991302030405Z", "yesterday"} {
		if d := der(el(tagUTCTime, []byte(text))); true {
			if _, ok := instant(&d); ok {
				t.Errorf("%q is a time", text)
			}
		}
	}
}

// A certificate that breaks off keeps what comes before and its fingerprint.
func TestBrokenCertificate(t *testing.T) {
	b := certificate(t, pkix.Name{CommonName: "leaf"}, time.Unix(0, 0), time.Unix(1e9, 0), "a.example")
	for n := range b {
		cut := append([]byte(nil), b...)
		cut[n] ^= 0xff
		if c := ParseCertificate(cut); c.SHA256 != sha256.Sum256(cut) {
			t.Fatalf("byte %d inverted: another fingerprint", n)
		}
		ParseCertificate(b[:n])
	}
	if c := ParseCertificate([]byte("junk")); c.Subject != "" || c.HasValidity || c.DNSNames != nil {
		t.Errorf("junk is %+v", c)
	}
	body := der(b)
	inner, _ := body.take(tagSequence)
	tbs, _ := inner.take(tagSequence)
	at := strings.Index(string(tbs), "19700101") // UTCTime of it is 700101000000Z
	if at < 0 {
		at = strings.Index(string(tbs), "700101")
	}
	tbs[at] = 'x'
	if c := ParseCertificate(b); c.Subject != "CN=leaf" || c.HasValidity || len(c.DNSNames) != 1 {
		t.Errorf("without validity: %+v", c)
	}
}

func TestManyNames(t *testing.T) {
	var list []byte
	for range maxNames + 5 {
		list = append(list, tagDNSName, 1, 'a')
	}
	c := &Certificate{}
	if c.alternatives(el(tagSequence, list)); len(c.DNSNames) != maxNames {
		t.Errorf("%d names kept", len(c.DNSNames))
	}
}

// TestKnownCertificates reads the same certificate once, and another one whose
// fingerprint begins alike for itself.
func TestKnownCertificates(t *testing.T) {
	var known lately
	b := certificate(t, pkix.Name{CommonName: "leaf"}, time.Unix(0, 0), time.Unix(1e9, 0), "a.example")
	c := known.certificate(b)
	if c.Subject != "CN=leaf" || known.certificate(bytes.Clone(b)) != c {
		t.Errorf("read again: %+v", c)
	}
	for i := 0; ; i++ {
		other := append(bytes.Clone(b), byte(i), byte(i>>8))
		if sum := sha256.Sum256(other); sum[0] == c.SHA256[0] {
			if d := known.certificate(other); d == c || d.SHA256 != sum {
				t.Errorf("%x taken for %x", d.SHA256, sum)
			}
			break
		}
	}
	if d := known.certificate(b); d.SHA256 != c.SHA256 || d.Subject != c.Subject {
		t.Errorf("another one after it gave way: %+v", d)
	}
	large := append(bytes.Clone(b), make([]byte, maxKnownBytes)...)
	if first := known.certificate(large); first == known.certificate(large) {
		t.Error("a large one is kept")
	}
}
