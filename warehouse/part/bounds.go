package part

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"weir/warehouse/schema"
)

// boundBytes is how much of a text its bound keeps.
const boundBytes = 64

// bounds are the extreme values of a run of values. Which pair counts follows from
// the kind: ints for INT32, INT64 and BOOLEAN, floats or texts.
type bounds struct {
	known    bool // there is a value and none of them is NaN
	nan      bool
	lo, hi   int64
	flo, fhi float64
	tlo, thi []byte // lent by the batch
}

type integer interface{ int32 | int64 }

func intBounds[T integer](values []T) bounds {
	if len(values) == 0 {
		return bounds{}
	}
	lo, hi := values[0], values[0]
	for _, x := range values[1:] {
		lo, hi = min(lo, x), max(hi, x)
	}
	return bounds{known: true, lo: int64(lo), hi: int64(hi)}
}

func floatBounds(values []float64) bounds {
	if len(values) == 0 {
		return bounds{}
	}
	lo, hi := values[0], values[0]
	nan := false
	for _, x := range values {
		if x < lo {
			lo = x
		}
		if x > hi {
			hi = x
		}
		nan = nan || x != x
	}
	return bounds{known: !nan, nan: nan, flo: lo, fhi: hi}
}

func boolBounds(values []bool) bounds {
	if len(values) == 0 {
		return bounds{}
	}
	b := bounds{known: true, lo: 1}
	for _, x := range values {
		b.lo, b.hi = min(b.lo, int64(bit(x))), max(b.hi, int64(bit(x)))
	}
	return b
}

func textBounds(v *schema.Vector, rows []int32) bounds {
	if len(rows) == 0 {
		return bounds{}
	}
	lo := v.Text(int(rows[0]))
	hi, before := lo, lo
	first, last := beginning(lo), beginning(hi)
	for _, r := range rows[1:] {
		x := v.Text(int(r))
		if b := beginning(x); first < b && b < last || bytes.Equal(x, before) {
			continue // nearly all
		}
		before = x
		if bytes.Compare(x, lo) < 0 {
			lo, first = x, beginning(x)
		} else if bytes.Compare(x, hi) > 0 {
			hi, last = x, beginning(x)
		}
	}
	return bounds{known: true, tlo: lo, thi: hi}
}

// beginning returns a number of the first bytes of a text. Those of two texts are in
// the order of the texts, or equal.
func beginning(x []byte) uint64 {
	if len(x) >= 8 {
		return binary.BigEndian.Uint64(x)
	}
	var b [8]byte
	copy(b[:], x)
	return binary.BigEndian.Uint64(b[:])
}

// merge widens b by o; both are of the kind.
func (b *bounds) merge(o bounds, kind schema.Kind) {
	if o.nan || b.nan {
		*b = bounds{nan: true}
		return
	}
	if !o.known {
		return
	}
	if !b.known {
		*b = o
		return
	}
	switch kind {
	case schema.KindFloat64:
		b.flo, b.fhi = min(b.flo, o.flo), max(b.fhi, o.fhi)
	case schema.KindBytes:
		if bytes.Compare(o.tlo, b.tlo) < 0 {
			b.tlo = o.tlo
		}
		if bytes.Compare(o.thi, b.thi) > 0 {
			b.thi = o.thi
		}
	default:
		b.lo, b.hi = min(b.lo, o.lo), max(b.hi, o.hi)
	}
}

// encode returns the bounds as Parquet's statistics hold them. Zeros of
// floating point are widened over both signs, as the format asks.
func (b *bounds) encode(kind schema.Kind) (lo, hi []byte) {
	switch kind {
	case schema.KindInt32:
		buf := binary.LittleEndian.AppendUint32(make([]byte, 0, 8), uint32(b.lo))
		return buf[:4:4], binary.LittleEndian.AppendUint32(buf, uint32(b.hi))[4:]
	case schema.KindInt64:
		buf := binary.LittleEndian.AppendUint64(make([]byte, 0, 16), uint64(b.lo))
		return buf[:8:8], binary.LittleEndian.AppendUint64(buf, uint64(b.hi))[8:]
	case schema.KindFloat64:
		flo, fhi := b.flo, b.fhi
		if flo == 0 {
			flo = math.Copysign(0, -1)
		}
		if fhi == 0 {
			fhi = 0
		}
		buf := binary.LittleEndian.AppendUint64(make([]byte, 0, 16), math.Float64bits(flo))
		return buf[:8:8], binary.LittleEndian.AppendUint64(buf, math.Float64bits(fhi))[8:]
	case schema.KindBool:
		return []byte{byte(b.lo)}, []byte{byte(b.hi)}
	default:
		return bytes.Clone(lowerText(b.tlo)), bytes.Clone(upperText(b.thi))
	}
}

// lowerText returns a text of at most boundBytes that is not above b.
func lowerText(b []byte) []byte {
	if len(b) <= boundBytes {
		return b
	}
	n := boundBytes
	for n > boundBytes-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// upperText returns a short text that is not below b: the beginning of b with
// its last character raised. It is b itself where no character can be raised.
func upperText(b []byte) []byte {
	p := lowerText(b)
	if len(p) == len(b) {
		return b
	}
	for len(p) > 0 {
		r, size := utf8.DecodeLastRune(p)
		p = p[:len(p)-size]
		switch {
		case r == utf8.RuneError && size == 1:
			return b
		case r == 0xD7FF: // the surrogates follow, which are no characters
			r = 0xE000
		case r == utf8.MaxRune:
			continue
		default:
			r++
		}
		return utf8.AppendRune(bytes.Clone(p), r)
	}
	return b
}
