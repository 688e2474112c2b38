package app

import (
	"strings"
	"testing"
)

// FuzzConversation plays any segments: their numbers, lengths and order are
// the fuzzer's too. Nothing panics, what is kept is bounded, and a row names
// its flow.
func FuzzConversation(f *testing.F) {
	seed := func(says []say) []byte {
		var b []byte
		for _, s := range says {
			for len(s.text) > 0 {
				n := min(255, len(s.text))
				b = append(append(b, byte(s.dir), 0, byte(n)), s.text[:n]...)
				s.text = s.text[n:]
			}
		}
		return b
	}
	for _, c := range conversations() {
		f.Add(seed(c.says), uint16(40000), uint16(443), true, false)
	}
	f.Add(seed([]say{{0, dnsQuery("a")}, {1, dnsReply("a")}}), uint16(40000), uint16(53), false, true)
	f.Add([]byte(strings.Repeat("\x02\x90\x03GET", 40)), uint16(1), uint16(2), true, false)
	f.Fuzz(func(t *testing.T, b []byte, initiator, responder uint16, handshake, datagrams bool) {
		e := NewEngine()
		for range 2 {
			k := newTalk(e, initiator, responder)
			if handshake {
				k.syn()
			}
			k.playBytes(b, datagrams)
			if k.held() > mostUndecided+4*maxHeld {
				t.Fatalf("%d bytes are kept", k.held())
			}
			k.Close()
			events := e.Events()
			for _, x := range events.HTTP {
				if x.Flow.UID != k.subject.Event().UID {
					t.Fatal("a row of another flow")
				}
			}
			for _, x := range events.TLS {
				if x.Flow.UID != k.subject.Event().UID {
					t.Fatal("a row of another flow")
				}
			}
			k.Close()
			if more := e.Events(); more.Len() > 0 {
				t.Fatalf("%d rows come twice", more.Len())
			}
			e.Recycle(k.Conversation)
		}
	})
}

// playBytes reads of b, for each segment: flags, a step of the sequence
// number, a length, and that many bytes.
func (k *talk) playBytes(b []byte, datagrams bool) {
	for len(b) >= 3 && !k.deaf {
		dir, step, n := int(b[0]&1), int8(b[1]), min(int(b[2]), len(b)-3)
		h := k.header(dir, append([]byte(nil), b[3:3+n]...))
		if b[0]&2 != 0 { // cut by the capture
			h.PayloadLen += uint32(b[0])
		}
		h.Fragment = b[0]&8 != 0
		h.Seq += uint32(int32(step)) * (1 + uint32(b[0]&4)*1000)
		k.seq[dir] = h.Seq + h.PayloadLen
		if b = b[3+n:]; h.PayloadLen == 0 {
			continue
		}
		if datagrams {
			k.deaf = !k.Datagram(h, dir, k.packet)
		} else {
			k.deaf = !k.Segment(h, dir, k.packet)
		}
	}
}
