package tls_test

import (
	"errors"
	"io"
	"sort"
	"testing"

	"weir/extract/app/event"
	"weir/extract/app/tls"
	"weir/extract/capture"
	"weir/extract/decode"
)

// result is what was read of one connection.
type result struct {
	event   *tls.Event
	summary tls.Summary
}

// way is one direction of a connection, put in order.
type way struct {
	known bool
	next  uint32
	held  map[uint32]decode.Header
	head  []byte // until it is decided whether this is TLS
	gap   bool
}

// conn is a connection of a capture.
type conn struct {
	flow   event.Flow
	ways   [2]way
	parser *tls.Parser
	result *result
	tls    bool
	order  int
}

// reader reads the TLS connections of a capture with a reassembly of its own: segments
// that come early wait for what is missing until the end of the capture.
type reader struct {
	conns map[decode.Key]*conn
	all   []*conn
}

func (r *reader) packet(h *decode.Header, n int64) {
	if !h.TCP || !h.HasTransport || h.Reject != decode.Accepted {
		return
	}
	syn := h.Flags&decode.SYN != 0
	dir := 0
	c := r.conns[h.Key]
	if c == nil || syn && h.Flags&decode.ACK == 0 && c.ways[c.dir(h)].known && c.ways[c.dir(h)].next != h.Seq+1 {
		c = r.open(h, syn && h.Flags&decode.ACK != 0)
	}
	dir = c.dir(h)
	w := &c.ways[dir]
	if syn {
		if !w.known {
			w.known, w.next = true, h.Seq+1
		}
		return
	}
	if h.PayloadLen == 0 {
		return
	}
	if !w.known {
		w.known, w.next = true, h.Seq
	}
	at := event.Stamp{Time: h.Time, Packet: n}
	if int32(h.Seq-w.next) > 0 {
		if w.held == nil {
			w.held = map[uint32]decode.Header{}
		}
		keep := *h
		keep.Payload = append([]byte(nil), h.Payload...)
		if old, ok := w.held[h.Seq]; !ok || len(old.Payload) < len(keep.Payload) {
			w.held[h.Seq] = keep
		}
		return
	}
	c.deliver(dir, h, at)
	c.drain(dir, at, false)
}

func (r *reader) open(h *decode.Header, answer bool) *conn {
	c := &conn{order: len(r.all)}
	k := h.Key
	f := event.Flow{Family: k.Family, Initiator: k.A, Responder: k.B, InitiatorPort: k.PortA, ResponderPort: k.PortB, Ports: k.Ports}
	if h.Reverse != answer {
		f.Initiator, f.Responder, f.InitiatorPort, f.ResponderPort = k.B, k.A, k.PortB, k.PortA
	}
	c.flow = f
	r.conns[k] = c
	r.all = append(r.all, c)
	return c
}

func (c *conn) dir(h *decode.Header) int {
	from, port := h.Key.A, h.Key.PortA
	if h.Reverse {
		from, port = h.Key.B, h.Key.PortB
	}
	if from == c.flow.Initiator && port == c.flow.InitiatorPort {
		return 0
	}
	return 1
}

func (c *conn) drain(dir int, at event.Stamp, end bool) {
	w := &c.ways[dir]
	for len(w.held) > 0 {
		var seqs []uint32
		for s := range w.held {
			seqs = append(seqs, s)
		}
		sort.Slice(seqs, func(i, j int) bool { return int32(seqs[i]-seqs[j]) < 0 })
		if int32(seqs[0]-w.next) > 0 {
			if !end {
				return
			}
			c.lose(dir, at)
			w.next = seqs[0]
		}
		h := w.held[seqs[0]]
		delete(w.held, seqs[0])
		c.deliver(dir, &h, at)
	}
}

func (c *conn) deliver(dir int, h *decode.Header, at event.Stamp) {
	w := &c.ways[dir]
	skip := int(w.next - h.Seq)
	if skip >= int(h.PayloadLen) {
		return
	}
	if skip < len(h.Payload) {
		c.data(dir, h.Payload[skip:], at)
	}
	w.next = h.Seq + h.PayloadLen
	if len(h.Payload) < int(h.PayloadLen) {
		c.lose(dir, at)
	}
}

func (c *conn) lose(dir int, at event.Stamp) {
	c.ways[dir].gap = true
	if c.tls {
		c.parser.Gap(dir, 1, at)
	}
}

// data gives a direction's bytes to the parser, from the segment on that begins with TLS.
func (c *conn) data(dir int, b []byte, at event.Stamp) {
	if c.tls {
		c.parser.Data(dir, b, at)
		return
	}
	w := &c.ways[dir]
	w.head = append(w.head, b...)
	switch tls.Probe(w.head) {
	case tls.No:
		w.head = w.head[:0]
	case tls.Yes:
		c.tls = true
		c.result = &result{}
		c.parser = &tls.Parser{}
		c.parser.Reset(&c.flow, tls.NewSink(func(e *tls.Event) {
			if c.result.event != nil {
				panic("two events of one flow")
			}
			c.result.event = e
		}))
		other := &c.ways[1-dir]
		if len(other.head) > 0 {
			c.parser.Data(1-dir, other.head, at)
		}
		c.parser.Data(dir, w.head, at)
	}
}

// connections returns what is read of the TLS connections of a capture, in the
// order in which they began, and false if the file is no capture.
func connections(t testing.TB, path string) ([]result, bool) {
	src, err := capture.Open(path)
	var not *capture.NotCaptureError
	if errors.As(err, &not) {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r := reader{conns: map[decode.Key]*conn{}}
	var (
		d       = decode.New(decode.Options{Decap: true})
		table   decode.Fragments
		slab    capture.Slab
		headers []decode.Header
		frags   []decode.Fragment
		number  int64
	)
	for {
		if err := src.Read(&slab); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		headers, frags = make([]decode.Header, len(slab.Packets)), frags[:0]
		for i, p := range slab.Packets {
			headers[i].Time = p.Time
			if p.Malformed {
				headers[i].Reject = decode.Malformed
				continue
			}
			frags = d.Decode(uint16(p.Link), slab.Data(i), p.Length, i, &headers[i], frags)
		}
		table.Resolve(headers, frags)
		for i := range headers {
			number++
			r.packet(&headers[i], number)
		}
	}
	var out []result
	for _, c := range r.all {
		for dir := range c.ways {
			c.drain(dir, event.Stamp{}, true)
		}
		if c.tls {
			c.parser.End()
			c.result.summary = *c.parser.Summary()
			out = append(out, *c.result)
		}
	}
	return out, true
}
