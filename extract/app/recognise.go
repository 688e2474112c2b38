package app

import (
	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/http"
	"weir/extract/app/service"
	"weir/extract/app/tls"
)

// Limits of recognition.
const (
	// maxMisses is how many chunks of a direction are looked at that are the
	// beginning of nothing known.
	maxMisses = 8
	// maxIgnored is how many chunks pass of a direction that has been given up
	// while the other one is still undecided.
	maxIgnored = 64
	// maxWatched is how many chunks of a plain-text protocol are watched for
	// the beginning of TLS.
	maxWatched = 64
	// often is how long a head may be to be judged whenever it grows; a longer
	// one is judged when it has grown by a part of itself.
	often = 512
)

// guess is what is known of a stream while its protocol is not.
type guess struct {
	kept   *opening // nil while nothing is
	misses [2]uint8 // chunks that were the beginning of nothing
	passed uint8    // chunks that were ignored or watched
}

// head returns what is kept of a direction.
func (g *guess) head(dir int) []byte {
	if g.kept == nil {
		return nil
	}
	return g.kept.heads[dir]
}

// keep keeps a chunk, or returns false if there are too many.
func (g *guess) keep(dir int, b []byte, at event.Stamp) bool {
	if g.kept == nil {
		g.kept = new(opening)
	}
	return g.kept.add(dir, b, at)
}

// clear forgets all of a direction.
func (g *guess) clear(dir int) {
	if g.kept != nil {
		g.kept.clear(dir)
	}
}

// replay hands what is kept to a parser.
func (g *guess) replay(r reader) {
	if g.kept != nil {
		g.kept.replay(r)
	}
}

// protocol is what a head is the beginning of.
type protocol uint8

const (
	unknown protocol = iota // of nothing known
	perhaps                 // it is too short to tell
	isHTTP
	isTLS
	isDNS
	isNamed // of a protocol that is not read further
)

// spoken stands for the beginning of a direction that was none of anything.
var spoken = []byte{0xff}

// listen takes the next chunk of a direction while the protocol is not known.
// It is judged by its first bytes. If they are the beginning of nothing known,
// as where the capture begins in the middle or where a proxy or STARTTLS comes
// first, the next chunks are judged for themselves.
func (c *Conversation) listen(dir int, b []byte, at event.Stamp) {
	g := &c.guess
	if g.kept != nil && g.kept.lost[dir] > 0 {
		g.kept.clear(dir)
		c.miss(dir)
	}
	if c.stage == done {
		return
	}
	if g.misses[dir] >= maxMisses {
		if g.passed++; g.passed > maxIgnored {
			c.quit()
		}
		return
	}
	if len(g.head(dir)) > 0 {
		c.prolong(dir, b, at)
		return
	}
	switch p := c.judge(dir, b); p {
	case unknown:
		c.miss(dir)
	case perhaps:
		if !g.keep(dir, b, at) {
			c.quit()
			return
		}
		g.kept.judged[dir] = len(b)
	default:
		c.adopt(p, dir)
		c.data(dir, b, at)
	}
}

// prolong appends a chunk to the head of a direction.
func (c *Conversation) prolong(dir int, b []byte, at event.Stamp) {
	g := &c.guess
	if !g.keep(dir, b, at) {
		c.quit()
		return
	}
	if n, judged := len(g.head(dir)), g.kept.judged[dir]; n > often && n < maxHead && n < judged+judged/8 {
		return
	}
	for len(g.head(dir)) > 0 {
		o := g.kept
		p := c.judge(dir, o.heads[dir])
		o.judged[dir] = len(o.heads[dir])
		if p == perhaps && len(o.heads[dir]) < maxHead {
			return
		}
		if p > perhaps {
			c.adopt(p, dir)
			return
		}
		o.drop(dir)
		c.miss(dir)
		if g.misses[dir] >= maxMisses {
			g.clear(dir)
		}
	}
}

// miss counts a chunk that was the beginning of nothing.
func (c *Conversation) miss(dir int) {
	g := &c.guess
	if g.misses[dir]++; g.misses[dir] >= maxMisses && g.misses[1-dir] >= maxMisses {
		c.quit()
	}
}

// judge tells what a head of a direction is the beginning of.
func (c *Conversation) judge(dir int, b []byte) protocol {
	g := &c.guess
	h, t, d := http.Probe(b), tls.Probe(b), dns.No
	if g.misses[dir] == 0 || c.onDNSPort() {
		d = dns.ProbeStream(b, c.onDNSPort())
	}
	switch {
	case h == http.Yes:
		return isHTTP
	case t == tls.Yes:
		return isTLS
	case d == dns.Yes:
		return isDNS
	}
	s := c.judgeService(dir, b)
	switch {
	case s == service.Yes:
		return isNamed
	case protectedTLS(b):
		c.service = service.TLS
		return isNamed
	case h == http.NeedMore || t == tls.NeedMore || d == dns.NeedMore || s == service.NeedMore:
		return perhaps
	}
	return unknown
}

// judgeService judges both directions together, if this is the beginning or
// the other one leaves the question open.
func (c *Conversation) judgeService(dir int, b []byte) service.Verdict {
	g := &c.guess
	other := g.head(1 - dir)
	if g.misses[dir] > 0 && len(other) == 0 {
		return service.No
	}
	if g.misses[1-dir] > 0 && len(other) == 0 {
		other = spoken
	}
	name, v := service.Stream(b, other)
	if v == service.Yes {
		c.service = name
	}
	return v
}

// adopt goes on with the protocol that a direction is the beginning of. What
// was kept of the other one and is no beginning of it is left out.
func (c *Conversation) adopt(p protocol, dir int) {
	g, e := &c.guess, c.engine
	for len(g.head(1-dir)) > 0 && !c.mayBegin(p, g.head(1-dir)) {
		g.kept.drop(1 - dir)
	}
	switch p {
	case isHTTP:
		r := c.parsers()
		c.service, r.http = service.HTTP, take(&e.httpParsers)
		r.http.Reset(&r.flow, e.http)
		c.read(r.http)
	case isTLS:
		c.service = service.TLS
		c.readTLS()
	case isDNS:
		r := c.parsers()
		c.service, r.dns = service.DNS, take(&e.dnsParsers)
		r.dns.Reset(&r.flow, e.dns)
		c.read(r.dns)
	case isNamed:
		c.watchFor()
	}
}

// mayBegin tells whether a head may be the beginning of a protocol.
func (c *Conversation) mayBegin(p protocol, b []byte) bool {
	switch p {
	case isHTTP:
		return http.Probe(b) != http.No
	case isTLS:
		return tls.Probe(b) != tls.No
	case isDNS:
		return dns.ProbeStream(b, c.onDNSPort()) != dns.No
	}
	return false
}

func (c *Conversation) onDNSPort() bool {
	return c.hasPorts && (dnsPort(c.initiator) || dnsPort(c.responder))
}

func dnsPort(p uint16) bool { return p == 53 || p == 5353 || p == 5355 }
