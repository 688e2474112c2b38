package flow

import (
	"weir/extract/app/block"
	"weir/extract/decode"
)

// index finds flows by key: open addressing, linear probing, deletion by
// shifting back.
type index struct {
	flows *pool
	slots []slot
	mask  uint64
	used  int
}

// slot keeps of the hash what a probe needs, so that probing touches hardly a flow
// that does not match, and eight slots are in a line of the cache.
type slot struct {
	tag  uint32 // see tagOf
	flow uint32 // one more than the flow's number, 0 for a free slot
}

// tagOf returns the part of a hash that tells where a probe begins. The low bits have
// picked the shard, so they are left out.
func tagOf(hash uint64) uint32 { return uint32(hash >> 16) }

func slotOf(f *Flow) slot { return slot{tagOf(f.hash), f.number + 1} }

const leastSlots = 1024

func (x *index) init(flows *pool) {
	x.flows = flows
	x.slots, x.mask, x.used = make([]slot, leastSlots), leastSlots-1, 0
}

// home is the slot that is probed first.
func (x *index) home(tag uint32) uint64 { return uint64(tag) & x.mask }

// at returns the flow of a slot that is not free.
func (x *index) at(s slot) *Flow { return x.flows.at(s.flow - 1) }

func (x *index) find(h *decode.Header) *Flow {
	tag := tagOf(h.Hash)
	for i := x.home(tag); ; i = (i + 1) & x.mask {
		s := x.slots[i]
		if s.flow == 0 {
			return nil
		}
		if s.tag != tag {
			continue
		}
		if f := x.at(s); f.hash == h.Hash && f.key.Equal(&h.Key) {
			return f
		}
	}
}

// first returns the flow in the slot that a hash probes first if it seems to be of that
// hash, as it nearly always does and is.
func (x *index) first(hash uint64) *Flow {
	tag := tagOf(hash)
	if s := x.slots[x.home(tag)]; s.tag == tag && s.flow != 0 {
		return x.at(s)
	}
	return nil
}

func (x *index) insert(f *Flow) {
	if uint64(x.used) > x.mask-x.mask/4 {
		x.grow()
	}
	x.put(slotOf(f))
	x.used++
}

// put puts a slot where it belongs.
func (x *index) put(s slot) {
	i := x.home(s.tag)
	for x.slots[i].flow != 0 {
		i = (i + 1) & x.mask
	}
	x.slots[i] = s
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	block.Map(x.slots)
	x.mask = uint64(len(x.slots) - 1)
	for _, s := range old {
		if s.flow != 0 {
			x.put(s)
		}
	}
}

func (x *index) remove(f *Flow) {
	s := slotOf(f)
	i := x.home(s.tag)
	for x.slots[i].flow != s.flow {
		i = (i + 1) & x.mask
	}
	x.used--
	for j := i; ; {
		j = (j + 1) & x.mask
		s := x.slots[j]
		if s.flow == 0 {
			break
		}
		// s may move to i unless its home lies after i.
		if (j-x.home(s.tag))&x.mask >= (j-i)&x.mask {
			x.slots[i] = s
			i = j
		}
	}
	x.slots[i] = slot{}
}

func (x *index) each(visit func(*Flow)) {
	for _, s := range x.slots {
		if s.flow != 0 {
			visit(x.at(s))
		}
	}
}
