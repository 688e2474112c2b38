package part

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// layout is how the values of a chunk are written.
type layout struct {
	encoding format.Encoding
	width    int  // of dictionary ids, in bytes
	same     bool // all values, so that the dictionary has one entry
	literals bool // see Encoder.appendLiterals
	aligned  bool // see appendAligned
	thorough bool // compressed at thoroughLevel
}

// choose sets the layout of the values in hand, and for a dictionary the ids
// and the dictionary itself.
func (e *Encoder) choose(hint schema.Encoding, total bounds) error {
	e.layout = layout{encoding: format.Plain}
	kind, n := e.values.kind, e.values.n
	integers := kind == schema.KindInt32 || kind == schema.KindInt64
	switch {
	case kind == schema.KindBool || n < 2:
	case e.dense && hint != schema.Hash:
		return e.chooseSmallest(integers, total)
	case hint == schema.Delta && integers:
		e.layout = layout{encoding: format.DeltaBinaryPacked, aligned: true}
	case hint != schema.Plain && e.chooseDictionary(hint, total):
	case hint == schema.Hash && kind == schema.KindBytes:
		e.layout = layout{encoding: format.DeltaByteArray, literals: true}
	case hint != schema.Plain && integers && e.deltaPays():
		e.layout.encoding = format.DeltaBinaryPacked
	}
	return nil
}

// chooseDictionary builds a dictionary and reports whether it pays, which is
// then the layout.
func (e *Encoder) chooseDictionary(hint schema.Encoding, total bounds) bool {
	limit := e.values.n / 4
	if hint == schema.Dict || hint == schema.Hash {
		limit = e.values.n / 2
	}
	entries, size, ok := e.buildDictionary(max(1, min(limit, dictEntries)), total)
	width := idWidth(entries)
	const header = 32
	if !ok || size+e.values.n*width+header > e.values.size(0, e.values.n)*3/4 {
		return false
	}
	e.layout = layout{encoding: format.RLEDictionary, width: width, same: entries == 1}
	return true
}

// buildDictionary sets the dictionary and the ids, unless there are more
// entries than limit or few values repeat. It returns how many entries there
// are and how many bytes these take.
func (e *Encoder) buildDictionary(limit int, total bounds) (entries, size int, ok bool) {
	n := e.values.n
	e.ids = slices.Grow(e.ids[:0], n)[:n]
	switch e.values.kind {
	case schema.KindInt32:
		ok = e.dict32.build(e.values.int32, total.lo, total.hi, limit, e.ids)
		entries = len(e.dict32.values)
		size = 4 * entries
	case schema.KindInt64, schema.KindFloat64:
		lo, hi := total.lo, total.hi
		if e.values.kind == schema.KindFloat64 {
			lo, hi = 0, -1 // bits are far apart
		}
		ok = e.dict64.build(e.values.int64, lo, hi, limit, e.ids)
		entries = len(e.dict64.values)
		size = 8 * entries
	default:
		ok = e.texts.build(e.values.text, e.values.rows, limit, e.ids)
		entries = len(e.texts.rows)
		size = e.texts.bytes + 4*entries
	}
	return entries, size, ok
}

const (
	// oftenRepeats is how often a value is there, on average, in a chunk whose values
	// are said to repeat often.
	oftenRepeats = 8
	// sureValues is how many of these make a dictionary smallest without trying, which
	// at tryLevel is wrong more often. Of fewer values the dictionary may be the larger part.
	sureValues = 4096
)

// chooseSmallest sets the layout in which the values come out smallest once they
// are compressed.
func (e *Encoder) chooseSmallest(integers bool, total bounds) error {
	candidates := []layout{{encoding: format.Plain}}
	if entries, _, ok := e.buildDictionary(denseEntries, total); ok && entries <= e.values.n*3/4 {
		e.sortDictionary()
		dictionary := layout{
			encoding: format.RLEDictionary,
			width:    idWidth(entries),
			thorough: entries <= e.values.n/oftenRepeats,
		}
		if dictionary.thorough && e.values.n >= sureValues {
			e.layout = dictionary
			return nil
		}
		candidates = append(candidates, dictionary)
	}
	if integers {
		candidates = append(candidates, layout{encoding: format.DeltaBinaryPacked}, layout{encoding: format.DeltaBinaryPacked, aligned: true})
	}
	var best layout
	least := math.MaxInt
	for _, c := range candidates {
		e.layout = c
		size, err := e.measure()
		if err != nil {
			return err
		}
		if size < least {
			best, least = c, size
		}
	}
	e.layout = best
	return nil
}

// measure returns about how many bytes the values take in the layout at hand.
func (e *Encoder) measure() (int, error) {
	size := 0
	if e.layout.encoding == format.RLEDictionary {
		const header = 24 // of the page
		if err := e.fillDictionary(); err != nil {
			return 0, err
		}
		if err := e.compress(tryLevel, false); err != nil {
			return 0, err
		}
		size = header + len(e.packed)
	}
	e.page = e.page[:0]
	if err := e.appendValues(0, e.values.n); err != nil {
		return 0, err
	}
	err := e.compress(tryLevel, false)
	return size + len(e.packed), err
}

func (e *Encoder) deltaPays() bool {
	if e.values.kind == schema.KindInt32 {
		return deltaBits(e.values.int32) < 32*3/4
	}
	return deltaBits(e.values.int64) < 64*3/4
}

// deltaBits estimates how many bits a value takes as a difference, from blocks
// of 32 values, as many as a miniblock has, spread over the run.
func deltaBits[T integer](values []T) int {
	const block, samples = 32, 32
	if len(values) < 4*block {
		return 64
	}
	step := max(block, (len(values)-block-1)/samples)
	sum, count := 0, 0
	for i := 0; i+block < len(values); i += step {
		lo := values[i+1] - values[i]
		hi := lo
		for j := i + 1; j < i+block; j++ {
			d := values[j+1] - values[j] // wraps, as the encoding does
			lo, hi = min(lo, d), max(hi, d)
		}
		sum += bits.Len64(uint64(hi) - uint64(lo))
		count++
	}
	return sum / count
}

// appendValues appends a run of values to e.page in the layout chosen.
func (e *Encoder) appendValues(from, to int) error {
	var err error
	v := &e.values
	switch e.layout.encoding {
	case format.RLEDictionary:
		e.page = appendIDs(e.page, e.ids[from:to], e.layout)
		return nil
	case format.DeltaByteArray:
		return e.appendLengths(from, to)
	case format.DeltaBinaryPacked:
		switch {
		case e.layout.aligned && v.kind == schema.KindInt32:
			e.page = appendAligned(e.page, v.int32[from:to])
			return nil
		case e.layout.aligned:
			e.page = appendAligned(e.page, v.int64[from:to])
			return nil
		case v.kind == schema.KindInt32:
			e.scratch, err = e.delta.EncodeInt32(e.scratch[:0], v.int32[from:to])
		default:
			e.scratch, err = e.delta.EncodeInt64(e.scratch[:0], v.int64[from:to])
		}
	default:
		return e.appendPlain(from, to)
	}
	if err != nil {
		return fmt.Errorf("encode values: %w", err)
	}
	e.page = append(e.page, e.scratch...)
	return nil
}

// appendIDs appends the ids of a dictionary, of one or two bytes each, as one
// bit-packed run or, of equal ones, as one run: bytes that stand where bytes do compress much better than
// those of the least width in bits, and take no packing.
func appendIDs(dst []byte, ids []int32, l layout) []byte {
	const lot = 8 // a run is of as many ids or a multiple
	width := l.width
	dst = append(dst, byte(8*width))
	if l.same || !slices.ContainsFunc(ids, func(id int32) bool { return id != 0 }) {
		dst = binary.AppendUvarint(dst, uint64(len(ids))<<1) // the first entry, so often
		return append(dst, make([]byte, width)...)
	}
	lots := (len(ids) + lot - 1) / lot
	dst = binary.AppendUvarint(dst, uint64(lots)<<1|1)
	end := len(dst) + lots*lot*width
	dst = slices.Grow(dst, lots*lot*width)
	if width == 1 {
		for _, id := range ids {
			dst = append(dst, byte(id))
		}
	} else {
		for _, id := range ids {
			dst = append(dst, byte(id), byte(id>>8))
		}
	}
	for len(dst) < end {
		dst = append(dst, 0)
	}
	return dst
}

// appendLengths appends texts without gaps behind their lengths, as what differs
// from the text before: all of it, with beginnings of no length in common.
// DELTA_LENGTH_BYTE_ARRAY, which would do without the beginnings, is misread by
// Spark 3 where its batches do not end with the page.
func (e *Encoder) appendLengths(from, to int) error {
	rows := e.values.rows[from:to]
	e.lengths = slices.Grow(e.lengths[:0], len(rows))[:len(rows)]
	clear(e.lengths)
	var err error
	if e.scratch, err = e.delta.EncodeInt32(e.scratch[:0], e.lengths); err != nil {
		return fmt.Errorf("encode lengths: %w", err)
	}
	e.page = append(e.page, e.scratch...)
	e.lengths = e.lengths[:0]
	for _, r := range rows {
		e.lengths = append(e.lengths, int32(len(e.values.text.Text(int(r)))))
	}
	if e.scratch, err = e.delta.EncodeInt32(e.scratch[:0], e.lengths); err != nil {
		return fmt.Errorf("encode lengths: %w", err)
	}
	e.page = append(e.page, e.scratch...)
	for _, r := range rows {
		e.page = append(e.page, e.values.text.Text(int(r))...)
	}
	return nil
}

func (e *Encoder) appendPlain(from, to int) error {
	var err error
	v := &e.values
	switch v.kind {
	case schema.KindInt32:
		e.scratch, err = e.plain.EncodeInt32(e.scratch[:0], v.int32[from:to])
	case schema.KindInt64, schema.KindFloat64:
		e.scratch, err = e.plain.EncodeInt64(e.scratch[:0], v.int64[from:to])
	case schema.KindBool:
		e.page = appendBools(e.page, v.bool[from:to])
		return nil
	default:
		e.page = appendTexts(e.page, v.text, v.rows[from:to])
		return nil
	}
	if err != nil {
		return fmt.Errorf("encode values: %w", err)
	}
	e.page = append(e.page, e.scratch...)
	return nil
}
