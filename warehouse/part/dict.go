package part

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"slices"

	"weir/warehouse/schema"
)

const (
	// dictEntries and dictBytes bound a dictionary: beyond them it no longer fits the cache of those who look it up.
	dictEntries = 1 << 15
	dictBytes   = 1 << 20
	// denseEntries are those that two bytes tell apart.
	denseEntries = 1 << 16
	// directRange is the span of integers that are looked up in an array
	// rather than hashed.
	directRange = 1 << 16
)

// tooDistinct tells, with an entry just added for value i, that values do not
// repeat enough. It is asked only where an entry is added. Where there may be more than
// dictEntries, what follows may yet repeat.
func tooDistinct(entries, i, limit int) bool {
	return entries > limit || limit <= dictEntries && entries > 512 && entries > i/2
}

// idWidth is the width of a dictionary's ids in bytes.
func idWidth(entries int) int {
	if entries <= 1<<8 {
		return 1
	}
	return 2
}

// intDict numbers the distinct values of a run of integers in order of first
// appearance.
type intDict[T integer] struct {
	values []T
	slots  []int32 // id + 1, 0 for a free slot
	// factor is odd and random, so that no capture can be made to collide. It
	// has no influence on the ids.
	factor uint64
}

func newIntDict[T integer]() *intDict[T] { return &intDict[T]{factor: rand.Uint64() | 1} }

// build sets ids to the number of each value, which lie from lo to hi. It returns false if there are
// more than limit distinct values or few repeat.
func (d *intDict[T]) build(src []T, lo, hi int64, limit int, ids []int32) bool {
	d.values = d.values[:0]
	if lo == hi {
		d.values = append(d.values, src[0])
		clear(ids)
		return true
	}
	if span := uint64(hi) - uint64(lo); span < directRange && span < uint64(4*len(src)+1024) {
		return d.buildDirect(src, T(lo), int(span)+1, limit, ids)
	}
	size := 1 << bits.Len(uint(2*limit))
	d.slots = slices.Grow(d.slots[:0], size)[:size]
	clear(d.slots)
	shift := 65 - bits.Len(uint(size))
	mask := size - 1
	for i, x := range src {
		h := int(uint64(x) * d.factor >> shift)
		for {
			id := d.slots[h]
			if id == 0 {
				d.values = append(d.values, x)
				if tooDistinct(len(d.values), i, limit) {
					return false
				}
				d.slots[h] = int32(len(d.values))
				ids[i] = int32(len(d.values) - 1)
				break
			}
			if d.values[id-1] == x {
				ids[i] = id - 1
				break
			}
			h = (h + 1) & mask
		}
	}
	return true
}

func (d *intDict[T]) buildDirect(src []T, lo T, span, limit int, ids []int32) bool {
	d.slots = slices.Grow(d.slots[:0], span)[:span]
	clear(d.slots)
	for i, x := range src {
		slot := &d.slots[uint64(x)-uint64(lo)]
		if *slot == 0 {
			d.values = append(d.values, x)
			if tooDistinct(len(d.values), i, limit) {
				return false
			}
			*slot = int32(len(d.values))
		}
		ids[i] = *slot - 1
	}
	return true
}

// textDict numbers the distinct texts of a run in order of first appearance.
type textDict struct {
	rows  []int32 // where each entry appeared first
	bytes int     // length of all entries
	slots []textSlot
	seed  maphash.Seed // random for the same reason as intDict.factor
	seen  []int32      // of each entry, the number after that of the last page with it
	used  []int32      // room for entries
}

// entries returns where each text appeared first that a page has, of which ids are
// given. Pages are asked for in order.
func (d *textDict) entries(page int, ids []int32) []int32 {
	if page == 0 {
		d.seen = slices.Grow(d.seen[:0], len(d.rows))[:len(d.rows)]
		clear(d.seen)
	}
	d.used = d.used[:0]
	for _, id := range ids {
		if d.seen[id] <= int32(page) {
			d.seen[id] = int32(page) + 1
			d.used = append(d.used, d.rows[id])
		}
	}
	return d.used
}

type textSlot struct {
	hash uint32
	id   int32 // id + 1, 0 for a free slot
}

func (d *textDict) build(v *schema.Vector, rows []int32, limit int, ids []int32) bool {
	d.rows, d.bytes = d.rows[:0], 0
	size := 1 << bits.Len(uint(2*limit))
	d.slots = slices.Grow(d.slots[:0], size)[:size]
	clear(d.slots)
	mask := uint32(size - 1)
	var before []byte
	for i, r := range rows {
		x := v.Text(int(r))
		if i > 0 && bytes.Equal(x, before) { // as so often
			ids[i] = ids[i-1]
			continue
		}
		before = x
		hash := uint32(maphash.Bytes(d.seed, x))
		for h := hash & mask; ; h = (h + 1) & mask {
			slot := d.slots[h]
			if slot.id == 0 {
				d.rows = append(d.rows, r)
				d.bytes += len(x)
				if tooDistinct(len(d.rows), i, limit) || d.bytes > dictBytes {
					return false
				}
				d.slots[h] = textSlot{hash, int32(len(d.rows))}
				ids[i] = int32(len(d.rows) - 1)
				break
			}
			if slot.hash == hash && bytes.Equal(v.Text(int(d.rows[slot.id-1])), x) {
				ids[i] = slot.id - 1
				break
			}
		}
	}
	return true
}
