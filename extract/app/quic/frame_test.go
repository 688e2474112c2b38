package quic

import (
	"bytes"
	"fmt"
	"testing"
)

// pieces lists the CRYPTO frames of a packet as offset:data.
func pieces(frames []byte) string {
	var s string
	eachCrypto(frames, func(offset uint64, b []byte) { s += fmt.Sprintf("%d:%s ", offset, b) })
	return s
}

func TestFrames(t *testing.T) {
	for _, c := range []struct{ name, frames, want string }{
		{"padding and ping stand anywhere", "\x00\x00\x01\x06\x00\x01a\x00\x06\x40\x41\x02bc\x00", "0:a 65:bc "},
		{"an ACK with two further ranges is skipped", "\x02\x05\x00\x02\x00\x01\x01\x01\x01\x06\x03\x01x", "3:x "},
		{"an ACK with ECN counts has three more numbers", "\x03\x05\x00\x00\x00\x01\x02\x03\x06\x03\x01x", "3:x "},
		{"a close ends the packet", "\x06\x00\x01a\x1c\x00\x00\x00\x06\x00\x01b", "0:a "},
		{"a frame longer than the packet is not taken", "\x06\x00\x01a\x06\x01\x05b", "0:a "},
		{"an ACK with more ranges than bytes", "\x02\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x06\x00\x01a", ""},
		{"a number that is cut off", "\x06\x40", ""},
	} {
		if got := pieces([]byte(c.frames)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// hello is a handshake message of n bytes after its head.
func hello(kind byte, n int) []byte {
	m := []byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}
	for i := range n {
		m = append(m, byte(i*7))
	}
	return m
}

func TestAssemblyTakesAnyOrder(t *testing.T) {
	m := hello(1, 500)
	for step := 1; step < 200; step += 13 {
		var a assembly
		at := 0
		for range m { // 331 is prime to all lengths tried: every piece comes, out of order
			at = (at + 331) % len(m)
			a.add(uint64(at), m[at:min(at+step, len(m))])
			if n := len(a.spans); n > maxSpans {
				t.Fatalf("%d spans", n)
			}
		}
		for at := 0; at < len(m); at += step { // what did not fit is sent again
			a.add(uint64(at), m[at:min(at+step, len(m))])
		}
		if got, ok := a.message(); !ok || !bytes.Equal(got, m) {
			t.Errorf("pieces of %d: %d bytes, %v", step, len(got), ok)
		}
	}
}

func TestAssemblyGoesOnBehindAMessage(t *testing.T) {
	first, second := hello(1, 300), hello(1, 40)
	all := append(bytes.Clone(first), second...)
	var a assembly
	a.add(310, all[310:])
	a.add(0, all[:310])
	m, _ := a.message()
	if !bytes.Equal(m, first) {
		t.Fatalf("first is %x", m)
	}
	a.drop(len(m))
	a.add(0, all) // sent again: what has been taken is not wanted
	if m, _ = a.message(); !bytes.Equal(m, second) {
		t.Errorf("second is %x", m)
	}
	a.drop(len(m))
	if m, _ = a.message(); m != nil || len(a.spans) != 0 {
		t.Errorf("left over %x, %v", m, a.spans)
	}
}

func TestAssemblyIsBounded(t *testing.T) {
	var a assembly
	a.add(1<<61, []byte("far"))
	a.add(maxStream-1, []byte("edge"))
	if len(a.data) != maxStream {
		t.Errorf("holds %d bytes", len(a.data))
	}
	for i := range 10 * maxSpans {
		a.add(uint64(2*i), []byte{1})
	}
	if len(a.spans) > maxSpans {
		t.Errorf("holds %d spans", len(a.spans))
	}
	a.reset()
	a.add(0, []byte{1, 1, 0, 0})
	if m, ok := a.message(); m != nil || ok {
		t.Error("a message longer than the bound is waited for")
	}
}
