package dns_test

import (
	"strings"
	"testing"

	"weir/extract/app/event"
)

func TestNames(t *testing.T) {
	long := strings.Repeat(strings.Repeat("x", 62)+".", 4) + "y" // 4*63 + 2 + 1 = 255 octets
	for _, c := range []struct{ name, wire, want string }{
		{"root", "\x00", "."},
		{"lower case", "\x03WwW\x01Z\x00", "www.z"},
		{"escapes", "\x07a.b\\c\xe4\x7f\x01\x1f\x00", `a\.b\\c\228\127.\031`},
		{"blank stays", "\x03a b\x00", "a b"},
		{"longest", string(labels(long)) + "\x00", long},
		{"too long", string(labels(long+"z")) + "\x00", "null"},
		{"extended label", "\x41\x00\x00", "null"},
		{"pointer to itself", "\xc0\x0c", "null"},
		{"pointer into its own run", "\x01a\xc0\x0c", "null"},
		{"pointer forwards", "\xc0\x0e\x00", "null"},
		{"pointer into the header", "\xc0\x00", "null"},
	} {
		r := newRig(40000, 53)
		m := message(1, query, 1)
		m.b = append(append(m.b, c.wire...), 0, 1, 0, 1)
		r.datagram(0, m, 1)
		r.End()
		if got := r.rows(t)[0]["query"]; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A chain of pointers is followed as far as a name can have labels.
func TestPointerChain(t *testing.T) {
	for _, c := range []struct {
		pointers int
		answers  string
	}{{126, "[a]"}, {127, `[\# 2 ` + "C10E]"}} {
		m := message(1, response, 1, 2).question("a", 2, 1)
		var chain []byte
		start := len(m.b) + 12
		for i := range c.pointers {
			target := 12
			if i > 0 {
				target = start + 2*(i-1)
			}
			chain = append(chain, byte(0xc0|target>>8), byte(target))
		}
		m.answer(41, 1, 0, chain) // OPT is no answer
		last := start + 2*(c.pointers-1)
		m.answer(2, 1, 0, []byte{byte(0xc0 | last>>8), byte(last)})
		r := newRig(40000, 53)
		r.datagram(1, m, 1)
		got := r.rows(t)[0]["answers"]
		if c.pointers == 126 && got != c.answers || c.pointers == 127 && !strings.HasPrefix(got, `[\# 2 `) {
			t.Errorf("%d pointers: %s", c.pointers, got)
		}
	}
}

// The expected texts are those of the RFCs' examples, or worked out by hand.
func TestAnswerTexts(t *testing.T) {
	name := "0161076578616D706C6500" // A.example as a.example
	for _, c := range []struct {
		rtype uint16
		data  string
		want  string
	}{
		{1, "C0000201", "192.0.2.1"},
		{1, "C00002", `\# 3 C00002`},
		{28, "20010DB8000000000000000000000001", "2001:db8::1"},
		{5, "0141C00C", "a.q"},
		{12, "00", "."},
		{2, "0161C00C00", `\# 5 0161C00C00`},
		{6, name + name + "0000000100000002000000030000000400000005", "a.example a.example 1 2 3 4 5"},
		{13, "03504443036C203E", `"PDC" "l >"`},
		{15, "000A" + name, "10 a.example"},
		{16, "0461223B5C01E4", `"a\";\\" "\228"`},
		{16, "", `\# 0`},
		{33, "0001000213C4" + name, "1 2 5060 a.example"},
		{35, "0064000A0173075349502B4432550000", `100 10 "s" "SIP+D2U" "" .`},
		{43, "EC45050102ABCDEF", "60485 5 1 02ABCDEF"},
		{44, "0201123456", "2 1 123456"},
		{47, "04686F7374076578616D706C6503636F6D000006400100000003041B000000000000000000000000000000000000000000000000000020", "host.example.com A MX RRSIG NSEC TYPE1234"},
		{48, "010003050103", "256 3 5 AQM="},
		{50, "0101000C04AABBCCDD0401020304000140", "1 1 12 AABBCCDD 0410610 A"},
		{51, "0100000000", "1 0 0 -"},
		{52, "030101AABB", "3 1 1 AABB"},
		{64, "000103666F6F076578616D706C6503636F6D00", "1 foo.example.com"},
		{65, "00010000010006026832026833000300020035", `1 . alpn="h2,h3" port=53`},
		{99, "0476737066", `"vspf"`},
		{104, "000A0014" + "4FFFFF20EE64", "10 0014:4fff:ff20:ee64"},
		{108, "00005E0053" + "2A", "00-00-5e-00-53-2a"},
		{256, "000A0001667470", `10 1 "ftp"`},
		{257, "0005697373756561", `0 issue "a"`},
		{257, "00012061", `\# 4 00012061`},
		{45, "0A01" + "02" + "C0000226" + "0103", "10 1 2 192.0.2.38 AQM="},
		{260, "0A81CB00710F", "10 1 1 203.0.113.15"},
		{10, "00FF", `\# 2 00FF`},
		{65400, "0A0B0C", `\# 3 0A0B0C`},
	} {
		if got := answerText(t, c.rtype, c.data); got != c.want {
			t.Errorf("type %d %s: %s, want %s", c.rtype, c.data, got, c.want)
		}
	}
}

func answerText(t *testing.T, rtype uint16, data string) string {
	t.Helper()
	r := newRig(40000, 53)
	m := message(1, response, 1, 1).question("q", rtype, 1).answer(rtype, 1, 0, unhex(t, data))
	r.Datagram(1, m.b, len(m.b), event.Stamp{})
	return strings.TrimSuffix(strings.TrimPrefix(r.rows(t)[0]["answers"], "["), "]")
}

// The texts are those of the zone files from which another implementation
// made the data, in the spelling of this package.
func TestRareTexts(t *testing.T) {
	for _, c := range []struct {
		rtype uint16
		data  string
		want  string
	}{
		{46, "00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755ba58d1affa576f4375831b4310920e481218d18a9f164eb3d81afd3b875d3c75428631e0cf2a28d50875f70c329d7dbfafea8",
			`A 5 3 86400 20030322173103 20030220173103 2642 example.com oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6o`},
		{29, "0033161389172dd070be15f000988d20",
			`42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m`},
		{42, "00011503c0a82000011c83c0a8260002200420010db8",
			`1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32`},
		{45, "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
			`10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==`},
		{45, "0a0302096d7967617465776179076578616d706c6503636f6d00010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
			`10 3 2 mygateway.example.com AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==`},
		{55, "10020024200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c22243851fc708bcce29f7e2eb5787b50472767331076578616d706c6503636f6d000472767332076578616d706c6503636f6d00",
			`2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e1 rvs1.example.com rvs2.example.com`},
		{65, "000100000100060268320268330003000201bb00040008c0000201c00002020005000201030006001020010db8000000000000000000000001",
			`1 . alpn="h2,h3" port=443 ipv4hint=192.0.2.1,192.0.2.2 ech=AQM= ipv6hint=2001:db8::1`},
		{64, "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201",
			`16 foo.example.org mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1`},
		{64, "000103666f6f076578616d706c65036f726700029b000968656c6c6fd2716f6f",
			`1 foo.example.org key667="hello\210qoo"`},
		{64, "0001000001000302683200020000000700082f717b3f646e737d",
			`1 . alpn="h2" no-default-alpn dohpath="/q{?dns}"`},
	} {
		if got := answerText(t, c.rtype, c.data); got != c.want {
			t.Errorf("type %d:\n%s, want\n%s", c.rtype, got, c.want)
		}
	}
}
