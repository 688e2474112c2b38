package app

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"weir/extract/app/event"
)

// held returns about how many bytes a conversation keeps besides its parsers.
func (c *Conversation) held() int {
	n := 0
	if o := c.guess.kept; o != nil {
		n += cap(o.heads[0]) + cap(o.heads[1]) + 32*cap(o.chunks)
	}
	for _, s := range c.streams {
		if s.early == nil {
			continue
		}
		n += 48 * cap(s.early.held)
		for _, g := range s.early.held[:cap(s.early.held)] {
			n += cap(g.data)
		}
	}
	return n
}

// mostUndecided is what a conversation may keep while its protocol is not known.
const mostUndecided = 2*(maxHead+1500)*3/2 + 32*maxChunks*2

// Streams that never say what they are.
func TestUndecidedIsBounded(t *testing.T) {
	for name, next := range map[string]func(i int) (dir int, text string){
		"unknown":               func(i int) (int, string) { return 0, strings.Repeat("\x99", 1400) },
		"unknown, both sides":   func(i int) (int, string) { return i % 2, strings.Repeat("\x99", 1400) },
		"a line without an end": func(i int) (int, string) { return 0, "GET " + strings.Repeat("a", 1400) },
		"byte by byte":          func(i int) (int, string) { return 0, "GET "[min(i, 3):min(i+1, 4)] + "a"[:min(1, i/4)] },
		"both sides, bytes":     func(i int) (int, string) { return i % 2, "GET  a"[min(i/2, 5):min(i/2+1, 6)] },
		"greetings":             func(i int) (int, string) { return 1, "220-hello\r\n" },
		"smtp without TLS":      func(i int) (int, string) { return i % 2, "220 x SMTP\r\n" },
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(NewEngine(), 1, 2).syn()
			for i := range 200_000 {
				dir, text := next(i)
				if text == "" {
					continue
				}
				if k.send(dir, text); k.held() > mostUndecided {
					t.Fatalf("%d bytes are kept after %d segments", k.held(), i)
				}
				if k.deaf {
					return
				}
			}
			t.Error("never given up")
		})
	}
}

// Segments that wait for one that never comes.
func TestHoldBackIsBounded(t *testing.T) {
	for _, size := range []int{1, 100, 1400} {
		k := newTalk(NewEngine(), 1, 2).syn()
		k.send(0, get)
		text := strings.Repeat("x", size)
		most := 0
		for range 20_000 {
			for dir := range 2 {
				k.lose(dir, 1)
				k.send(dir, text)
			}
			most = max(most, k.held())
		}
		if limit := 2 * (maxHeld + 2*1400 + 48*2*(maxSegments+1)) * 9 / 8; most > limit {
			t.Errorf("%d bytes are kept of segments of %d, more than %d", most, size, limit)
		}
	}
}

// An endless HTTP stream, both as one body and as many exchanges that nobody
// answers.
func TestEndlessHTTPIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ request, reply, next string }{
		"body":     {get, "HTTP/1.1 200 OK\r\n\r\n", ""},
		"chunks":   {get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
		"requests": {get, "", get},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(NewEngine(), 1, 2).syn()
			k.send(0, c.request)
			if c.reply != "" {
				k.send(1, c.reply)
			}
			body := strings.Repeat("b", 1400)
			if name == "chunks" {
				body = "578\r\n" + body + "\r\n"
			}
			before := uint64(0)
			for i := range 300_000 {
				if c.next != "" {
					k.send(0, c.next)
					k.engine.Events() // as at the end of an epoch
				} else {
					k.send(1, body)
				}
				if i == 50_000 {
					before = live()
				}
			}
			if grown := int64(live()) - int64(before); grown > 200<<10 {
				t.Errorf("%d bytes more are live after 350 MB", grown)
			}
			if k.HTTP().Requests == 0 || k.stage != reading {
				t.Errorf("%+v, stage %d", k.HTTP(), k.stage)
			}
			runtime.KeepAlive(k)
		})
	}
}

func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What a used conversation and its parsers keep for the next flow is bounded,
// and so is how many of them wait.
func TestSpareIsBounded(t *testing.T) {
	e := NewEngine()
	var all []*talk
	for range 3 * maxSpare {
		k := newTalk(e, 1, 2).syn()
		k.send(0, get)
		all = append(all, k)
	}
	for _, k := range all {
		k.end()
		e.Recycle(k.Conversation)
	}
	if len(e.spare) != maxSpare || len(e.httpParsers) != maxSpare {
		t.Errorf("%d conversations and %d parsers wait, want %d", len(e.spare), len(e.httpParsers), maxSpare)
	}
}

// Streams in segments of one byte take time in proportion to their length.
func TestTinySegmentsAreNotQuadratic(t *testing.T) {
	took := func(n int) time.Duration {
		best := time.Hour
		for range 3 {
			k := newTalk(NewEngine(), 1, 2).syn()
			start := time.Now()
			k.send(0, "G")
			for range n {
				k.send(0, "T")
				k.send(1, "2")
			}
			k.cut(0, " "+strings.Repeat("a", n), 1, nil)
			best = min(best, time.Since(start))
		}
		return best
	}
	if small, large := took(700), took(7000); large > 60*small+20*time.Millisecond {
		t.Errorf("ten times as many segments take %v instead of %v", large, small)
	}
}

// The bodies of HTTP, and flows of which nothing more is of interest, cost no
// allocation.
func TestNoAllocationPerSegment(t *testing.T) {
	k := newTalk(NewEngine(), 1, 2).syn()
	k.send(0, get)
	k.send(1, "HTTP/1.1 200 OK\r\n\r\n")
	payload := []byte(strings.Repeat("b", 1400))
	h := k.header(1, payload)
	if n := testing.AllocsPerRun(1000, func() {
		k.Segment(h, 1, 1)
		h.Seq += uint32(len(payload))
	}); n != 0 {
		t.Errorf("%v allocations per segment of a body", n)
	}
	u := newTalk(NewEngine(), 1, 2).syn()
	g := u.header(0, []byte(strings.Repeat("\x99", 1400)))
	if n := testing.AllocsPerRun(1000, func() {
		u.Segment(g, 0, 1)
		g.Seq += g.PayloadLen
	}); n != 0 {
		t.Errorf("%v allocations per segment of an unknown stream", n)
	}
}

// What held early segments is empty when it is used again, and not kept once it has
// become large.
func TestEarlyIsUsedAgain(t *testing.T) {
	e := NewEngine()
	for _, segments := range []int{1, spareSegments / 2, 1, 4 * spareSegments} {
		k := newTalk(e, 1, 2).syn()
		k.send(0, get)
		for range segments {
			k.lose(1, 1)
			k.send(1, "x")
		}
		small := cap(k.streams[1].early.held) <= spareSegments
		if small != (segments <= spareSegments) {
			t.Fatalf("room for %d segments of %d", cap(k.streams[1].early.held), segments)
		}
		before := len(e.early)
		k.end()
		if kept := len(e.early) - before; kept == 1 != small {
			t.Errorf("after %d segments %d are kept", segments, kept)
		}
		e.Recycle(k.Conversation)
		for _, x := range e.early {
			if len(x.held) != 0 || x.bytes != 0 || x.last != (event.Stamp{}) {
				t.Fatalf("%d segments of %d bytes are held by nobody", len(x.held), x.bytes)
			}
		}
	}
}
