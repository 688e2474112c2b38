package service

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// streams begin as the protocols do: client, server, and what they are.
var streams = []struct{ client, server, want string }{
	{"", "SSH-2.0-OpenSSH_9.6\r\n", "ssh"},
	{"SSH-1.99-x\r\n", "", "ssh"},
	{"\x13BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05", "", "bittorrent"},
	{"INVITE sip:bob@example.com SIP/2.0\r\n", "", "sip"},
	{"REGISTER sip:example.com SIP/2.0\r\n", "SIP/2.0 401 Unauthorized\r\n", "sip"},
	{"\x00\x00\x00\x85\xffSMB\x72\x00", "", "smb"},
	{"\x00\x00\x00\x85\xfeSMB\x40\x00", "", "smb"},
	{"\x00\x00\x00\x85\xfdSMB\x40\x00", "", "smb"},
	{"\x81\x00\x00\x44" + strings.Repeat("C", 68) + "\x00\x00\x00\x85\xffSMB\x72\x00", "\x82\x00\x00\x00", "smb"},
	{"\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=a\r\n" + strings.Repeat("x", 12), "", "rdp"},
	{"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00", "", "rdp"},
	{"", "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00", "rdp"},
	{"\x10\x1a\x00\x04MQTT\x04\x02\x00\x3c", "", "mqtt"},
	{"\x10\x9a\x01\x00\x06MQIsdp\x03\x02\x00\x3c", "", "mqtt"},
	{"\x00\x01\x00\x08\x21\x12\xa4\x42TRANSACTIONX", "", "stun"},
	{"EHLO me\r\n", "220 mail.example\r\n", "smtp"},
	{"helo me\r\n", "", "smtp"},
	{"MAIL FROM:<a@b>\r\n", "", "smtp"},
	{"", "220 mail.example ESMTP Postfix\r\n", "smtp"},
	{"", "220-mail.example ESMTP\r\n220 x\r\n", "smtp"},
	{"USER anonymous\r\n", "220 ready\r\n", "ftp"},
	{"AUTH TLS\r\n", "220 ready\r\n", "ftp"},
	{"", "220 (vsFTPd 3.0.3)\r\n", "ftp"},
	{"", "220 FileZilla Server\r\n", "ftp"},
	{"", "* OK [CAPABILITY IMAP4rev1] ready\r\n", "imap"},
	{"", "* OK IMAP4 ready\r\n", "imap"},
	{"a001 LOGIN a b\r\n", "* OK ready\r\n", "imap"},
	{"", "* PREAUTH ready\r\n", "imap"},
	{"", "+OK POP3 ready\r\n", "pop3"},
	{"CAPA\r\n", "+OK ready\r\n", "pop3"},
	{"user me\r\n", "+OK ready\r\n", "pop3"},
}

func TestStream(t *testing.T) {
	for _, c := range streams {
		for _, side := range [][2]string{{c.client, c.server}, {c.server, c.client}} {
			name, v := Stream([]byte(side[0]), []byte(side[1]))
			if name.String() != c.want || v != Yes {
				t.Errorf("%q and %q: %q, %d, want %s", side[0], side[1], name, v, c.want)
			}
		}
	}
}

// A shorter beginning is not refused, nor taken for another protocol.
func TestStreamNeedsMore(t *testing.T) {
	for _, c := range streams {
		for n := 1; n < len(c.client); n++ {
			if name, v := Stream([]byte(c.client[:n]), nil); v == No && c.server == "" || v == Yes && name.String() != c.want {
				t.Errorf("%q: %q, %d, want %s or more", c.client[:n], name, v, c.want)
			}
		}
		for n := 1; n < len(c.server); n++ {
			if name, v := Stream(nil, []byte(c.server[:n])); v == No && c.client == "" || v == Yes && name.String() != c.want {
				t.Errorf("%q: %q, %d, want %s or more", c.server[:n], name, v, c.want)
			}
		}
	}
}

// Streams that are none of these, or of which that is not certain.
func TestStreamRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
		{"OPTIONS * HTTP/1.1\r\n", ""},
		{"OPTIONS rtsp://h/ RTSP/1.0\r\n", ""},
		{"SUBSCRIBE /event HTTP/1.1\r\n", ""},
		{"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + strings.Repeat("r", 40), ""},
		{"\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", ""},
		{"*1\r\n$4\r\nPING\r\n", "+OK\r\n"},
		{"", "+OK\r\n"},
		{"", "-ERR no\r\n"},
		{"", "* BYE\r\n"},
		{"NICK me\r\n", ":irc 001 me\r\n"},
		{"", "200 news server ready\r\n"},
		{"\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc1\x02\x01\x00\xc2\x02\x01\x02\xc0\x01\x0a", ""}, // S7 over TPKT
		{"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00", ""},                                             // neither cookie nor negotiation
		{"\x10\x10\x00\x04MQTX\x04\x02\x00\x3c", ""},
		{"\x00\x00\x00\x08\x04\xd2\x16\x2f\x00\x00\x00\x09\x00\x03\x00\x00user", ""}, // PostgreSQL
		{"\x00\x01\x00\x08\x21\x12\xa4\x43TRANSACTIONX", ""},
		{"\x13BitTorrent protocoX", ""},
		{"\x4a\x00\x00\x00\x0a5.7.1", ""},
		{"SSH", "x"}, {"SSHX-2.0", ""},
		{"EHLOX me\r\n", ""}, {"USERS\r\n", "OK ready"},
		{strings.Repeat("\x00", 100), ""},
		{strings.Repeat("\xff", 100), ""},
	} {
		if name, v := Stream([]byte(c[0]), []byte(c[1])); v == Yes || v == NeedMore && len(c[0]) > 20 {
			t.Errorf("%q and %q: %q, %d", c[0], c[1], name, v)
		}
	}
}

func TestRandomStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	more := 0
	for range 200_000 {
		a, b := random(r, 64), random(r, 64)
		switch name, v := Stream(a, b); v {
		case Yes:
			t.Fatalf("%q and %q are %s", a, b, name)
		case NeedMore:
			more++
		}
	}
	if more > 200 {
		t.Errorf("%d of 200,000 are undecided after 64 bytes", more)
	}
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func FuzzStream(f *testing.F) {
	for _, c := range streams {
		f.Add([]byte(c.client), []byte(c.server))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if name, v := Stream(a, b); v > NeedMore || (v == Yes) != (name != None) {
			t.Errorf("%q, %d", name, v)
		}
	})
}

func TestStartTLS(t *testing.T) {
	for name, want := range map[Name]bool{SMTP: true, IMAP: true, POP3: true, FTP: true, RDP: true, SSH: false, SMB: false, None: false} {
		if name.MayStartTLS() != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
