package http

import (
	"errors"
	"io"
	"testing"

	"weir/extract/app/event"
	"weir/extract/capture"
	"weir/extract/decode"
)

// stream is one direction of a connection as the tests reassemble it.
type stream struct {
	first   uint32
	next    uint32
	synced  bool
	waiting map[uint32]piece
	verdict Verdict
	early   []byte // what was fed before the verdict
}

type piece struct {
	b []byte
	// lost is what the capture has not kept of the segment's end.
	lost int
	at   event.Stamp
}

// conn is a connection as the tests see it.
type conn struct {
	flow    event.Flow
	parser  Parser
	reverse bool // the initiator is Key.B
	live    bool // one direction began as HTTP
	dirs    [2]stream
	delayed []func()
}

// maxWaiting is how many segments wait for a missing one before it is given up.
const maxWaiting = 64

// parseCapture feeds all TCP connections of a capture to parsers, each in its
// order of bytes, and returns them in order of their first packet.
func parseCapture(t testing.TB, path string, sink *Sink) []*conn {
	src, err := capture.Open(path)
	var not *capture.NotCaptureError
	if errors.As(err, &not) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var (
		d     = decode.New(decode.Options{Decap: true})
		slab  capture.Slab
		conns = map[decode.Key]*conn{}
		all   []*conn
	)
	for {
		if err := src.Read(&slab); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i, p := range slab.Packets {
			h := decode.Header{Time: p.Time}
			if p.Malformed {
				continue
			}
			d.Decode(uint16(p.Link), slab.Data(i), p.Length, i, &h, nil)
			if h.Reject != decode.Accepted || !h.TCP {
				continue
			}
			c := conns[h.Key]
			if syn := h.Flags&(decode.SYN|decode.ACK) == decode.SYN; c == nil || syn && c.dirs[c.dir(&h)].synced && h.Seq+1 != c.dirs[c.dir(&h)].first {
				c = newConn(&h, sink)
				conns[h.Key] = c
				all = append(all, c)
			}
			c.segment(&h, event.Stamp{Time: p.Time, Packet: slab.First + int64(i)})
		}
	}
	for _, c := range all {
		c.flush(0)
		c.flush(1)
		c.parser.End()
	}
	return all
}

func newConn(h *decode.Header, sink *Sink) *conn {
	c := &conn{reverse: h.Reverse != (h.Flags&(decode.SYN|decode.ACK) == decode.SYN|decode.ACK)}
	k := h.Key
	c.flow = event.Flow{Family: k.Family, Initiator: k.A, Responder: k.B, InitiatorPort: k.PortA, ResponderPort: k.PortB, Ports: true}
	if c.reverse {
		c.flow.Initiator, c.flow.Responder = k.B, k.A
		c.flow.InitiatorPort, c.flow.ResponderPort = k.PortB, k.PortA
	}
	c.parser.Reset(&c.flow, sink)
	for i := range c.dirs {
		c.dirs[i].waiting, c.dirs[i].verdict = map[uint32]piece{}, NeedMore
	}
	return c
}

func (c *conn) dir(h *decode.Header) int {
	if h.Reverse != c.reverse {
		return 1
	}
	return 0
}

func (c *conn) segment(h *decode.Header, at event.Stamp) {
	dir := c.dir(h)
	s := &c.dirs[dir]
	seq := h.Seq
	if h.Flags&decode.SYN != 0 {
		seq++
		if !s.synced {
			s.next, s.first, s.synced = seq, seq, true
		}
	}
	if h.PayloadLen == 0 {
		return
	}
	if !s.synced {
		s.next, s.first, s.synced = seq, seq, true
	}
	b := append([]byte(nil), h.Payload...)
	s.waiting[seq] = piece{b, int(h.PayloadLen) - len(b), at}
	c.ready(dir)
	if len(s.waiting) > maxWaiting {
		c.skip(dir)
	}
}

// ready feeds what is in order.
func (c *conn) ready(dir int) {
	s := &c.dirs[dir]
	for again := true; again; {
		again = false
		for seq, p := range s.waiting {
			old := int32(s.next - seq)
			if old < 0 {
				continue
			}
			delete(s.waiting, seq)
			if again = true; int(old) < len(p.b) {
				c.data(dir, p.b[old:], p.at)
				s.next += uint32(len(p.b)) - uint32(old)
				old = int32(len(p.b))
			}
			if p.lost > 0 && int(old) < len(p.b)+p.lost {
				n := len(p.b) + p.lost - int(old)
				c.gap(dir, int64(n), p.at)
				s.next += uint32(n)
			}
		}
	}
}

// skip gives up the segment that is missing.
func (c *conn) skip(dir int) {
	s := &c.dirs[dir]
	nearest, at := int32(-1), event.Stamp{}
	for seq, p := range s.waiting {
		if ahead := int32(seq - s.next); nearest < 0 || ahead < nearest {
			nearest, at = ahead, p.at
		}
	}
	c.gap(dir, int64(nearest), at)
	s.next += uint32(nearest)
	c.ready(dir)
}

func (c *conn) flush(dir int) {
	for len(c.dirs[dir].waiting) > 0 {
		c.skip(dir)
	}
}

func (c *conn) data(dir int, b []byte, at event.Stamp) {
	s := &c.dirs[dir]
	if !c.live {
		s.early = append(s.early, b...)
		if s.verdict == NeedMore {
			s.verdict = Probe(s.early)
		}
		c.delayed = append(c.delayed, func() { c.parser.Data(dir, b, at) })
		if s.verdict != Yes {
			return
		}
		c.live = true
		for _, feed := range c.delayed {
			feed()
		}
		c.delayed = nil
		return
	}
	c.parser.Data(dir, b, at)
}

func (c *conn) gap(dir int, lost int64, at event.Stamp) {
	if !c.live {
		c.delayed = append(c.delayed, func() { c.parser.Gap(dir, lost, at) })
		c.dirs[dir].verdict = No
		return
	}
	c.parser.Gap(dir, lost, at)
}
