package filter

import (
	"slices"
	"strconv"
)

// relation reads a comparison of two values. It returns false, and stays where it
// was, if the expression goes on with something else.
func (p *parser) relation() (node, bool, error) {
	t := p.peek()
	begins := t.text == "(" || t.text == "-" || t.text == "len" || t.word && isNumber(t.text) ||
		t.word && p.tokens[min(p.at+1, len(p.tokens)-1)].text == "["
	if !begins || t.quoted {
		return nil, false, nil
	}
	at := p.at
	var guards []node
	a, err := p.arithmetic(0, &guards)
	o, ok := p.comparison()
	if err != nil || !ok {
		if t.text == "(" || t.word && isNumber(t.text) {
			p.at = at
			return nil, false, nil // conditions, or an id that needs no qualifiers
		}
		if err == nil {
			err = p.fail("a comparison is missing")
		}
		return nil, false, err
	}
	b, err := p.arithmetic(0, &guards)
	if err != nil {
		return nil, false, err
	}
	return all(append(guards, &relation{o, a, b})...), true, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 0, 32)
	return err == nil
}

func (p *parser) comparison() (op, bool) {
	ops := []struct {
		sign string
		op   op
	}{{"=", equal}, {"==", equal}, {"!=", unequal}, {">", greater}, {"<", less}, {">=", atLeast}, {"<=", atMost}}
	for _, o := range ops {
		if p.take(o.sign) {
			return o.op, true
		}
	}
	return 0, false
}

// ranks are the operators, those that bind the least first.
var ranks = [][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}}

// arithmetic reads a value and adds what must hold for its fields to be there.
func (p *parser) arithmetic(rank int, guards *[]node) (value, error) {
	if rank == len(ranks) {
		return p.operand(guards)
	}
	v, err := p.arithmetic(rank+1, guards)
	for err == nil && slices.Contains(ranks[rank], p.peek().text) {
		sign := p.next().text
		var w value
		if w, err = p.arithmetic(rank+1, guards); err != nil {
			break
		}
		if n, ok := w.(number); ok && n == 0 && (sign == "/" || sign == "%") {
			return nil, p.fail("division by zero")
		}
		v = &operation{sign, v, w}
	}
	return v, err
}

func (p *parser) operand(guards *[]node) (value, error) {
	switch t := p.peek(); {
	case p.take("("):
		v, err := p.arithmetic(0, guards)
		if err == nil && !p.take(")") {
			err = p.fail("a ) is missing")
		}
		return v, err
	case p.take("-"):
		v, err := p.operand(guards)
		return &operation{"-", number(0), v}, err
	case p.take("len"):
		return length{}, nil
	case t.word && isNumber(t.text):
		n, err := p.number()
		return number(n), err
	case t.word && p.tokens[min(p.at+1, len(p.tokens)-1)].text == "[":
		return p.access(guards)
	default:
		if n, ok := constants[t.text]; ok {
			p.next()
			return number(n), nil
		}
		return nil, p.fail("a number or a field such as tcp[13] is missing")
	}
}

// access reads protocol[offset:size].
func (p *parser) access(guards *[]node) (value, error) {
	name := p.next().text
	from, guard, err := p.header(name)
	if err != nil {
		return nil, err
	}
	*guards = append(*guards, guard)
	p.next() // [
	index, err := p.arithmetic(0, guards)
	if err != nil {
		return nil, err
	}
	from.size = 1
	if p.take(":") {
		n, err := p.number()
		if err != nil {
			return nil, err
		}
		if n != 1 && n != 2 && n != 4 {
			return nil, p.fail("a field has 1, 2 or 4 bytes")
		}
		from.size = int(n)
	}
	if !p.take("]") {
		return nil, p.fail("a ] is missing")
	}
	return &load{from, index}, nil
}

// header returns where the header of a protocol is, and what must hold for it
// to be there.
func (p *parser) header(name string) (field, node, error) {
	switch name {
	case "ether":
		if p.layout.raw {
			n, err := p.noLink("ether")
			return field{}, n, err
		}
		return field{from: frame}, constant(true), nil
	case "ip", "ip6", "arp", "rarp":
		n, err := p.protocol(name)
		return field{place: p.place, from: network}, n, err
	case "icmp6":
		n, err := p.protocol(name)
		return field{place: p.place, from: network, offset: ipv6Bytes}, n, err
	}
	number, ok := protocols[name]
	if !ok || number == 0 {
		return field{}, nil, p.fail("the header of %s is not known to filters here", name)
	}
	return field{place: p.place, from: transport}, all(p.ipv4(), p.byte(network, 9, equal, uint32(number)), p.unfragmented()), nil
}

// number reads a number.
func (p *parser) number() (uint32, error) {
	t := p.peek()
	n, err := strconv.ParseUint(t.text, 0, 32)
	if err != nil {
		return 0, p.fail("a number is missing")
	}
	p.next()
	return uint32(n), nil
}

var constants = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1, "tcpflags": 13,
	"tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13,
	"icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134,
	"icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
}
