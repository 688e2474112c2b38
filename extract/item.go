package extract

import (
	"cmp"
	"slices"
	"time"

	"weir/extract/decode"
	"weir/extract/flow"
)

// item is a flow with what it is sorted by.
type item struct {
	flow   *flow.Flow
	packet int64
	part   partition
}

func (a item) compare(b item) int {
	if a.part != b.part {
		return cmp.Compare(a.part, b.part)
	}
	return cmp.Compare(a.packet, b.packet)
}

// tally is what flows add up to.
type tally struct {
	flows, packets int64
	// evicted counts those that were evicted, unread those whose application layer
	// a parser failed at.
	evicted, unread int64
}

func (t *tally) add(u tally) {
	t.flows += u.flows
	t.packets += u.packets
	t.evicted += u.evicted
	t.unread += u.unread
}

// sortItems puts flows in the order of rows, and tells what they add up to.
func sortItems(flows []*flow.Flow) (items []item, sum tally) {
	items = make([]item, len(flows))
	sum.flows = int64(len(flows))
	for i, f := range flows {
		items[i] = item{f, f.Packet(), partitionOf(f)}
		sum.packets += f.Packets()
		if f.Evicted() {
			sum.evicted++
		}
		if f.Unread() {
			sum.unread++
		}
	}
	return inRowOrder(items), sum
}

// fewItems is how many items are sorted by comparing them.
const fewItems = 1000

// inRowOrder returns the items in the order of rows. Many are sorted by digits: where
// comparing two of them tells nothing of the next two the processor guesses wrong
// each other time.
func inRowOrder(items []item) []item {
	if len(items) < fewItems {
		slices.SortFunc(items, item.compare)
		return items
	}
	spare := make([]item, len(items))
	items, spare = byDigits(items, spare, func(x *item) int64 { return x.packet })
	items, _ = byDigits(items, spare, func(x *item) int64 { return int64(x.part) })
	return items
}

// byDigits sorts items by a number, and leaves those of equal numbers in their order. It
// needs a spare slice of the same length, and returns the other one of the two as
// spare.
func byDigits(items, spare []item, number func(*item) int64) (sorted, other []item) {
	const bits, mask = 11, 1<<11 - 1 // of a digit
	lo, hi := number(&items[0]), number(&items[0])
	for i := range items {
		n := number(&items[i])
		lo, hi = min(lo, n), max(hi, n)
	}
	for shift := 0; (uint64(hi)-uint64(lo))>>shift > 0; shift += bits {
		digit := func(x *item) uint64 { return (uint64(number(x)) - uint64(lo)) >> shift & mask }
		var next [mask + 1]int // of the items with each digit: how many, then where
		for i := range items {
			next[digit(&items[i])]++
		}
		sum := 0
		for d, n := range next {
			next[d] = sum
			sum += n
		}
		for i := range items {
			d := digit(&items[i])
			spare[next[d]] = items[i]
			next[d]++
		}
		items, spare = spare, items
	}
	return items, spare
}

// mergeItems appends sorted lists to dst, sorted.
func mergeItems(dst []item, lists [][]item) []item {
	lists = slices.DeleteFunc(lists, func(l []item) bool { return len(l) == 0 })
	// A heap by the first items.
	for i := len(lists) - 1; i >= 0; i-- {
		siftDown(lists, i)
	}
	for len(lists) > 1 {
		dst = append(dst, lists[0][0])
		if lists[0] = lists[0][1:]; len(lists[0]) == 0 {
			last := len(lists) - 1
			lists[0], lists = lists[last], lists[:last]
		}
		siftDown(lists, 0)
	}
	for _, rest := range lists {
		dst = append(dst, rest...)
	}
	return dst
}

// siftDown moves list i of a heap to where it belongs below.
func siftDown(lists [][]item, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(lists); child++ {
			if lists[child][0].compare(lists[least][0]) < 0 {
				least = child
			}
		}
		if least == i {
			return
		}
		lists[i], lists[least] = lists[least], lists[i]
		i = least
	}
}

// partition is a partition of flows: the day since 1970-01-01 UTC and, by family
// and number, the protocol. Numbers are in the order of partitions.
type partition int64

func partitionFor(day int64, family decode.Family, protocol uint8) partition {
	return partition(day<<16 | int64(family)<<8 | int64(protocol))
}

const nanosecondsPerDay = int64(24 * time.Hour)

// dayOf returns the day of a time, days since 1970-01-01 UTC.
func dayOf(ns int64) int64 {
	day := ns / nanosecondsPerDay
	if ns%nanosecondsPerDay < 0 {
		day--
	}
	return day
}

func dateOf(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

func partitionOf(f *flow.Flow) partition {
	k := f.Key()
	family := k.Family
	if family == decode.IPv6 {
		family = decode.IPv4 // one partition for both versions
	}
	return partitionFor(dayOf(f.Start()), family, k.Protocol)
}

func (p partition) values() []string {
	key := decode.Key{Family: decode.Family(p >> 8), Protocol: uint8(p)}
	return []string{dateOf(int64(p >> 16)), decode.ProtocolName(key)}
}
