package part

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Sizes of DELTA_BINARY_PACKED that all writers use and all readers know.
const (
	deltaBlock  = 128 // values
	deltaMinis  = 4   // parts of a block
	deltaValues = deltaBlock / deltaMinis
)

// appendAligned appends values as DELTA_BINARY_PACKED whose differences take whole
// bytes, as many in all blocks, above the least of all. That is more than the least
// number of bits, but compresses better, as with the ids of dictionaries: intervals
// between packets or flows come again, and bytes that stand where bytes do are
// recognised.
func appendAligned[T integer](dst []byte, values []T) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMinis)
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	if len(values) == 0 {
		return binary.AppendVarint(dst, 0)
	}
	dst = binary.AppendVarint(dst, int64(values[0]))
	if len(values) == 1 {
		return dst
	}
	least, most := values[1]-values[0], values[1]-values[0] // differences wrap, as readers expect
	for i := 2; i < len(values); i++ {
		d := values[i] - values[i-1]
		least, most = min(least, d), max(most, d)
	}
	width := (bits.Len64(above(most, least)) + 7) / 8
	const slack = 8 // of the last value, which is written with eight bytes
	blocks := (len(values) + deltaBlock - 1) / deltaBlock
	dst = slices.Grow(dst, blocks*(binary.MaxVarintLen64+deltaMinis+deltaBlock*width)+slack)
	last := values[0]
	for rest := values[1:]; len(rest) > 0; {
		block := rest[:min(len(rest), deltaBlock)]
		rest = rest[len(block):]
		dst = binary.AppendVarint(dst, int64(least))
		minis := (len(block) + deltaValues - 1) / deltaValues
		for i := range deltaMinis {
			w := 0
			if i < minis {
				w = 8 * width
			}
			dst = append(dst, byte(w))
		}
		at, end := len(dst), len(dst)+minis*deltaValues*width
		out := dst[:end+slack]
		for _, x := range block {
			binary.LittleEndian.PutUint64(out[at:], above(x-last, least))
			at += width
			last = x
		}
		clear(out[at:end])
		dst = dst[:end]
	}
	return dst
}

// above returns by how much a difference is above the least one, in as many bits as
// the values have.
func above[T integer](d, least T) uint64 {
	if _, short := any(d).(int32); short {
		return uint64(uint32(d - least))
	}
	return uint64(d - least)
}
