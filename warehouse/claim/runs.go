package claim

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// prefixed cuts off bytes that a length of four bytes stands before.
func prefixed(b []byte) (first, rest []byte, err error) {
	const prefix = 4
	if len(b) < prefix {
		return nil, nil, Err
	}
	n := binary.LittleEndian.Uint32(b)
	if int64(n) > int64(len(b)-prefix) {
		return nil, nil, fmt.Errorf("%d bytes: %w", n, Err)
	}
	return b[prefix : prefix+n], b[prefix+n:], nil
}

// plainDictionary is how old writers name the encoding of dictionary ids.
//
//lint:ignore SA1019 files of others have it
const plainDictionary = format.PlainDictionary

// checkExpansion judges what the values of a page say they expand to. Of plain
// ones each has its bytes.
func checkExpansion(b []byte, enc format.Encoding, values int) error {
	switch enc {
	case format.Plain, format.ByteStreamSplit:
		return nil
	case format.RLEDictionary, plainDictionary:
		if len(b) == 0 {
			return nil // all are null
		}
		return checkRuns(b[1:], int(b[0]), values)
	case format.RLE:
		if values == 0 || len(b) == 0 {
			return nil
		}
		runs, _, err := prefixed(b)
		if err != nil {
			return err
		}
		return checkRuns(runs, 1, values)
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray:
		_, _, err := deltas(b, values)
		return err
	case format.DeltaByteArray:
		prefixes, rest, err := deltas(b, values)
		if err != nil {
			return fmt.Errorf("prefixes: %w", err)
		}
		return checkPrefixes(prefixes, len(b)+len(rest))
	}
	return fmt.Errorf("encoded as %s, which is not read", enc)
}

// checkPrefixes judges what texts of shared prefixes expand to.
func checkPrefixes(prefixes []int64, size int) error {
	const small = 32 << 20
	total := int64(size)
	for _, n := range prefixes {
		total += max(0, n)
		if n > small || total > small+PageGrowth*int64(size) {
			return fmt.Errorf("shared prefixes of %d bytes: %w", total, Err)
		}
	}
	return nil
}

// checkRuns judges the runs of numbers of some bits: they are of as many
// numbers as there are values, and a few that fill the last run up.
func checkRuns(b []byte, width, values int) error {
	const filling = 1024
	if width > 32 {
		return fmt.Errorf("numbers of %d bits", width)
	}
	most := uint64(values + filling)
	for count := uint64(0); len(b) > 0; {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("a run without length")
		}
		b = b[n:]
		size, of := uint64(width+7)/8, head>>1
		if head&1 != 0 {
			size, of = uint64(width)*(head>>1), 8*(head>>1)
		}
		if head>>1 > most || count+of > most {
			return fmt.Errorf("runs of more than %d numbers for %d values: %w", count+of, values, Err)
		}
		if count += of; size > uint64(len(b)) {
			return fmt.Errorf("a run of %d bytes in %d: %w", size, len(b), Err)
		}
		b = b[size:]
	}
	return nil
}

// deltas decodes a block of DELTA_BINARY_PACKED integers, at most so many, and
// returns what follows it. Sums may overflow, as they may where it was written.
func deltas(b []byte, most int) (list []int64, rest []byte, err error) {
	var head [3]uint64 // values in a block, parts of a block, values
	for i := range head {
		n := 0
		if head[i], n = binary.Uvarint(b); n <= 0 {
			return nil, nil, errors.New("integers without a head")
		}
		b = b[n:]
	}
	x, n := binary.Varint(b)
	if n <= 0 {
		return nil, nil, errors.New("integers without a head")
	}
	b = b[n:]
	const longest = 1 << 16
	block, parts, values := head[0], head[1], head[2]
	if block == 0 || block > longest || parts == 0 || block%parts != 0 || block/parts%8 != 0 {
		return nil, nil, fmt.Errorf("integers in blocks of %d in %d parts", block, parts)
	}
	if values > uint64(most) {
		return nil, nil, fmt.Errorf("%d integers for %d values: %w", values, most, Err)
	}
	if values == 0 {
		return nil, b, nil
	}
	list = append(make([]int64, 0, values), x)
	for uint64(len(list)) < values {
		least, n := binary.Varint(b)
		if n <= 0 || uint64(len(b)-n) < parts {
			return nil, nil, errors.New("integers end within a block")
		}
		widths := b[n : n+int(parts)]
		b = b[n+int(parts):]
		for _, width := range widths {
			if uint64(len(list)) == values {
				break
			}
			size := int(block/parts) * int(width) / 8
			packed := b[:min(size, len(b))]
			b = b[len(packed):]
			for i := 0; i < int(block/parts) && uint64(len(list)) < values; i++ {
				x += least + int64(unpack(packed, i*int(width), int(width)))
				list = append(list, x)
			}
		}
	}
	return list, b, nil
}

// unpack returns the number of width bits at a bit; what is beyond the end is 0.
func unpack(b []byte, at, width int) (x uint64) {
	for i := range min(width, 64) {
		if k := at + i; k/8 < len(b) {
			x |= uint64(b[k/8]>>(k%8)&1) << i
		}
	}
	return x
}
