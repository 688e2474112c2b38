package part

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// layout is how the values of a chunk are written.
type layout struct {
	encoding format.Encoding
	width    int // of dictionary ids, in bits
}

// choose sets the layout of the values in hand, and for a dictionary the ids
// and the dictionary itself.
func (e *Encoder) choose(hint schema.Encoding, total bounds) {
	e.layout = layout{encoding: format.Plain}
	kind, n := e.values.kind, e.values.n
	integers := kind == schema.KindInt32 || kind == schema.KindInt64
	switch {
	case kind == schema.KindBool || n < 2:
		return
	case hint == schema.Delta && integers:
		e.layout.encoding = format.DeltaBinaryPacked
		return
	case hint != schema.Plain && e.chooseDictionary(hint, total):
		return
	case hint != schema.Plain && integers && e.deltaPays():
		e.layout.encoding = format.DeltaBinaryPacked
	}
}

// chooseDictionary builds a dictionary and reports whether it pays.
func (e *Encoder) chooseDictionary(hint schema.Encoding, total bounds) bool {
	n := e.values.n
	limit := n / 4
	if hint == schema.Dict {
		limit = n / 2
	}
	limit = max(1, min(limit, dictEntries))
	e.ids = slices.Grow(e.ids[:0], n)[:n]
	var entries, size int
	switch e.values.kind {
	case schema.KindInt32:
		if !e.dict32.build(e.values.int32, total.lo, total.hi, limit, e.ids) {
			return false
		}
		entries = len(e.dict32.values)
		size = 4 * entries
	case schema.KindInt64, schema.KindFloat64:
		lo, hi := total.lo, total.hi
		if e.values.kind == schema.KindFloat64 {
			lo, hi = 0, -1 // bits are far apart
		}
		if !e.dict64.build(e.values.int64, lo, hi, limit, e.ids) {
			return false
		}
		entries = len(e.dict64.values)
		size = 8 * entries
	default:
		if !e.texts.build(e.values.text, e.values.rows, limit, e.ids) {
			return false
		}
		entries = len(e.texts.rows)
		size = e.texts.bytes + 4*entries
	}
	width := idWidth(entries)
	const header = 32
	if size+n*width/8+header > e.values.size(0, n)*3/4 {
		return false
	}
	e.layout = layout{encoding: format.RLEDictionary, width: width}
	return true
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
		e.page = append(e.page, byte(e.layout.width))
		ids := rle.Encoding{BitWidth: e.layout.width}
		e.scratch, err = ids.EncodeInt32(e.scratch[:0], e.ids[from:to])
	case format.DeltaBinaryPacked:
		if v.kind == schema.KindInt32 {
			e.scratch, err = e.delta.EncodeInt32(e.scratch[:0], v.int32[from:to])
		} else {
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
