package dns_test

import (
	"errors"
	"io"
	"testing"

	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/capture"
	"weir/extract/decode"
	"weir/testdata/beside"
)

// conversation is a flow that ends when idle, with the least reassembly that
// does: segments that are not the next ones are left out.
type conversation struct {
	event.Flow
	first  bool // Reverse of the first packet
	judged bool
	dns    bool
	parser dns.Parser
	seq    [2]uint32
	synced [2]bool
	early  []byte // of a stream that is not judged
	last   int64
}

const idle = int64(60e9)

// replay gives the DNS flows of a capture to parsers and returns the events
// and summaries, those in the order of emission and these of first packets.
func replay(t testing.TB, name string) (events []*dns.Event, flows []*conversation) {
	t.Helper()
	src, err := capture.Open(beside.Path(t, "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	sink := dns.NewSink(func(e *dns.Event) { events = append(events, e) })
	byKey := map[decode.Key]*conversation{}
	decoder := decode.New(decode.Options{Decap: true})
	var slab capture.Slab
	for {
		if err := src.Read(&slab); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range slab.Packets {
			p := &slab.Packets[i]
			h := decode.Header{Time: p.Time}
			decoder.Decode(uint16(p.Link), slab.Data(i), p.Length, i, &h, nil)
			if h.Reject != decode.Accepted || !h.HasTransport || h.Key.Protocol != 17 && h.Key.Protocol != 6 {
				continue
			}
			c := byKey[h.Key]
			if c == nil || h.Time-c.last > idle {
				c = open(&h)
				byKey[h.Key], flows = c, append(flows, c)
			}
			c.last = h.Time
			c.packet(&h, sink, event.Stamp{Time: p.Time, Packet: slab.First + int64(i)})
		}
	}
	for _, c := range flows {
		if c.dns {
			c.parser.End()
		}
	}
	return events, flows
}

func open(h *decode.Header) *conversation {
	c := &conversation{first: h.Reverse}
	c.Family, c.Ports = h.Key.Family, h.Key.Ports
	c.Initiator, c.InitiatorPort, c.Responder, c.ResponderPort = h.Key.A, h.Key.PortA, h.Key.B, h.Key.PortB
	if h.Reverse {
		c.Initiator, c.InitiatorPort, c.Responder, c.ResponderPort = h.Key.B, h.Key.PortB, h.Key.A, h.Key.PortA
	}
	return c
}

func (c *conversation) packet(h *decode.Header, sink *dns.Sink, at event.Stamp) {
	dir := 0
	if h.Reverse != c.first {
		dir = 1
	}
	if h.TCP && h.Flags&decode.SYN != 0 {
		c.seq[dir], c.synced[dir] = h.Seq+1, true
	}
	if len(h.Payload) == 0 {
		return
	}
	wire := int(h.PayloadLen)
	if h.Fragment {
		wire = dns.Unknown
	}
	if h.TCP && c.synced[dir] && h.Seq != c.seq[dir] {
		return
	}
	c.seq[dir], c.synced[dir] = h.Seq+h.PayloadLen, true
	b := h.Payload
	if !c.judged {
		if h.TCP {
			c.early = append(c.early, b...)
			b = c.early
		}
		v := c.probe(b, h.TCP, wire)
		c.judged, c.dns = v != dns.NeedMore, v == dns.Yes
		c.parser.Reset(&c.Flow, sink)
	}
	switch {
	case !c.dns:
	case h.TCP:
		c.parser.Data(dir, b, at)
	default:
		c.parser.Datagram(dir, b, wire, at)
	}
}

func (c *conversation) probe(b []byte, tcp bool, wire int) dns.Verdict {
	known := func(port uint16) bool { return port == 53 || port == 5353 || port == 5355 }
	byPort := known(c.InitiatorPort) || known(c.ResponderPort)
	switch {
	case tcp:
		return dns.ProbeStream(b, byPort)
	case byPort && dns.ProbePort(b, wire):
		return dns.Yes
	}
	return dns.Probe(b, wire)
}
