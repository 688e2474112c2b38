package filter

import (
	"fmt"
	"slices"
)

// parser reads an expression by recursive descent.
type parser struct {
	expression string
	tokens     []token
	at         int
	layout     layout
	place      place // of the headers, from here on
	depth      int   // VLAN tags that the expression has named
	loose      bool  // whether the program has to find the first tag
	last       *qualifiers
}

// qualifiers say what an id is of.
type qualifiers struct{ protocol, direction, kind string }

func parse(expression string, l layout) (n node, loose bool, err error) {
	if expression == "" {
		return constant(true), false, nil
	}
	p := &parser{expression: expression, layout: l}
	if p.tokens, err = scan(expression); err != nil {
		return nil, false, err
	}
	n, err = p.conditions()
	if err == nil && p.peek().text != "" {
		err = p.fail("%q is not expected here", p.peek().text)
	}
	return n, p.loose, err
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{p.expression, p.peek().place, fmt.Sprintf(format, args...)}
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.text != "" {
		p.at++
	}
	return t
}

// take goes on if the next token is that one.
func (p *parser) take(texts ...string) bool {
	t := p.peek()
	if t.text != "" && !t.quoted && slices.Contains(texts, t.text) {
		p.at++
		return true
	}
	return false
}

// conditions reads conditions joined by and, or, which bind alike.
func (p *parser) conditions() (node, error) {
	n, err := p.condition()
	for err == nil {
		both := p.take("and", "&&")
		if !both && !p.take("or", "||") {
			break
		}
		var m node
		m, err = p.condition()
		n = &pair{both, n, m}
	}
	return n, err
}

func (p *parser) condition() (node, error) {
	if p.take("not", "!") {
		n, err := p.condition()
		return &not{n}, err
	}
	if n, ok, err := p.relation(); ok || err != nil {
		return n, err
	}
	if p.take("(") {
		n, err := p.conditions()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, p.fail("a ) is missing")
		}
		return n, nil
	}
	return p.primitive()
}

// primitive reads a test that begins with a word.
func (p *parser) primitive() (node, error) {
	t := p.peek()
	switch {
	case t.text == "":
		return nil, p.fail("a condition is missing")
	case !t.word:
		return nil, p.fail("%q is not expected here", t.text)
	case p.take("vlan"):
		return p.tag()
	case p.take("inbound"), p.take("outbound"):
		if !p.layout.kernel {
			return nil, p.fail("%s is known only while capturing", t.text)
		}
		if t.text == "inbound" {
			return &not{outgoing{}}, nil
		}
		return outgoing{}, nil
	case p.take("less", "greater"):
		n, err := p.number()
		if t.text == "less" {
			return &relation{atMost, length{}, number(n)}, err
		}
		return &relation{atLeast, length{}, number(n)}, err
	case p.take("broadcast"):
		return p.broadcast("ether")
	case p.take("multicast"):
		return p.multicast("ether")
	}
	if why, ok := unknownWords[t.text]; ok && !t.quoted {
		return nil, p.fail("%s: %s", t.text, why)
	}
	return p.qualified()
}

// unknownWords are parts of tcpdump's language that are not known here.
var unknownWords = map[string]string{
	"mpls": "labels are not known to filters here", "pppoes": "sessions are not known to filters here",
	"pppoed": "discovery is not known to filters here", "geneve": "tunnels are not known to filters here",
	"vxlan": "tunnels are not known to filters here", "gateway": "gateways are not known to filters here",
	"wlan": "802.11 is not known to filters here", "type": "802.11 is not known to filters here",
	"link": "write ether", "ppp": "write ether", "fddi": "write ether", "tr": "write ether",
	"atalk": "AppleTalk is not known to filters here", "decnet": "DECnet is not known to filters here",
	"iso": "OSI is not known to filters here", "stp": "spanning trees are not known to filters here",
	"ipx": "IPX is not known to filters here", "netbeui": "NetBEUI is not known to filters here",
	"ifname": "it is of another system's packet filter", "rulenum": "it is of another system's packet filter",
}

// tag reads what follows vlan; from there on, tests look behind the tag.
func (p *parser) tag() (node, error) {
	t := &tag{place: p.place, depth: p.depth, id: -1}
	if w := p.peek(); w.word && w.text[0] >= '0' && w.text[0] <= '9' {
		id, err := p.number()
		if err != nil {
			return nil, err
		}
		if id > 4095 {
			return nil, p.fail("a VLAN id is at most 4095")
		}
		t.id = int(id)
	}
	if p.layout.raw {
		return p.noLink("vlan")
	}
	p.depth++
	if p.layout.kernel && p.depth == 1 {
		// Whether the packet holds it, the program finds out.
		p.loose, p.place.loose, t.loose = true, true, true
	} else {
		p.place.tags += tagBytes
	}
	return t, nil
}

// noLink is a test of a link header where there is none.
func (p *parser) noLink(what string) (node, error) {
	if p.layout.lenient {
		return constant(false), nil
	}
	return nil, p.fail("%s: the packets of this interface have no link header", what)
}

// qualified reads [protocol] [direction] [kind] id.
func (p *parser) qualified() (node, error) {
	q := &qualifiers{}
	t := p.peek()
	if _, ok := protocols[t.text]; ok && !t.quoted {
		p.next()
		q.protocol = t.text
		switch {
		case p.take("broadcast"):
			return p.broadcast(t.text)
		case p.take("multicast"):
			return p.multicast(t.text)
		}
	}
	if err := p.directionOf(q); err != nil {
		return nil, err
	}
	kind := p.peek()
	if p.take("host", "net", "port", "portrange", "proto") {
		q.kind = kind.text
	} else if p.take("gateway", "protochain") {
		return nil, p.fail("%s is not known to filters here", kind.text)
	}
	switch bare := q.direction == "" && q.kind == ""; {
	case bare && q.protocol == "":
		if p.last == nil {
			return nil, p.fail("%q is not known", t.text)
		}
		return p.id(p.last)
	case bare && !p.atID():
		return p.protocol(q.protocol)
	}
	if q.kind == "" {
		q.kind = "host"
	}
	p.last = q
	return p.ids(q)
}

// atID tells whether an id comes next, rather than the end of a condition.
func (p *parser) atID() bool {
	t := p.peek()
	return t.word && (t.quoted || !slices.Contains([]string{"and", "or", "not"}, t.text))
}

func (p *parser) directionOf(q *qualifiers) error {
	t := p.peek()
	if !p.take("src", "dst") {
		return nil
	}
	q.direction = t.text
	other := map[string]string{"src": "dst", "dst": "src"}[t.text]
	if join := p.peek(); (join.text == "or" || join.text == "and") && p.tokens[p.at+1].text == other {
		p.next()
		p.next()
		q.direction = join.text
	}
	return nil
}

// ids reads an id, or several of them in parentheses.
func (p *parser) ids(q *qualifiers) (node, error) {
	if !p.take("(") {
		return p.id(q)
	}
	var n node
	for both := false; ; {
		negated := p.take("not", "!")
		m, err := p.ids(q)
		if err != nil {
			return nil, err
		}
		if negated {
			m = &not{m}
		}
		if n == nil {
			n = m
		} else {
			n = &pair{both, n, m}
		}
		if p.take(")") {
			return n, nil
		}
		if both = p.take("and", "&&"); !both && !p.take("or", "||") {
			return nil, p.fail("a ) is missing")
		}
	}
}
