package flow

import "weir/extract/app/block"

// gone remembers the first packets of swept flows by the hash of their key. Two
// keys of equal hash could only mistake eof for idle, so the full key is not
// kept: a capture of years has many. What was swept lately and what was
// before are apart, so that the latter can be forgotten.
type gone struct{ lately, before firsts }

// GoneBytes is about what it takes to remember a swept flow.
const GoneBytes = 40

func (g *gone) put(hash uint64, packet int64) { g.lately.put(hash, packet) }

// take returns the first packet of a swept flow and forgets it.
func (g *gone) take(hash uint64) (packet int64, ok bool) {
	if packet, ok = g.lately.take(hash); ok {
		return packet, true
	}
	return g.before.take(hash)
}

// Gone returns how many swept flows are remembered that were swept since the last
// call of Forget.
func (t *Table) Gone() int { return t.gone.lately.used }

// Forget forgets the swept flows that were remembered at the call before. If a
// packet of such a flow's key comes later, nobody learns of it: the flow keeps
// the end reason eof, where it would have been amended to idle.
func (t *Table) Forget() { t.gone = gone{before: t.gone.lately} }

// firsts are first packets by hash: open addressing as in index, since each new flow
// asks for its own and most are not there.
type firsts struct {
	slots []first
	mask  uint64
	used  int
}

// first is a slot; next is the packet's number plus one, 0 in a free slot.
type first struct {
	hash uint64
	next int64
}

func (x *firsts) home(hash uint64) uint64 { return hash >> 16 & x.mask }

// slot returns the place of a hash, or the free one where it belongs.
func (x *firsts) slot(hash uint64) uint64 {
	i := x.home(hash)
	for x.slots[i].next != 0 && x.slots[i].hash != hash {
		i = (i + 1) & x.mask
	}
	return i
}

func (x *firsts) put(hash uint64, packet int64) {
	if uint64(x.used) >= x.mask-x.mask/4 {
		x.grow()
	}
	s := &x.slots[x.slot(hash)]
	if s.next == 0 {
		x.used++
	}
	*s = first{hash, packet + 1}
}

func (x *firsts) grow() {
	old := x.slots
	x.slots = make([]first, max(leastSlots, 2*len(old)))
	block.Map(x.slots)
	x.mask = uint64(len(x.slots) - 1)
	for _, s := range old {
		if s.next != 0 {
			x.slots[x.slot(s.hash)] = s
		}
	}
}

func (x *firsts) take(hash uint64) (packet int64, ok bool) {
	if x.used == 0 {
		return 0, false
	}
	i := x.slot(hash)
	packet = x.slots[i].next - 1
	if packet < 0 {
		return 0, false
	}
	x.used--
	for j := i; ; {
		j = (j + 1) & x.mask
		s := x.slots[j]
		if s.next == 0 {
			break
		}
		// s may move to i unless its home lies after i.
		if (j-x.home(s.hash))&x.mask >= (j-i)&x.mask {
			x.slots[i] = s
			i = j
		}
	}
	x.slots[i] = first{}
	return packet, true
}
