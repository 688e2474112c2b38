package part

import (
	"cmp"
	"slices"

	"weir/warehouse/schema"
)

// sortedOrder returns the row numbers in order of key, equal keys in order of
// arrival. It returns nil if the rows stand in that order already, else scratch.
func sortedOrder(keys []schema.Key, scratch []int32) (order, kept []int32) {
	if slices.IsSortedFunc(keys, compareKeys) {
		return nil, scratch
	}
	scratch = scratch[:0]
	for i := range keys {
		scratch = append(scratch, int32(i))
	}
	slices.SortFunc(scratch, func(a, b int32) int {
		if c := compareKeys(keys[a], keys[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return scratch, scratch
}

func compareKeys(a, b schema.Key) int {
	if a.Time != b.Time {
		return cmp.Compare(a.Time, b.Time)
	}
	return cmp.Compare(a.Packet, b.Packet)
}

// gather returns the values of the rows that are not null, in order. It
// returns src itself where that is what it holds, else dst.
func gather[T any](dst, src []T, valid []bool, nulls int, order []int32) []T {
	if nulls == 0 {
		if order == nil {
			return src
		}
		dst = slices.Grow(dst[:0], len(order))[:len(order)]
		for i, r := range order {
			dst[i] = src[r]
		}
		return dst
	}
	// The loops store every value and step on only past those that count, which
	// needs no branch, and a slot of slack.
	dst = slices.Grow(dst[:0], len(src)+1)[:len(src)+1]
	n := 0
	if order == nil {
		for i, x := range src {
			dst[n] = x
			n += int(bit(valid[i]))
		}
		return dst[:n]
	}
	for _, r := range order {
		dst[n] = src[r]
		n += int(bit(valid[r]))
	}
	return dst[:n]
}

// selectRows appends the numbers of the rows that are not null, in order.
func selectRows(dst []int32, rows int, valid []bool, nulls int, order []int32) []int32 {
	dst = slices.Grow(dst[:0], rows+1)[:rows+1]
	if order == nil {
		n := 0
		for i := range rows {
			dst[n] = int32(i)
			n += int(bit(nulls == 0 || valid[i]))
		}
		return dst[:n]
	}
	if nulls == 0 {
		return append(dst[:0], order...)
	}
	n := 0
	for _, r := range order {
		dst[n] = r
		n += int(bit(valid[r]))
	}
	return dst[:n]
}

// validLevels sets dst to the definition levels of an optional column.
func validLevels(dst []byte, valid []bool, order []int32) []byte {
	dst = slices.Grow(dst[:0], len(valid))[:len(valid)]
	if order == nil {
		for i, ok := range valid {
			dst[i] = bit(ok)
		}
		return dst
	}
	for i, r := range order {
		dst[i] = bit(valid[r])
	}
	return dst
}

// bit is 1 for true; the compiler makes it a move.
func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
