package filter

import (
	"strings"

	"golang.org/x/net/bpf"
)

// Link is what the packets of an interface begin with.
type Link int

// Links: Ethernet is that of network cards, and Loopback that of the loopback
// interface, which shows every packet twice, of which the program takes one.
// RawIP has no link header. AnyLink is for a socket that listens to all interfaces.
const (
	Ethernet Link = iota
	Loopback
	RawIP
	AnyLink
)

// Options say what a program is for.
type Options struct {
	Link Link
	// Snaplen is how many bytes of a packet the program asks for.
	Snaplen int
	// Kernel says that the program runs in Linux, which takes VLAN tags off.
	Kernel bool
}

// layout is what a program is compiled for.
type layout struct {
	raw, kernel bool
	// lenient makes tests of a link header that is not there fail instead of the
	// compilation.
	lenient bool
}

// Numbers of kinds of devices and of packets in Linux.
const (
	deviceEthernet = 1
	deviceLoopback = 772
	packetOutgoing = 4
)

// Compile compiles an expression; the empty one takes all packets. The error
// is an *Error.
func Compile(expression string, o Options) ([]bpf.Instruction, error) {
	c := &code{}
	accept, refuse := c.label(), c.label()
	var err error
	switch o.Link {
	case AnyLink:
		err = c.anyLink(expression, o, accept, refuse)
	case Loopback:
		c.once(refuse)
		err = c.expression(expression, layout{kernel: o.Kernel}, accept, refuse)
	default:
		err = c.expression(expression, layout{raw: o.Link == RawIP, kernel: o.Kernel}, accept, refuse)
	}
	if err != nil {
		return nil, err
	}
	c.here(accept)
	c.add(bpf.RetConstant{Val: uint32(o.Snaplen)})
	c.here(refuse)
	c.add(bpf.RetConstant{Val: 0})
	program, err := c.program()
	if err != nil {
		return nil, &Error{expression, 0, err.Error()}
	}
	return program, nil
}

// once refuses one of the two packets of the loopback interface.
func (c *code) once(refuse label) {
	next := c.label()
	c.add(bpf.LoadExtension{Num: bpf.ExtType})
	c.branch(bpf.JumpEqual, packetOutgoing, refuse, next)
	c.here(next)
}

// anyLink looks at the kind of device first.
func (c *code) anyLink(expression string, o Options, accept, refuse label) error {
	card, other, loopback, raw := c.label(), c.label(), c.label(), c.label()
	c.add(bpf.LoadExtension{Num: bpf.ExtLinkLayerType})
	c.branch(bpf.JumpEqual, deviceEthernet, card, other)
	c.here(other)
	c.branch(bpf.JumpEqual, deviceLoopback, loopback, raw)
	c.here(loopback)
	c.once(refuse)
	c.here(card)
	if err := c.expression(expression, layout{kernel: o.Kernel}, accept, refuse); err != nil {
		return err
	}
	c.here(raw)
	return c.expression(expression, layout{raw: true, kernel: o.Kernel, lenient: true}, accept, refuse)
}

func (c *code) expression(expression string, l layout, accept, refuse label) error {
	c.layout = l
	n, loose, err := parse(strings.TrimSpace(expression), l)
	if err != nil {
		return err
	}
	if loose {
		c.findTag()
	}
	c.node(n, accept, refuse)
	return nil
}

// findTag notes how many bytes the first VLAN tag takes in the packet: none if
// the kernel has taken it off.
func (c *code) findTag() {
	there, taken, done := c.label(), c.label(), c.label()
	c.add(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
	c.branch(bpf.JumpEqual, 0, there, taken)
	c.here(there)
	c.add(bpf.LoadConstant{Dst: bpf.RegA, Val: tagBytes})
	c.branch(bpf.JumpEqual, tagBytes, done, done)
	c.here(taken)
	c.add(bpf.LoadConstant{Dst: bpf.RegA, Val: 0})
	c.here(done)
	c.add(bpf.StoreScratch{Src: bpf.RegA, N: 0})
}

// node jumps to one label or the other.
func (c *code) node(n node, yes, no label) {
	next := c.label()
	switch n := n.(type) {
	case *pair:
		if n.both {
			c.node(n.a, next, no)
		} else {
			c.node(n.a, yes, next)
		}
		c.here(next)
		c.node(n.b, yes, no)
	case *not:
		c.node(n.node, no, yes)
	case constant:
		c.add(bpf.LoadConstant{Dst: bpf.RegA})
		if !n {
			yes = no
		}
		c.branch(bpf.JumpEqual, 0, yes, yes)
	case *compare:
		c.field(n.field)
		if n.mask != 0 {
			c.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: n.mask})
		}
		test, swap := jump(n.op)
		if swap {
			yes, no = no, yes
		}
		c.branch(test, n.value, yes, no)
	case *relation:
		c.relation(n, yes, no)
	case *tag:
		c.tag(n, yes, no)
	case outgoing:
		c.add(bpf.LoadExtension{Num: bpf.ExtType})
		c.branch(bpf.JumpEqual, packetOutgoing, yes, no)
	}
}

// jump returns the jump of a comparison, and whether its targets change places.
func jump(o op) (test bpf.JumpTest, swap bool) {
	switch o {
	case equal:
		return bpf.JumpEqual, false
	case unequal:
		return bpf.JumpEqual, true
	case greater:
		return bpf.JumpGreaterThan, false
	case atMost:
		return bpf.JumpGreaterThan, true
	case atLeast:
		return bpf.JumpGreaterOrEqual, false
	case less:
		return bpf.JumpGreaterOrEqual, true
	}
	return bpf.JumpBitsSet, false
}

// tag tests for a VLAN tag: the first one may have been taken off.
func (c *code) tag(t *tag, yes, no label) {
	const id = 0xfff
	inside := c.label()
	if t.depth == 0 && t.loose {
		outside := c.label()
		c.add(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
		c.branch(bpf.JumpEqual, 0, inside, outside)
		c.here(outside)
		if t.id < 0 {
			c.branch(bpf.JumpEqual, 0, no, yes)
		} else {
			c.add(bpf.LoadExtension{Num: bpf.ExtVLANTag}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: id})
			c.branch(bpf.JumpEqual, uint32(t.id), yes, no)
		}
	}
	c.here(inside)
	at := t.place
	if t.depth == 0 {
		at.loose = false
	}
	var types []node
	for _, v := range []uint32{0x8100, 0x88a8, 0x9100} {
		types = append(types, &compare{field: field{at, linkType, 0, 2}, value: v})
	}
	n := either(types...)
	if t.id >= 0 {
		n = all(n, &compare{field: field{at, linkType, 2, 2}, mask: id, value: uint32(t.id)})
	}
	c.node(n, yes, no)
}
