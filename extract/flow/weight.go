package flow

import (
	"cmp"
	"math/rand/v2"
	"unsafe"
)

// Bytes is about what an open flow takes without its application layer: its
// state and its places in the index, the wheel and the lists of those who
// evict and write it.
const Bytes = int64(unsafe.Sizeof(Flow{})+unsafe.Sizeof(story{})+unsafe.Sizeof([2]holes{})) + 200

// Weight returns about how many bytes of memory the open flows and their
// conversations take. It depends on the packets added alone.
func (t *Table) Weight() int64 { return int64(t.Len())*Bytes + t.held }

// Weight returns about how many bytes of memory the flow and its conversation
// take, or took while it was open.
func (f *Flow) Weight() int64 { return Bytes + int64(f.held) }

// Evicted reports whether the flow ended because too many were open.
func (f *Flow) Evicted() bool { return f.done && f.end == EndEvicted }

// weigh notes what a flow's conversation takes after a packet.
func (t *Table) weigh(f *Flow) {
	held := int32(0)
	if f.app != nil {
		held = int32(f.app.Held())
	}
	t.held += int64(held - f.held)
	f.held = held
}

// Age says when an open flow was seen last: at what time, and among flows of equal
// times, which has the earlier first packet. No two flows are of one age.
type Age struct {
	Last, Packet int64
	// Weight is that of the flow.
	Weight int64
}

// Compare orders ages, the oldest first.
func (a Age) Compare(b Age) int {
	return cmp.Or(cmp.Compare(a.Last, b.Last), cmp.Compare(a.Packet, b.Packet))
}

// Ages appends those of all open flows to dst, in any order.
func (t *Table) Ages(dst []Age) []Age {
	t.index.each(func(f *Flow) { dst = append(dst, Age{f.last, f.packet, f.Weight()}) })
	return dst
}

// EvictUpTo ends the flows of that age and all older ones.
func (t *Table) EvictUpTo(cut Age) {
	var due []*Flow
	t.index.each(func(f *Flow) {
		if (Age{Last: f.last, Packet: f.packet}).Compare(cut) <= 0 {
			due = append(due, f)
		}
	})
	for _, f := range due {
		t.close(f, EndEvicted)
	}
}

// Oldest puts the least number of oldest flows that weigh as much as weight to
// the front of ages and returns them, in any order; all if they do not. It takes
// time in proportion to their number, whatever their order.
func Oldest(ages []Age, weight int64) []Age {
	from, to := 0, len(ages) // the end lies in between; all before from belong
	for from < to && weight > 0 {
		i, sum := partition(ages[from:to])
		switch {
		case sum < weight: // they all belong, and more
			weight -= sum
			from += i
		case i == 1:
			return ages[:from+1]
		default:
			// Without the youngest of them, which is the pivot, it may be enough.
			last := from + i - 1
			if sum-ages[last].Weight < weight {
				return ages[:last+1]
			}
			to = last
		}
	}
	return ages[:from]
}

// partition picks a pivot and moves it and all older ones to the front, itself
// as the last of them. It returns how many they are and what they weigh.
func partition(ages []Age) (n int, weight int64) {
	end := len(ages) - 1
	p := rand.IntN(len(ages))
	pivot := ages[p]
	ages[p], ages[end] = ages[end], pivot
	for i, a := range ages[:end] {
		if a.Compare(pivot) < 0 {
			ages[i], ages[n] = ages[n], a
			weight += a.Weight
			n++
		}
	}
	ages[n], ages[end] = pivot, ages[n]
	return n + 1, weight + pivot.Weight
}
