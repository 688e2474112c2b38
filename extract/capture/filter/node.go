package filter

// node is a condition on a packet: *pair, *not, *compare, *relation, constant,
// *tag or *direction.
type node any

type (
	// pair is two conditions, of which both must hold, or one.
	pair struct {
		both bool
		a, b node
	}
	not struct{ node node }
	// constant holds always or never.
	constant bool
	// compare is a field, masked, against a value.
	compare struct {
		field
		mask  uint32 // 0 for none
		op    op
		value uint32
	}
	// relation compares two computed values.
	relation struct {
		op   op
		a, b value
	}
	// tag is a VLAN tag at a depth, with an id unless it is negative.
	tag struct {
		place
		depth, id int
	}
	// outgoing holds for packets that this machine sends.
	outgoing struct{}
)

// op is how two values are compared.
type op uint8

const (
	equal op = iota
	unequal
	greater
	less
	atLeast
	atMost
	anyBit
)

// origin is where offsets count from.
type origin uint8

const (
	frame     origin = iota // the link header
	linkType                // the EtherType, behind VLAN tags
	network                 // the header of IP, ARP, ...
	transport               // what follows an IPv4 header
)

// place says how the headers of a packet lie at a point of the expression: behind
// tags of that many bytes, and of some more that the program finds out if loose.
type place struct {
	tags  uint32
	loose bool
}

// field is 1, 2 or 4 bytes of a packet.
type field struct {
	place
	from   origin
	offset uint32
	size   int
}

// value is a computed number: number, length, *load or *operation.
type value any

type (
	number uint32
	length struct{}
	// load is a field at a computed offset.
	load struct {
		field
		index value
	}
	operation struct {
		sign string
		a, b value
	}
)

func all(nodes ...node) node { return join(true, nodes) }

func either(nodes ...node) node { return join(false, nodes) }

func join(both bool, nodes []node) node {
	n := nodes[0]
	for _, m := range nodes[1:] {
		n = &pair{both, n, m}
	}
	return n
}
