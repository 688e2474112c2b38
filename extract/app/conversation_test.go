package app

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weir/extract/app/service"
)

// join puts conversations one after the other.
func join(parts ...[]say) (all []say) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// conversations are of one flow each, with what is to be found in them.
func conversations() map[string]struct {
	says []say
	want string
} {
	framed := func(m string) string { return be16(len(m)) + m }
	smtp := []say{{1, "220 mail ESMTP\r\n"}, {0, "EHLO me\r\n"}, {1, "250-mail\r\n250 STARTTLS\r\n"}, {0, "STARTTLS\r\n"}, {1, "220 go\r\n"}}
	return map[string]struct {
		says []say
		want string
	}{
		"http":            {[]say{{0, get}, {1, reply}}, "http http"},
		"http, two":       {[]say{{0, get}, {1, reply}, {0, get}, {1, reply}}, "http http http"},
		"tls":             {tlsSession(), "tls tls"},
		"dns":             {[]say{{0, framed(dnsQuery("example"))}, {1, framed(dnsReply("example"))}}, "dns dns"},
		"ssh":             {[]say{{1, "SSH-2.0-OpenSSH_9\r\n"}, {0, "SSH-2.0-me\r\n"}}, "ssh"},
		"smtp":            {smtp, "smtp"},
		"smtp, tls":       {join(smtp, tlsSession()), "smtp tls"},
		"imap, tls":       {join([]say{{1, "* OK ready\r\n"}, {0, "a1 STARTTLS\r\n"}, {1, "a1 OK go\r\n"}}, tlsSession()), "imap tls"},
		"pop3, tls":       {join([]say{{1, "+OK ready\r\n"}, {0, "STLS\r\n"}, {1, "+OK go\r\n"}}, tlsSession()), "pop3 tls"},
		"ftp, tls":        {join([]say{{1, "220 ready\r\n"}, {0, "AUTH TLS\r\n"}, {1, "234 go\r\n"}}, tlsSession()), "ftp tls"},
		"rdp, tls":        {join([]say{{0, "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"}, {1, "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00"}}, tlsSession()), "rdp tls"},
		"proxy, tls":      {join([]say{{0, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"}, {1, "HTTP/1.1 200 Connected\r\n\r\n"}}, tlsSession()), "http http tls"},
		"unknown":         {[]say{{0, "\x80\x01\x02\x03"}, {1, "\x90\x01\x02\x03"}}, ""},
		"nothing certain": {[]say{{0, "GET /a"}, {1, "22"}}, ""},
	}
}

func TestConversations(t *testing.T) {
	for name, c := range conversations() {
		t.Run(name, func(t *testing.T) { everyCut(t, c.says, c.want) })
	}
}

// Where the capture begins in the middle, the server may seem to have opened the
// connection.
func TestTurnedConversations(t *testing.T) {
	e := NewEngine()
	for name, want := range map[string]string{"http": "http http<", "tls": "tls tls<", "smtp, tls": "smtp tls<", "proxy, tls": "http http< tls<"} {
		c := conversations()[name]
		for _, n := range []int{1 << 20, 1, 0} {
			got := play(e, c.says, n, true, true)
			if got != want {
				t.Errorf("%s in segments of %d: %q, want %q", name, n, got, want)
			}
		}
	}
}

// What comes before is none of the known protocols, or the middle of one.
func TestLaterChunksAreJudged(t *testing.T) {
	garbage := say{1, strings.Repeat("\x81\x00body ", 200)}
	for name, c := range map[string]struct {
		says []say
		want string
	}{
		"keep-alive byte":           {[]say{{0, "\x00"}, {0, get}, {1, reply}}, "http http"},
		"end of a body":             {[]say{garbage, garbage, {1, reply}, {0, get}, {1, reply}}, "http http http"},
		"request after a long body": {[]say{garbage, garbage, garbage, garbage, garbage, garbage, garbage, garbage, garbage, garbage, {0, get}, {1, reply}}, "http http"},
		"postgres":                  {join([]say{{0, "\x00\x00\x00\x08\x04\xd2\x16\x2f"}, {1, "S"}}, tlsSession()), "tls tls"},
		"socks":                     {join([]say{{0, "\x05\x01\x00"}, {1, "\x05\x00"}, {0, "\x05\x01\x00\x03\x01h\x01\xbb"}, {1, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"}}, tlsSession()), "tls tls"},
		"mysql":                     {join([]say{{1, "\x4a\x00\x00\x00\x0a5.7.1\x00" + strings.Repeat("s", 40)}, {0, "\x20\x00\x00\x01" + strings.Repeat("\x85", 32)}}, tlsSession()), "tls tls"},
		"protected TLS":             {[]say{{0, "\x99rest of a record"}, {0, "\x17\x03\x03\x00\x03abc\x17\x03\x03\x00\x02de"}}, "tls"},
		"almost protected TLS":      {[]say{{0, "\x17\x03\x03\x00\x03abcd"}, {0, "\x17\x03\x03\x00\x00"}, {0, "\x17\x03\x05\x00\x01a"}, {0, "\x15\x03\x03\x00\x02ab"}}, ""},
		"too late":                  {[]say{{0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, get}}, ""},
	} {
		e := NewEngine()
		for _, handshake := range []bool{true, false} {
			if got := play(e, c.says, 1<<20, handshake, false); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	}
}

func TestServerSpeaksFirst(t *testing.T) {
	for name, c := range map[string]struct {
		says []say
		want string
	}{
		"ftp by its text":  {[]say{{1, "220 (vsFTPd 3.0)\r\n"}}, "ftp"},
		"smtp by its text": {[]say{{1, "220 x SMTP\r\n"}}, "smtp"},
		"ftp by command":   {[]say{{1, "220 hello\r\n"}, {0, "USER me\r\n"}}, "ftp"},
		"redis":            {[]say{{0, "*1\r\n$4\r\nPING\r\n"}, {1, "+OK ready\r\n"}}, ""},
		"smb":              {[]say{{0, "\x00\x00\x00\x55\xffSMBr\x00"}}, "smb"},
	} {
		if got := play(NewEngine(), c.says, 1<<20, true, false); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Loss before the protocol is known: what follows is judged for itself.
func TestLossWhileUndecided(t *testing.T) {
	for name, c := range map[string]struct {
		before string
		lost   int
		after  []say
		want   string
	}{
		"beginning lost":       {"", 100, []say{{0, get}, {1, reply}}, "http http"},
		"inside a line":        {"GET /a", 10, []say{{0, "P/1.1\r\n\r\n"}, {0, get}, {1, reply}}, "http http"},
		"greeting cut off":     {"", 0, []say{{0, "USER me\r\n"}, {1, "331 ok\r\n"}}, ""},
		"hello lost":           {"", 500, []say{{1, serverHello()}}, "tls tls"},
		"only its second part": {clientHello()[:8], 10, []say{{0, clientHello()[18:]}, {1, serverHello()}}, "tls tls"},
	} {
		k := newTalk(NewEngine(), 1, 2).syn()
		if c.before != "" {
			k.send(0, c.before)
		}
		k.lose(0, c.lost)
		for _, s := range c.after {
			k.send(s.dir, s.text)
		}
		if got := k.end(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A greeting of which the capture kept a part still counts with the answer.
func TestGreetingCutByTheCapture(t *testing.T) {
	k := newTalk(NewEngine(), 1, 2).syn()
	h := k.header(1, []byte("220 hel"))
	h.PayloadLen = 30
	k.Segment(h, 1, 1)
	k.send(0, "USER me\r\n")
	if got := k.end(); got != "ftp" {
		t.Errorf("%q, want ftp", got)
	}
}

// Loss while a plain protocol is watched must not join what is no record.
func TestLossWhileWatching(t *testing.T) {
	k := newTalk(NewEngine(), 1, 2).syn()
	k.send(1, "220 x SMTP\r\n")
	k.send(0, clientHello()[:4])
	k.lose(0, 20)
	k.send(0, clientHello())
	k.send(1, serverHello())
	if got := k.end(); got != "smtp tls" {
		t.Errorf("%q, want smtp tls", got)
	}
}

// Nothing of a flow is left in the next one, and its events stay as they are.
func TestRecycle(t *testing.T) {
	all := conversations()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	r := rand.New(rand.NewPCG(1, 2))
	shared := NewEngine()
	for range 500 {
		name := names[r.IntN(len(names))]
		says := all[name].says
		says = says[:r.IntN(len(says)+1)]
		n := []int{1, 9, 1 << 20}[r.IntN(3)]
		want, got := play(NewEngine(), says, n, true, false), play(shared, says, n, true, false)
		if got != want {
			t.Fatalf("%s, %d turns: %q in a used conversation, %q in a new one", name, len(says), got, want)
		}
	}
}

func TestSummariesOfAUsedConversation(t *testing.T) {
	e := NewEngine()
	play(e, join(conversations()["proxy, tls"].says), 1<<20, true, false)
	play(e, conversations()["dns"].says, 1<<20, true, false)
	for _, s := range []say{{0, "\x99"}, {0, get}, {0, clientHello()}, {0, be16(25) + dnsQuery("example")}} {
		k := newTalk(e, 1, 2)
		if k.Service() != service.None || k.DNS() != nil || k.HTTP() != nil || k.TLS() != nil || k.stage != guessing {
			t.Fatalf("a used conversation knows something")
		}
		k.send(s.dir, s.text)
		if h := k.HTTP(); h != nil && (h.Requests != 1 || h.Responses != 0 || h.ContentLength != 0) {
			t.Errorf("HTTP %+v", h)
		}
		if x := k.TLS(); x != nil && (x.Handshakes != 1 || x.HasCipher || x.JA3S != "") {
			t.Errorf("TLS %+v", x)
		}
		k.end()
		e.Recycle(k.Conversation)
	}
}

// A conversation of which only the service is known need not be kept.
func TestPlain(t *testing.T) {
	for text, want := range map[string]bool{"SSH-2.0-x\r\n": true, "220 x SMTP\r\n": false, get: false, "\x99": false} {
		k := newTalk(NewEngine(), 1, 2)
		k.send(0, text)
		if k.Plain() != want || k.Plain() && !k.deaf {
			t.Errorf("%q: plain %v, deaf %v", text, k.Plain(), k.deaf)
		}
	}
}
