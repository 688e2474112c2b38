package http

import (
	"fmt"
	"strings"
	"testing"

	"weir/extract/app/event"
	"weir/extract/decode"
)

// talk feeds a script to a parser and returns its rows as text and the
// summary. Each step is one call: "> …" bytes of the initiator, "< …" of the
// responder, ">- n" and "<- n" a gap of n bytes. Steps are 1 ms apart, the
// first at 1 ms.
func talk(cut int, steps ...string) ([]string, *Parser) {
	var rows []string
	var p Parser
	sink := NewSink(nil)
	sink.emit = func(e *Event) {
		rows = append(rows, describe(e))
		sink.Recycle(e)
	}
	p.Reset(&event.Flow{Family: decode.IPv4, Ports: true}, sink)
	for i, s := range steps {
		at := event.Stamp{Time: int64(i+1) * 1e6, Packet: int64(i)}
		dir := strings.IndexByte("><", s[0])
		if s[1] == '-' {
			var n int64
			fmt.Sscan(s[2:], &n)
			p.Gap(dir, n, at)
			continue
		}
		b := []byte(s[2:])
		for cut > 0 && len(b) > cut {
			p.Data(dir, append([]byte(nil), b[:cut]...), at)
			b = b[cut:]
		}
		p.Data(dir, b, at)
	}
	p.End()
	return rows, &p
}

// describe returns a row as text: depth, method, uri, version, host, request
// bytes, status, reason, response bytes, latency in ms; - is null.
func describe(e *Event) string {
	var b strings.Builder
	text := func(p part) {
		if v, ok := e.get(p); ok {
			fmt.Fprintf(&b, " %s", v)
		} else {
			b.WriteString(" -")
		}
	}
	fmt.Fprint(&b, e.depth)
	text(method)
	text(uri)
	v, ok := e.appendVersion(nil)
	if !ok {
		v = []byte("-")
	}
	fmt.Fprintf(&b, " %s", v)
	text(host)
	fmt.Fprintf(&b, " %d %d", e.requestBytes, e.status)
	text(reason)
	fmt.Fprintf(&b, " %d", e.responseBytes)
	if us, ok := e.latency(); ok {
		fmt.Fprintf(&b, " %d", us/1000)
	} else {
		b.WriteString(" -")
	}
	if e.Turned {
		b.WriteString(" turned")
	}
	return b.String()
}

func TestExchanges(t *testing.T) {
	const get, ok = "> GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "< HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy"
	const answered = "1 GET /a 1.1 h 0 200 OK 2 1"
	for _, c := range []struct {
		name  string
		steps []string
		want  []string
	}{
		{"keep-alive", []string{get, ok, get, ok}, []string{answered, "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"pipelined", []string{get + get[2:], ok + ok[2:]}, []string{answered, "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"HEAD has no body", []string{"> HEAD / HTTP/1.0\nhost:  h \n\n", ok[:len(ok)-2], get, ok},
			[]string{"1 HEAD / 1.0 h 0 200 OK 0 1", "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"204 and 304 have no body", []string{get, "< HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", get, "< HTTP/1.1 204\r\nTransfer-Encoding: chunked\r\n\r\n", get, ok},
			[]string{"1 GET /a 1.1 h 0 304 Not Modified 0 1", "2 GET /a 1.1 h 0 204 - 0 1", "3 GET /a 1.1 h 0 200 OK 2 1"}},
		{"100 does not answer", []string{"> POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "< HTTP/1.1 100 Continue\r\n\r\n", "> abc", ok, get, ok},
			[]string{"1 POST / 1.1 - 3 200 OK 2 3", "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"only 100", []string{get, "< HTTP/1.1 100 Continue\r\n\r\n"}, []string{"1 GET /a 1.1 h 0 100 Continue 0 1"}},
		{"chunks", []string{"> POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0A \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n" + get[2:], ok + ok[2:]},
			[]string{"1 POST / 1.1 - 13 200 OK 2 1", "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"chunks before length", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" + ok[2:]},
			[]string{"1 GET /a 1.1 h 0 200 OK 1 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"bad chunk ends", []string{get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n" + ok[2:]},
			[]string{"1 GET /a 1.1 h 0 200 OK 1 1"}},
		{"until close", []string{get, "< HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "< more"}, []string{"1 GET /a 1.1 h 0 200 OK 23 1"}},
		{"contradicting lengths", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nxyz!"}, []string{"1 GET /a 1.1 h 0 200 OK 4 1"}},
		{"equal lengths", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nxy" + ok[2:]}, []string{answered, "2 - - 1.1 - 0 200 OK 2 -"}},
		{"request of bad length ends", []string{"> POST / HTTP/1.1\r\nContent-Length: x\r\n\r\nabc\r\n" + get[2:], ok, ok}, []string{"1 POST / 1.1 - 0 200 OK 2 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"CONNECT", []string{"> CONNECT h:443 HTTP/1.1\r\n\r\n", "< HTTP/1.1 200 Connected\r\nContent-Length: 5\r\n\r\n", get, ok}, []string{"1 CONNECT h:443 1.1 - 0 200 Connected 0 1"}},
		{"CONNECT refused", []string{"> CONNECT h:443 HTTP/1.1\r\n\r\n", "< HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\n.", get, ok}, []string{"1 CONNECT h:443 1.1 - 0 407 No 1 1", "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"upgrade", []string{get, "< HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + ok[2:], get}, []string{"1 GET /a 1.1 h 0 101 Switching Protocols 0 1"}},
		{"HTTP/2", []string{"> PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", get}, nil},
		{"folded", []string{"> GET / HTTP/1.1\r\nHost:\r\n \t h\t \r\n\tx\r\nA: b\r\n\r\n", ok}, []string{"1 GET / 1.1 h x 0 200 OK 2 1"}},
		{"folded length", []string{get, "< HTTP/1.1 200 OK\r\nCONTENT-LENGTH:\r\n 2\r\n\r\nxy" + ok[2:]}, []string{answered, "2 - - 1.1 - 0 200 OK 2 -"}},
		{"empty lines before", []string{"> \r\n\n" + get[2:], ok}, []string{answered}},
		{"absolute target", []string{"> GET http://a/b?c HTTP/1.1\r\n\r\n"}, []string{"1 GET http://a/b?c 1.1 - 0 0 - 0 -"}},
		{"target with blanks", []string{"> GET /a b HTTP/1.1\r\n\r\n"}, []string{"1 GET /a b 1.1 - 0 0 - 0 -"}},
		{"unknown method", []string{"> BREW-1 /pot HTTP/1.1\r\n\r\n"}, []string{"1 BREW-1 /pot 1.1 - 0 0 - 0 -"}},
		{"first of two", []string{"> GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}, []string{"1 GET / 1.1 a 0 0 - 0 -"}},
		{"broken version", []string{"> GET / HTTP/1.\nHost: h\n\n", ok}, []string{"1 GET / - h 0 200 OK 2 1"}},
		{"no version", []string{"> GET /HTTP/1.1\nHost: h\n\n", ok}, []string{"1 GET /HTTP/1.1 - h 0 200 OK 2 1"}},
		{"HTTP/0.9", []string{"> GET /\r\n\r\n" + get[2:]}, nil},
		{"newer minor", []string{"> GET / HTTP/1.9\r\n\r\n"}, []string{"1 GET / 1.1 - 0 0 - 0 -"}},
		{"RTSP", []string{"> OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"}, nil},
		{"response first", []string{ok, get, ok}, []string{"1 - - 1.1 - 0 200 OK 2 -", "2 GET /a 1.1 h 0 200 OK 2 1"}},
		{"turned", []string{"< GET / HTTP/1.1\r\n\r\n", "> HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, []string{"1 GET / 1.1 - 0 200 OK 0 1 turned"}},
		{"cut head", []string{"> GET /a HTTP/1.1\r\nHost: h\r\nUser-Ag", ok}, []string{"1 GET /a 1.1 h 0 200 OK 2 -"}},
		{"early answer", []string{"> POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", ok, "> def", ok}, []string{"1 POST / 1.1 - 6 200 OK 2 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"gap inside body", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "<- 4", "< hi" + ok[2:]}, []string{"1 GET /a 1.1 h 0 200 OK 5 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"gap to the body's end", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "<- 6", ok}, []string{"1 GET /a 1.1 h 0 200 OK 3 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"gap inside chunk", []string{get, "< HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", "<- 6", "< \r\n0\r\n\r\n" + ok[2:]}, []string{"1 GET /a 1.1 h 0 200 OK 3 1", "2 - - 1.1 - 0 200 OK 2 -"}},
		{"gap past the body", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "<- 7", ok}, []string{"1 GET /a 1.1 h 0 200 OK 3 1"}},
		{"gap of unknown size", []string{get, "< HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "<- 0", ok}, []string{"1 GET /a 1.1 h 0 200 OK 3 1"}},
		{"gap before close", []string{get, "< HTTP/1.0 200 OK\r\n\r\nabc", "<- 9", "< d"}, []string{"1 GET /a 1.1 h 0 200 OK 4 1"}},
		{"gap in head", []string{"> GET /a HTTP/1.1\r\nHost: h\r\n", ">- 5", get, ok}, []string{"1 GET /a 1.1 h 0 200 OK 2 -"}},
		{"gap between requests", []string{get, ok, ">- 5", get, ok}, []string{answered, "2 - - 1.1 - 0 200 OK 2 -"}},
		{"gap between responses", []string{get, ok, "<- 5", get, ok}, []string{answered, "2 GET /a 1.1 h 0 0 - 0 -"}},
		{"binary", []string{"> \x16\x03\x01 GET / HTTP/1.1\r\n\r\n"}, nil},
	} {
		for _, cut := range []int{0, 1, 7} {
			if got, _ := talk(cut, c.steps...); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("%s, cut by %d:\ngot\n%s\nwant\n%s", c.name, cut, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		}
	}
}

func TestSummary(t *testing.T) {
	_, p := talk(0,
		"> GET /1 HTTP/1.1\r\nHost: first\r\nUser-Agent: \xffua\xfe\xfd\r\n\r\n",
		"< HTTP/1.1 100 Continue\r\nContent-Type: no\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/html; charset=x\r\n\r\nabc",
		"> PUT /2 HTTP/1.1\r\nHost: second\r\nContent-Length: 5\r\n\r\nabcde",
		"< HTTP/1.1 404 Not Found\r\nContent-Type: b\r\nContent-Length: 99999999999999999999\r\n\r\n")
	s := &p.Summary
	method, _ := s.Method.Top()
	status, _ := s.Status.Top()
	got := fmt.Sprint(s.Requests, s.Responses, method, status, s.ContentLength, string(s.Host.Bytes), string(s.UserAgent.Bytes), string(s.ContentType.Bytes))
	// GET and PUT, and 100, 200 and 404, are equally common: the first counts.
	if want := fmt.Sprint(2, 3, "GET", 100, 8, "first", "\uFFFDua\uFFFD", "text/html; charset=x"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestRowsAreTimedByTheirFirstStartLine(t *testing.T) {
	var p Parser
	var got event.Stamp
	p.Reset(&event.Flow{}, NewSink(func(e *Event) { got = e.Stamp }))
	for i, s := range []string{"GET ", "/ HTTP/1.1\r\n", "Host: h\r\n\r\n"} {
		p.Data(0, []byte(s), event.Stamp{Time: int64(i), Packet: int64(10 + i)})
	}
	p.End()
	if want := (event.Stamp{Time: 1, Packet: 11}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("é", maxURI)
	rows, _ := talk(0, "> GET "+long+" HTTP/1.1\r\n\r\n")
	if want := "1 GET " + long[:maxURI] + " 1.1 - 0 0 - 0 -"; len(rows) != 1 || rows[0] != want {
		t.Errorf("long uri: got %d rows, or another one", len(rows))
	}
	for name, fields := range map[string]string{
		"bytes": "A: " + strings.Repeat("b", maxHead) + "\r\n",
		"lines": strings.Repeat("A: b\r\n", maxLines+1),
	} {
		rows, p := talk(0, "> GET / HTTP/1.1\r\n"+fields+"\r\nGET / HTTP/1.1\r\n\r\n")
		if len(rows) != 1 || p.Summary.Requests != 1 {
			t.Errorf("too many %s: got %q", name, rows)
		}
	}
}

func TestWaitingRequestsAreBounded(t *testing.T) {
	const extra = 10
	var steps []string
	for i := range maxPending + extra {
		steps = append(steps, fmt.Sprintf("> GET /%d HTTP/1.1\r\n\r\n", i))
	}
	for range maxPending + extra {
		steps = append(steps, "< HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	rows, p := talk(0, steps...)
	if len(rows) != maxPending+extra || p.Summary.Responses != maxPending+extra {
		t.Fatalf("%d rows, %d responses", len(rows), p.Summary.Responses)
	}
	for i, row := range rows {
		want := fmt.Sprintf("%d GET /%d 1.1 - 0 200 OK 0 %d", i+1, i, maxPending+extra)
		if i < extra {
			want = fmt.Sprintf("%d GET /%d 1.1 - 0 0 - 0 -", i+1, i)
		}
		if row != want {
			t.Fatalf("row %d: %s, want %s", i, row, want)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		b    string
		want Verdict
	}{
		{"", NeedMore}, {"G", NeedMore}, {"GET /", NeedMore}, {"GET / HTTP/1.1\r\n", Yes}, {"\r\nX-Y / HTTP/1.0\n", Yes},
		{"HT", NeedMore}, {"HTTP/1.1 20", NeedMore}, {"HTTP/1.1 200\r\n", Yes}, {"HTTP/1.1 2x0 ", No}, {"HTTP/2.0 200 OK\r\n", No},
		{"GET / HTTP/1.\nHo", NeedMore}, {"GET / HTTP/1.\nHost:", Yes}, {"GET /\r\n\r\n", No},
		{"OPTIONS sip:a@b SIP/2.0\r\nVia:", No}, {"RTSP/1.0 200 OK\r\n", No}, {"DESCRIBE rtsp://a RTSP/1.0\r\n", No},
		{"PRI * HTTP/2.0\r\n", No}, {"\x16\x03\x01\x02", No}, {"220 mail ESMTP\r\n", No}, {"SSH-2.0-x\r\n", No}, {"EHLO a\r\n", No},
		{strings.Repeat("A", maxMethod+1), No}, {"GET /" + strings.Repeat("a", maxProbe), No},
	} {
		if got := Probe([]byte(c.b)); got != c.want {
			t.Errorf("Probe(%.40q) = %d, want %d", c.b, got, c.want)
		}
	}
}
