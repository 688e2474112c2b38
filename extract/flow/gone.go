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

// firsts are first packets by hash: open addressing as in index. Each new flow asks
// for its own and most are not there, which the tags tell: they are apart from the
// slots and so few bytes that they stay in the cache.
type firsts struct {
	tags  []uint8 // part of the hash of each slot, 0 for a free one
	slots []first
	mask  uint64
	used  int
}

type first struct {
	hash   uint64
	packet int64
}

func (x *firsts) home(hash uint64) uint64 { return hash >> 16 & x.mask }

// tag is made of bits that home does not use.
func tag(hash uint64) uint8 { return uint8(hash>>56) | 1 }

// slot returns the place of a hash, or the free one where it belongs.
func (x *firsts) slot(hash uint64) uint64 {
	i := x.home(hash)
	for x.tags[i] != 0 && (x.tags[i] != tag(hash) || x.slots[i].hash != hash) {
		i = (i + 1) & x.mask
	}
	return i
}

func (x *firsts) put(hash uint64, packet int64) {
	if uint64(x.used) >= x.mask-x.mask/4 {
		x.grow()
	}
	i := x.slot(hash)
	if x.tags[i] == 0 {
		x.used++
	}
	x.tags[i], x.slots[i] = tag(hash), first{hash, packet}
}

func (x *firsts) grow() {
	old := *x
	n := max(leastSlots, 2*len(old.slots))
	x.tags, x.slots, x.mask = make([]uint8, n), make([]first, n), uint64(n-1)
	block.Map(x.tags)
	block.Map(x.slots)
	for i, s := range old.slots {
		if old.tags[i] != 0 {
			j := x.slot(s.hash)
			x.tags[j], x.slots[j] = old.tags[i], s
		}
	}
}

func (x *firsts) take(hash uint64) (packet int64, ok bool) {
	if x.used == 0 {
		return 0, false
	}
	i := x.slot(hash)
	if x.tags[i] == 0 {
		return 0, false
	}
	packet = x.slots[i].packet
	x.used--
	for j := i; ; {
		j = (j + 1) & x.mask
		if x.tags[j] == 0 {
			break
		}
		// s may move to i unless its home lies after i.
		if s := x.slots[j]; (j-x.home(s.hash))&x.mask >= (j-i)&x.mask {
			x.tags[i], x.slots[i] = x.tags[j], s
			i = j
		}
	}
	x.tags[i] = 0
	return packet, true
}
