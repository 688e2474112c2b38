package part

import (
	"encoding/binary"

	"github.com/klauspost/compress/huff0"
)

// literalBlock is how much of a page a block of a zstd frame holds: the most
// that the format allows.
const literalBlock = 128 << 10

// literalLeast is the least that is worth a Huffman table of its own.
const literalLeast = 1 << 10

// shortPage is how many bytes are not worth compressing where time counts: two of
// five chunks of flows have no more, since all values are equal.
const shortPage = 64

// appendStored appends a zstd frame that holds src, of at most 255 bytes, as it is.
func appendStored(dst, src []byte) []byte {
	const last = 1
	h := uint32(len(src))<<3 | last // a raw block
	dst = append(dst, 0x28, 0xB5, 0x2F, 0xFD, 1<<5, byte(len(src)), byte(h), byte(h>>8), byte(h>>16))
	return append(dst, src...)
}

// appendLiterals appends a zstd frame of src that is coded by how often each
// byte occurs and by nothing else. Digits of hashes take four bits so, the
// least there is; the search for repetitions finds some by chance, and
// naming them takes more room than the digits, and time. It reports false, and
// appends nothing, where that does not pay.
func (e *Encoder) appendLiterals(dst, src []byte) ([]byte, bool) {
	if len(src) < literalLeast {
		return dst, false
	}
	start := len(dst)
	// A frame in a single segment that tells its size in four bytes.
	dst = append(dst, 0x28, 0xB5, 0x2F, 0xFD, 1<<5|2<<6)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(src)))
	for len(src) > 0 {
		block := src[:min(len(src), literalBlock)]
		src = src[len(block):]
		var ok bool
		if dst, ok = e.appendLiteralBlock(dst, block, len(src) == 0); !ok {
			return dst[:start], false
		}
	}
	return dst, true
}

// appendLiteralBlock appends a block of literals without sequences.
func (e *Encoder) appendLiteralBlock(dst, block []byte, last bool) ([]byte, bool) {
	const raw, compressed = 0, 2
	header := func(kind, size int) {
		h := uint32(size)<<3 | uint32(kind)<<1 | uint32(bit(last))
		dst = append(dst, byte(h), byte(h>>8), byte(h>>16))
	}
	e.huffman.Reuse = huff0.ReusePolicyNone
	coded, _, err := huff0.Compress4X(block, &e.huffman)
	const sizes, sequences = 5, 1 // of the sections' headers
	if err != nil || sizes+len(coded)+sequences >= len(block) {
		if len(block) > literalLeast {
			return dst, false
		}
		header(raw, len(block)) // what is left over at the end
		return append(dst, block...), true
	}
	header(compressed, sizes+len(coded)+sequences)
	// Four streams with a table of their own, both sizes in 18 bits.
	h := uint64(compressed) | 3<<2 | uint64(len(block))<<4 | uint64(len(coded))<<22
	dst = append(dst, byte(h), byte(h>>8), byte(h>>16), byte(h>>24), byte(h>>32))
	return append(append(dst, coded...), 0), true
}
