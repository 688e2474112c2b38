package flow

import (
	"weir/extract/app/block"
	"weir/extract/decode"
)

// index finds flows by key: open addressing, linear probing, deletion by
// shifting back.
type index struct {
	slots []slot
	mask  uint64
	used  int
}

// slot keeps the hash beside the flow so that probing touches no flow that
// does not match.
type slot struct {
	hash uint64
	flow *Flow
}

const leastSlots = 1024

func (x *index) init() {
	x.slots, x.mask, x.used = make([]slot, leastSlots), leastSlots-1, 0
}

// home is the slot a hash probes first. The low bits have picked the shard,
// so they are left out.
func (x *index) home(hash uint64) uint64 { return hash >> 16 & x.mask }

func (x *index) find(h *decode.Header) *Flow {
	for i := x.home(h.Hash); ; i = (i + 1) & x.mask {
		s := &x.slots[i]
		if s.flow == nil {
			return nil
		}
		if s.hash == h.Hash && s.flow.key.Equal(&h.Key) {
			return s.flow
		}
	}
}

// first returns the flow in the slot that a hash probes first if it is of that hash,
// which it nearly always is.
func (x *index) first(hash uint64) *Flow {
	if s := &x.slots[x.home(hash)]; s.hash == hash {
		return s.flow
	}
	return nil
}

func (x *index) insert(f *Flow) {
	if uint64(x.used) > x.mask-x.mask/4 {
		x.grow()
	}
	i := x.home(f.hash)
	for x.slots[i].flow != nil {
		i = (i + 1) & x.mask
	}
	x.slots[i] = slot{f.hash, f}
	x.used++
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	block.Map(x.slots)
	x.mask = uint64(len(x.slots) - 1)
	for _, s := range old {
		if s.flow == nil {
			continue
		}
		i := x.home(s.hash)
		for x.slots[i].flow != nil {
			i = (i + 1) & x.mask
		}
		x.slots[i] = s
	}
}

func (x *index) remove(f *Flow) {
	i := x.home(f.hash)
	for x.slots[i].flow != f {
		i = (i + 1) & x.mask
	}
	x.used--
	for j := i; ; {
		j = (j + 1) & x.mask
		s := x.slots[j]
		if s.flow == nil {
			break
		}
		// s may move to i unless its home lies after i.
		if (j-x.home(s.hash))&x.mask >= (j-i)&x.mask {
			x.slots[i] = s
			i = j
		}
	}
	x.slots[i] = slot{}
}

func (x *index) each(visit func(*Flow)) {
	for _, s := range x.slots {
		if s.flow != nil {
			visit(s.flow)
		}
	}
}
