package app

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weir/extract/app/event"
	"weir/extract/decode"
)

// say is what one side sends; wire is its length where less was captured.
type say struct {
	dir  int
	text string
}

// talk plays segments and datagrams of one flow to an engine.
type talk struct {
	engine *Engine
	*Conversation
	seq    [2]uint32
	packet int64
	deaf   bool
}

// subject is a flow that is made up.
type subject struct{ flow event.Flow }

func (s *subject) Event() event.Flow { return s.flow }

func (s *subject) Ports() (initiator, responder uint16, ok bool) {
	return s.flow.InitiatorPort, s.flow.ResponderPort, s.flow.Ports
}

func newTalk(e *Engine, initiatorPort, responderPort uint16) *talk {
	f := event.Flow{UID: [16]byte{1}, Family: decode.IPv4, Ports: true, Initiator: [16]byte{10, 0, 0, 1}, Responder: [16]byte{10, 0, 0, 2},
		InitiatorPort: initiatorPort, ResponderPort: responderPort}
	return &talk{engine: e, Conversation: e.Open(&subject{f}), seq: [2]uint32{1 << 30, 0xfffffff0}}
}

// syn tells where both streams begin.
func (t *talk) syn() *talk {
	t.Begin(0, t.seq[0])
	t.Begin(1, t.seq[1])
	return t
}

func (t *talk) header(dir int, payload []byte) *decode.Header {
	t.packet++
	return &decode.Header{Seq: t.seq[dir], Payload: payload, PayloadLen: uint32(len(payload)), Time: t.packet * 1000, TCP: true, Flags: decode.ACK, HasTransport: true}
}

// send sends a segment; as in a flow, none reaches a conversation that is done.
func (t *talk) send(dir int, text string) {
	h := t.header(dir, []byte(text))
	t.seq[dir] += uint32(len(text))
	if !t.deaf {
		t.deaf = !t.Segment(h, dir, t.packet)
	}
	clear(h.Payload) // the slab is used again
}

func (t *talk) datagram(dir int, text string) {
	if h := t.header(dir, []byte(text)); !t.deaf {
		t.deaf = !t.Datagram(h, dir, t.packet)
		clear(h.Payload)
	}
}

// lose leaves out bytes of a direction.
func (t *talk) lose(dir, n int) { t.seq[dir] += uint32(n) }

// cut sends a text in segments of n bytes, or of up to 40 if n is 0.
func (t *talk) cut(dir int, text string, n int, r *rand.Rand) {
	for len(text) > 0 {
		k := n
		if k == 0 {
			k = 1 + r.IntN(40)
		}
		k = min(k, len(text))
		t.send(dir, text[:k])
		text = text[k:]
	}
}

// end closes the conversation and returns its service and its events: the
// tables they are of and who the client is.
func (t *talk) end() string {
	t.Close()
	all := []string{t.Service().String()}
	x := t.engine.Events()
	for _, e := range x.DNS {
		all = append(all, name("dns", e))
	}
	for _, e := range x.HTTP {
		all = append(all, name("http", e))
	}
	for _, e := range x.TLS {
		all = append(all, name("tls", e))
	}
	return strings.Join(all, " ")
}

func name(table string, e event.Event) string {
	if e.EventHead().Turned {
		return table + "<"
	}
	return table
}

// play sends what both sides say, in segments of n bytes.
func play(e *Engine, says []say, n int, handshake bool, swap bool) string {
	t := newTalk(e, 50000, 50001)
	if handshake {
		t.syn()
	}
	r := rand.New(rand.NewPCG(uint64(n), 7))
	for _, s := range says {
		dir := s.dir
		if swap {
			dir = 1 - dir
		}
		t.cut(dir, s.text, n, r)
	}
	got := t.end()
	e.Recycle(t.Conversation)
	return got
}

// everyCut plays what both sides say cut in many ways.
func everyCut(t *testing.T, says []say, want string) {
	t.Helper()
	e := NewEngine()
	for _, n := range []int{1 << 20, 1, 2, 3, 5, 7, 11, 100, 0} {
		for _, handshake := range []bool{true, false} {
			if got := play(e, says, n, handshake, false); got != want {
				t.Errorf("in segments of %d, handshake %v: %q, want %q", n, handshake, got, want)
			}
		}
	}
}

func clientHello() string {
	body := "\x03\x03" + strings.Repeat("R", 32) + "\x00" + "\x00\x02\xc0\x2f" + "\x01\x00"
	msg := "\x01\x00" + be16(len(body)) + body
	return "\x16\x03\x01" + be16(len(msg)) + msg
}

func serverHello() string {
	body := "\x03\x03" + strings.Repeat("S", 32) + "\x00" + "\xc0\x2f" + "\x00"
	msg := "\x02\x00" + be16(len(body)) + body
	return "\x16\x03\x03" + be16(len(msg)) + msg
}

func be16(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }

// tlsSession is a whole connection: hellos, key exchange, both
// ChangeCipherSpecs with their Finished, and data.
func tlsSession() []say {
	changed := "\x14\x03\x03\x00\x01\x01" + "\x16\x03\x03\x00\x28" + strings.Repeat("f", 40)
	data := "\x17\x03\x03\x00\x20" + strings.Repeat("d", 32)
	return []say{{0, clientHello()}, {1, serverHello()}, {0, changed}, {1, changed}, {0, data}, {1, data}}
}

func dnsQuery(name string) string {
	return "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + string(rune(len(name))) + name + "\x00\x00\x01\x00\x01"
}

func dnsReply(name string) string {
	return "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + string(rune(len(name))) + name + "\x00\x00\x01\x00\x01" +
		"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04"
}

const (
	get   = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
	reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
)
