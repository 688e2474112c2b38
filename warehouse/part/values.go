package part

import (
	"encoding/binary"
	"unsafe"

	"weir/warehouse/schema"
)

// values are the values of a column that are there, in order of row and
// without gaps. The field that the kind names holds them; n counts them.
type values struct {
	kind  schema.Kind
	n     int
	int32 []int32
	int64 []int64 // for floats, their bits
	float []float64
	bool  []bool
	text  *schema.Vector // with rows saying which of its texts
	rows  []int32

	buf32 []int32
	buf64 []int64
	bufF  []float64
	bufB  []bool
	bufR  []int32
}

func (d *values) gather(s *shape, v *schema.Vector, order []int32) {
	valid, nulls := v.Valid, v.Nulls
	d.text, d.rows = nil, nil
	if v.Kind == schema.KindList {
		// The elements are a vector without nulls whose order is that of the lists.
		v, valid, nulls, order = v.Elem, nil, 0, s.elements
	}
	d.kind = v.Kind
	if nulls == v.Rows() && nulls > 0 {
		d.int32, d.int64, d.float, d.bool, d.rows, d.n = nil, nil, nil, nil, nil, 0
		if d.kind == schema.KindBytes {
			d.text = v
		}
		return
	}
	switch d.kind {
	case schema.KindInt32:
		d.int32 = gather(d.buf32, v.Int32, valid, nulls, order)
		d.buf32 = keep(d.buf32, d.int32, v.Int32)
		d.n = len(d.int32)
	case schema.KindInt64:
		d.int64 = gather(d.buf64, v.Int64, valid, nulls, order)
		d.buf64 = keep(d.buf64, d.int64, v.Int64)
		d.n = len(d.int64)
	case schema.KindFloat64:
		d.float = gather(d.bufF, v.Float64, valid, nulls, order)
		d.bufF = keep(d.bufF, d.float, v.Float64)
		d.n = len(d.float)
		d.int64 = floatBits(d.float)
	case schema.KindBool:
		d.bool = gather(d.bufB, v.Bool, valid, nulls, order)
		d.bufB = keep(d.bufB, d.bool, v.Bool)
		d.n = len(d.bool)
	case schema.KindBytes:
		d.bufR = selectRows(d.bufR, v.Rows(), valid, nulls, order)
		d.text, d.rows = v, d.bufR
		d.n = len(d.rows)
	}
}

// keep returns the larger buffer, but never the batch's own memory.
func keep[T any](buf, gathered, batch []T) []T {
	if cap(gathered) == 0 || len(batch) > 0 && unsafe.SliceData(gathered) == unsafe.SliceData(batch) {
		return buf
	}
	return gathered
}

// floatBits views floats as the integers of the same bits, which is how they
// are written.
func floatBits(f []float64) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(f))), len(f))
}

// size is how many bytes a run of values takes when written plainly.
func (d *values) size(from, to int) int {
	switch d.kind {
	case schema.KindInt32:
		return 4 * (to - from)
	case schema.KindBytes:
		n := 4 * (to - from)
		for _, r := range d.rows[from:to] {
			n += int(d.text.Offsets[r+1] - d.text.Offsets[r])
		}
		return n
	default:
		return 8 * (to - from)
	}
}

func (d *values) boundsOf(from, to int) bounds {
	switch d.kind {
	case schema.KindInt32:
		return intBounds(d.int32[from:to])
	case schema.KindInt64:
		return intBounds(d.int64[from:to])
	case schema.KindFloat64:
		return floatBounds(d.float[from:to])
	case schema.KindBool:
		return boolBounds(d.bool[from:to])
	default:
		return textBounds(d.text, d.rows[from:to])
	}
}

// appendTexts appends texts of v in the plain encoding.
func appendTexts(dst []byte, v *schema.Vector, rows []int32) []byte {
	for _, r := range rows {
		x := v.Text(int(r))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(x)))
		dst = append(dst, x...)
	}
	return dst
}

// appendBools appends one bit per value, the first one lowest.
func appendBools(dst []byte, values []bool) []byte {
	for len(values) > 0 {
		n := min(8, len(values))
		var b byte
		for i, x := range values[:n] {
			b |= bit(x) << i
		}
		dst = append(dst, b)
		values = values[n:]
	}
	return dst
}
