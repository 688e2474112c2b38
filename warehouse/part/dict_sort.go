package part

import (
	"bytes"
	"cmp"
	"slices"

	"weir/warehouse/schema"
)

// sortDictionary puts the entries of the dictionary into order of value. Then near
// values have near ids, and zstd finds more that repeats in entries and in ids.
func (e *Encoder) sortDictionary() {
	switch e.values.kind {
	case schema.KindInt32:
		sortEntries(e.ids, e.dict32.values, cmp.Compare[int32])
	case schema.KindInt64, schema.KindFloat64:
		sortEntries(e.ids, e.dict64.values, cmp.Compare[int64])
	default:
		sortEntries(e.ids, e.texts.rows, func(a, b int32) int {
			return bytes.Compare(e.values.text.Text(int(a)), e.values.text.Text(int(b)))
		})
	}
}

// sortEntries sorts the entries of a dictionary and changes the ids with them.
func sortEntries[T any](ids []int32, entries []T, compare func(a, b T) int) {
	type numbered struct {
		entry T
		id    int32
	}
	sorted := make([]numbered, len(entries))
	for i, x := range entries {
		sorted[i] = numbered{x, int32(i)}
	}
	slices.SortFunc(sorted, func(a, b numbered) int { return compare(a.entry, b.entry) })
	place := make([]int32, len(entries))
	for i, x := range sorted {
		entries[i] = x.entry
		place[x.id] = int32(i)
	}
	for i, id := range ids {
		ids[i] = place[id]
	}
}
