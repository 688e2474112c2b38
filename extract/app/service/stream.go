package service

import (
	"bytes"
	"encoding/binary"
)

// Verdict says whether bytes are of a protocol.
type Verdict uint8

// Verdicts.
const (
	No Verdict = iota
	Yes
	NeedMore // so far they may be
)

// maxBanner is how many bytes of a greeting are searched for a name, maxCommand how
// many of a command are looked at.
const (
	maxBanner  = 512
	maxCommand = 64
)

// Stream judges a TCP flow by the first bytes of its two directions, as far as
// they have been seen, whichever is the client's. With Yes it returns the
// protocol's name.
func Stream(a, b []byte) (Name, Verdict) {
	best := No
	for _, judge := range []func(a, b []byte) (Name, Verdict){fixed, greeting, turned} {
		name, v := judge(a, b)
		if v == Yes {
			return name, Yes
		}
		if v == NeedMore {
			best = NeedMore
		}
	}
	return None, best
}

func turned(a, b []byte) (Name, Verdict) { return greeting(b, a) }

// signature is how a direction of a protocol begins.
type signature struct {
	name   Name
	prefix string
}

var signatures = []signature{
	{SSH, "SSH-1."}, {SSH, "SSH-2."},
	{BitTorrent, "\x13BitTorrent protocol"},
	{IMAP, "* OK [CAPABILITY"}, {IMAP, "* PREAUTH"},
	{SIP, "SIP/2.0 "},
	{SIP, "INVITE sip:"}, {SIP, "REGISTER sip:"}, {SIP, "OPTIONS sip:"}, {SIP, "ACK sip:"}, {SIP, "BYE sip:"},
	{SIP, "CANCEL sip:"}, {SIP, "SUBSCRIBE sip:"}, {SIP, "NOTIFY sip:"}, {SIP, "MESSAGE sip:"}, {SIP, "PUBLISH sip:"},
	{SIP, "INFO sip:"}, {SIP, "REFER sip:"}, {SIP, "UPDATE sip:"}, {SIP, "PRACK sip:"}, {SIP, "INVITE sips:"}, {SIP, "INVITE tel:"},
}

// fixed judges by bytes at fixed places, either direction for itself.
func fixed(a, b []byte) (Name, Verdict) {
	best := No
	for _, b := range [][]byte{a, b} {
		if len(b) == 0 {
			continue
		}
		for _, s := range signatures {
			if s.prefix[0] != b[0] {
				continue
			}
			if len(b) >= len(s.prefix) && string(b[:len(s.prefix)]) == s.prefix {
				return s.name, Yes
			}
			if len(b) < len(s.prefix) && s.prefix[:len(b)] == string(b) {
				best = NeedMore
			}
		}
		for _, judge := range []struct {
			name Name
			of   func([]byte) Verdict
		}{{SMB, smb}, {RDP, rdp}, {MQTT, mqtt}, {STUN, stunStream}} {
			switch judge.of(b) {
			case Yes:
				return judge.name, Yes
			case NeedMore:
				best = NeedMore
			}
		}
	}
	return None, best
}

// smb is a NetBIOS session message that carries SMB 1, 2 or 3 (encrypted), at
// once or after a session request.
func smb(b []byte) Verdict {
	const request = 4 + 68 // a session request with two encoded names
	if len(b) >= 4 && b[0] == 0x81 && b[1] == 0 && b[2] == 0 && b[3] == 68 {
		if len(b) < request+8 {
			return NeedMore
		}
		b = b[request:]
	}
	if b[0] != 0 {
		return No
	}
	if len(b) < 8 {
		return NeedMore
	}
	if b[4] >= 0xfc && string(b[5:8]) == "SMB" {
		return Yes
	}
	return No
}

// rdp is an X.224 connection request or confirm in a TPKT, with a cookie or a
// negotiation of RDP ([MS-RDPBCGR] 2.2.1.1); other users of TPKT have neither.
func rdp(b []byte) Verdict {
	if b[0] != 3 || len(b) > 1 && b[1] != 0 {
		return No
	}
	const headers = 4 + 7 // of TPKT and X.224
	if len(b) < headers {
		return NeedMore
	}
	kind, size := b[5]&0xf0, int(binary.BigEndian.Uint16(b[2:]))
	if kind != 0xe0 && kind != 0xd0 || size < headers || int(b[4])+5 != size {
		return No
	}
	if len(b) < size {
		return NeedMore
	}
	rest := b[headers:size]
	if kind == 0xe0 && bytes.HasPrefix(rest, []byte("Cookie: msts")) {
		return Yes
	}
	if n := len(rest) - 8; n >= 0 {
		x := rest[n:]
		first := x[0] == 1 && kind == 0xe0 || (x[0] == 2 || x[0] == 3) && kind == 0xd0
		if first && x[2] == 8 && x[3] == 0 {
			return Yes
		}
	}
	return No
}

// mqtt is a CONNECT with the protocol's name.
func mqtt(b []byte) Verdict {
	if b[0] != 0x10 {
		return No
	}
	i := 1
	for ; i < len(b) && i < 4 && b[i]&0x80 != 0; i++ {
	}
	i++
	for _, name := range []string{"\x00\x04MQTT", "\x00\x06MQIsdp"} {
		if len(b) >= i+len(name) && string(b[i:i+len(name)]) == name {
			return Yes
		}
	}
	if len(b) < i+8 {
		return NeedMore
	}
	return No
}

func stunStream(b []byte) Verdict {
	if b[0] > 3 {
		return No
	}
	if len(b) < 20 {
		return NeedMore
	}
	if stunHeader(b) {
		return Yes
	}
	return No
}

// greeting judges the mail and file protocols, where the server speaks first
// and several begin alike.
func greeting(client, server []byte) (Name, Verdict) {
	var command [maxCommand]byte
	r, i := server[:min(len(server), maxBanner)], upper(command[:], client)
	switch {
	case anyPrefix(i, "EHLO ", "HELO ", "MAIL FROM:"):
		return SMTP, Yes
	case begins(r, "220 ") || begins(r, "220-"):
		var banner [maxBanner]byte
		return mailOrFile(upper(banner[:], r), i)
	case begins(r, "+OK "):
		// Other protocols answer so too, but not before they are asked.
		if len(i) == 0 || anyPrefix(i, "USER ", "CAPA", "APOP ", "STLS", "AUTH", "QUIT") {
			return POP3, Yes
		}
		return None, tooShort(i)
	case begins(r, "* OK"):
		var banner [maxBanner]byte
		if bytes.Contains(upper(banner[:], r), []byte("IMAP")) || imapCommand(i) {
			return IMAP, Yes
		}
		return None, NeedMore
	case len(r) == 0 && anyPrefix(i, "USER ", "AUTH TLS", "AUTH SSL"),
		len(r) > 0 && len(r) < 4 && (begins([]byte("220 "), string(r)) || begins([]byte("220-"), string(r)) ||
			begins([]byte("+OK "), string(r)) || begins([]byte("* OK"), string(r))):
		return None, NeedMore
	}
	return None, tooShort(i)
}

// upper fills dst with b, the letters of ASCII in upper case, as far as there is room.
func upper(dst, b []byte) []byte {
	n := copy(dst, b)
	for i, c := range dst[:n] {
		if 'a' <= c && c <= 'z' {
			dst[i] = c - 'a' + 'A'
		}
	}
	return dst[:n]
}

// mailOrFile tells SMTP from FTP after a 220.
func mailOrFile(r, i []byte) (Name, Verdict) {
	switch {
	case anyPrefix(i, "EHLO ", "HELO ", "MAIL FROM:"):
		return SMTP, Yes
	case anyPrefix(i, "USER ", "AUTH TLS", "AUTH SSL", "FEAT", "SYST", "OPTS "):
		return FTP, Yes
	case bytes.Contains(r, []byte("SMTP")):
		return SMTP, Yes
	case bytes.Contains(r, []byte("FTP")) || bytes.Contains(r, []byte("FILEZILLA")):
		return FTP, Yes
	case len(i) == 0:
		return None, NeedMore
	}
	return None, tooShort(i)
}

// imapCommand tells whether b begins with a tag and one of the commands that
// a client begins with.
func imapCommand(b []byte) bool {
	tag, rest, ok := bytes.Cut(b, []byte(" "))
	return ok && len(tag) > 0 && len(tag) <= 16 && anyPrefix(rest, "CAPABILITY", "LOGIN ", "STARTTLS", "AUTHENTICATE ", "NOOP", "ID ")
}

// tooShort returns NeedMore if b is the beginning of a command of which too
// little has come.
func tooShort(b []byte) Verdict {
	if len(b) == 0 || len(b) >= len("MAIL FROM:") {
		return No
	}
	for _, c := range []string{"EHLO ", "HELO ", "MAIL FROM:", "USER ", "AUTH ", "FEAT", "SYST", "OPTS ", "CAPA", "APOP ", "STLS", "QUIT"} {
		if begins([]byte(c), string(b)) {
			return NeedMore
		}
	}
	return No
}

func begins(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

func anyPrefix(b []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if begins(b, p) {
			return true
		}
	}
	return false
}
