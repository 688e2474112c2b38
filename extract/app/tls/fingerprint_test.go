package tls

import (
	stdtls "crypto/tls"
	"sort"
	"strings"
	"testing"
)

// TestJA3 holds JA3 to the strings and sums that its authors publish, and to such of
// others who implement it.
func TestJA3(t *testing.T) {
	for text, want := range map[string]string{
		"769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0": "ada70206e40642a3e4461f35503241d5",
		"769,4-5-10-9-100-98-3-6-19-18-99,,,":                                  "de350869b8c85de67a350c8d186f11e6",
		"771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53," +
			"45-51-16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27,4588-29-23-24,0": "98487aa16281980e7d1120d399efb6a4",
	} {
		f := strings.Split(text, ",")
		h := &ClientHello{Legacy: Version(numbers(t, f[0], "-", 10)[0]), Ciphers: numbers(t, f[1], "-", 10),
			Extensions: numbers(t, f[2], "-", 10), Groups: numbers(t, f[3], "-", 10)}
		for _, n := range numbers(t, f[4], "-", 10) {
			h.PointFormats = append(h.PointFormats, byte(n))
		}
		if got := h.JA3(); got != want {
			t.Errorf("JA3 of %s is %s, want %s", text, got, want)
		}
		h.Ciphers = append([]uint16{0x0a0a}, h.Ciphers...)
		h.Extensions = append(h.Extensions, 0xfafa)
		h.Groups = append(h.Groups, 0x1a1a)
		if got := h.JA3(); got != want {
			t.Errorf("with GREASE JA3 of %s is %s, want %s", text, got, want)
		}
	}
}

func TestJA3S(t *testing.T) {
	record := unhex(t, "160303003d020000390303543dd328b38b445686739d58fab733fa23838f575e0e5ad9a1b9baace6cc3b4100c02f000011ff01000100000b00040300010200230000")
	h, err := ParseServerHello(record[9:])
	if err != nil {
		t.Fatal(err)
	}
	if got, want := h.JA3S(), md5Hex([]byte("771,49199,65281-11-35")); got != want {
		t.Errorf("JA3S %s, want %s", got, want)
	}
}

// TestJA4 holds JA4 to fingerprints published with the raw lists they are made of.
func TestJA4(t *testing.T) {
	const suites = "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
	for _, c := range []struct{ ciphers, exts, signatures, want string }{
		{suites, "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01", "0403,0804,0401,0503,0805,0501,0806,0601", "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{suites, "0005,000a,000b,000d,0012,0017,001b,0023,002b,002d,0033,44cd,ca34,fe0d,ff01", "0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601", "t13d1517h2_8daaf6152771_cb7bf5808d99"},
		{suites, "0005,000a,000b,000d,0012,0017,001b,0023,002b,002d,0033,44cd,fe0d,ff01", "0403,0804,0401,0503,0805,0501,0806,0601", "t13d1516h2_8daaf6152771_d8a2da3f94cd"},
		{suites, "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01", "", "t13d1516h2_8daaf6152771_6d807ffa2a79"},
	} {
		h := &ClientHello{Legacy: TLS12, Versions: []uint16{0xdada, 0x0304, 0x0303}, Ciphers: numbers(t, c.ciphers, ",", 16),
			Extensions: append(numbers(t, c.exts, ",", 16), 0x0010, 0x2a2a, 0x0000), Signatures: append([]uint16{0x1a1a}, numbers(t, c.signatures, ",", 16)...),
			alpn: []byte("\x02h2\x08http/1.1")}
		if got := h.JA4('t'); got != c.want {
			t.Errorf("JA4 %s, want %s", got, c.want)
		}
		if got := h.JA4('q'); got != "q"+c.want[1:] {
			t.Errorf("JA4 over QUIC is %s", got)
		}
	}
}

// TestJA4OfBytes takes the hello of a Chrome that FoxIO's description uses.
func TestJA4OfBytes(t *testing.T) {
	record := unhex(t, "1603010200010001fc0303b2c03e7ba990ef540c316a665d4d925f8e9079ac4b15687e587dc99016e75a6c20d0b0099243c9296a0c84153ea4ada7d87ad017f4211c2ea1350b0b3cc5514d5f"+
		"00205a5a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f003501000193fafa000000000024002200001f636f6e74656e742d6175746f66696c6c2e676f6f676c65617069732e636f6d"+
		"0033002b00293a3a000100001d0020fb2cd8ef3d605b96ab03119ec4f30a6e2088cb1af86c41a81feece8706068c50000d001200100403080404010503080505010806060100230000000b00020100ff01000100"+
		"000a000a00083a3a001d00170018001b000302000244690005000302683200120000002d000201010010000e000c02683208687474702f312e31000500050100000000002b0007060a0a0304030300170000"+
		"1a1a000100001500b8"+strings.Repeat("00", 0xb8))
	h, err := ParseClientHello(record[9:])
	if err != nil {
		t.Fatal(err)
	}
	if got, want := h.JA4('t'), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("JA4 %s, want %s", got, want)
	}
	if h.ServerName != "content-autofill.googleapis.com" {
		t.Errorf("server name %q", h.ServerName)
	}
}

func TestJA4Prefix(t *testing.T) {
	for _, c := range []struct {
		h    ClientHello
		want string
	}{
		{ClientHello{Legacy: SSL30, Ciphers: []uint16{1}}, "ts3i010000_"},
		{ClientHello{Legacy: TLS10, Ciphers: make([]uint16, 120), Extensions: []uint16{0, 0x0a0a}}, "t10d990100_"},
		{ClientHello{Legacy: TLS12, Versions: []uint16{0x7f1c, 0x0303}}, "t00i000000_000000000000_000000000000"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x01h")}, "t11i0000hh_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x00")}, "t11i000000_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x01\xab")}, "t11i0000ab_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x02\xab\xcd")}, "t11i0000ad_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x02\x30\xab")}, "t11i00003b_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x04\x30\x31\xab\xcd")}, "t11i00003d_"},
		{ClientHello{Legacy: TLS11, alpn: []byte("\x04\x30\xab\xcd\x31")}, "t11i000001_"},
	} {
		if got := c.h.JA4('t'); !strings.HasPrefix(got, c.want) {
			t.Errorf("JA4 %s, want %s…", got, c.want)
		}
	}
	// Only server_name: nothing is left to hash.
	if got := (&ClientHello{Legacy: TLS10, Extensions: []uint16{0}, Signatures: []uint16{1}}).JA4('t'); !strings.HasSuffix(got, "_000000000000") {
		t.Errorf("JA4 without hashed extensions: %s", got)
	}
}

func TestV2HasNoFingerprint(t *testing.T) {
	if h := (&ClientHello{V2: true}); h.JA3() != "" || h.JA4('t') != "" {
		t.Errorf("fingerprints %q, %q", h.JA3(), h.JA4('t'))
	}
}

func TestSuites(t *testing.T) {
	if !sort.SliceIsSorted(suites[:], func(i, j int) bool { return suites[i].number < suites[j].number }) {
		t.Error("the table is not sorted")
	}
	seen := map[string]bool{}
	for i, s := range suites {
		if seen[s.name] || i > 0 && suites[i-1].number == s.number || grease(s.number) {
			t.Errorf("suite %04x %s is there twice, or GREASE", s.number, s.name)
		}
		seen[s.name] = true
	}
	for _, s := range append(stdtls.CipherSuites(), stdtls.InsecureCipherSuites()...) {
		if got := CipherName(s.ID); got != s.Name {
			t.Errorf("suite %04x is %s, want %s", s.ID, got, s.Name)
		}
	}
	for n, want := range map[uint16]string{0: "TLS_NULL_WITH_NULL_NULL", 0x00ff: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", 0x0a0a: "0x0A0A", 0xffff: "0xFFFF", 0xcc13: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD"} {
		if got := CipherName(n); got != want {
			t.Errorf("suite %04x is %s, want %s", n, got, want)
		}
	}
}
