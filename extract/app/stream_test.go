package app

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"weir/extract/app/event"
)

// tape notes what a stream hands over: bytes as they are, losses as <n>.
type tape struct{ bytes.Buffer }

func (t *tape) data(_ int, b []byte, _ event.Stamp)    { t.Write(b) }
func (t *tape) gap(_ int, lost int64, _ event.Stamp)   { fmt.Fprintf(t, "<%d>", lost) }
func (t *tape) early() *early                          { return new(early) }
func (s *stream) put(t *tape, seq uint32, text string) { s.cut(t, seq, text, len(text)) }
func (s *stream) cut(t *tape, seq uint32, text string, wire int) {
	s.add(0, seq, uint32(wire), []byte(text), event.Stamp{}, t)
}

func TestStreamOrders(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(*stream, *tape)
		want string
	}{
		{"in order", func(s *stream, p *tape) { s.put(p, 100, "ab"); s.put(p, 102, "cd") }, "abcd"},
		{"swapped", func(s *stream, p *tape) { s.begin(100); s.put(p, 102, "cd"); s.put(p, 100, "ab") }, "abcd"},
		{"three held", func(s *stream, p *tape) {
			s.begin(100)
			s.put(p, 106, "gh")
			s.put(p, 102, "cd")
			s.put(p, 104, "ef")
			s.put(p, 100, "ab")
		}, "abcdefgh"},
		{"retransmitted", func(s *stream, p *tape) { s.put(p, 100, "ab"); s.put(p, 100, "ab"); s.put(p, 102, "c") }, "abc"},
		{"overlapping", func(s *stream, p *tape) { s.put(p, 100, "abc"); s.put(p, 101, "bcde") }, "abcde"},
		{"held twice", func(s *stream, p *tape) {
			s.begin(100)
			s.put(p, 102, "cd")
			s.put(p, 102, "cdef")
			s.put(p, 100, "ab")
		}, "abcdef"},
		{"wraps", func(s *stream, p *tape) { s.put(p, 0xfffffffe, "ab"); s.put(p, 0, "cd") }, "abcd"},
		{"lost until the end", func(s *stream, p *tape) { s.put(p, 100, "ab"); s.put(p, 105, "f"); s.end(0, p) }, "ab<3>f"},
		{"cut by the capture", func(s *stream, p *tape) { s.cut(p, 100, "ab", 5); s.put(p, 105, "f") }, "ab<3>f"},
		{"far ahead", func(s *stream, p *tape) {
			s.put(p, 100, "ab")
			s.put(p, 100+maxJump+3, "zz")
			s.put(p, 102, "c")
			s.end(0, p)
		}, "abc"},
		{"before the beginning", func(s *stream, p *tape) { s.put(p, 100, "ab"); s.put(p, 90, "zz"); s.put(p, 102, "c") }, "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s stream
			var p tape
			c.run(&s, &p)
			if p.String() != c.want {
				t.Errorf("got %q, want %q", p.String(), c.want)
			}
			if e := s.early; e != nil && (e.bytes != 0 || len(e.held) != 0) {
				t.Errorf("%d bytes in %d segments are still held", e.bytes, len(e.held))
			}
		})
	}
}

// TestStreamBoundsWhatItHolds sends segments that all wait for the first one.
func TestStreamBoundsWhatItHolds(t *testing.T) {
	for _, size := range []int{1, 1400} {
		var s stream
		var p tape
		s.begin(0)
		text := string(bytes.Repeat([]byte("x"), size))
		for i := range 2000 {
			s.put(&p, uint32(1+i*2*size), text)
			if e := s.early; e.bytes > maxHeld || len(e.held) > maxSegments {
				t.Fatalf("holds %d bytes in %d segments", e.bytes, len(e.held))
			}
		}
		s.end(0, &p)
		if n := bytes.Count(p.Bytes(), []byte("x")); n != 2000*size {
			t.Errorf("%d bytes came through, want %d", n, 2000*size)
		}
	}
}

// TestStreamShuffled cuts a text into segments, some twice and overlapping,
// and sends them in any order.
func TestStreamShuffled(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 300 {
		text := make([]byte, 1+r.Intn(3000))
		for i := range text {
			text[i] = byte('a' + r.Intn(26))
		}
		var cuts [][2]int
		for from := 0; from < len(text); {
			to := min(len(text), from+1+r.Intn(200))
			cuts = append(cuts, [2]int{from, to}, [2]int{max(0, from-r.Intn(50)), min(len(text), to+r.Intn(50))})
			from = to
		}
		r.Shuffle(len(cuts), func(i, j int) { cuts[i], cuts[j] = cuts[j], cuts[i] })
		base := r.Uint32()
		var s stream
		var p tape
		s.begin(base)
		for _, c := range cuts {
			s.put(&p, base+uint32(c[0]), string(text[c[0]:c[1]]))
		}
		if p.String() != string(text) {
			t.Fatalf("got %q, want %q", p.String(), text)
		}
	}
}
