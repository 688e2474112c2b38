package capture

import (
	"math"
	"math/bits"
)

// clock turns the ticks of a pcapng interface into nanoseconds.
type clock struct {
	mul    int64 // nanoseconds of a tick, before div and shift
	div    int64
	shift  uint
	offset int64 // seconds
	// exact is the largest count of ticks, either sign, that a plain
	// multiplication turns into the right time; 0 if that never holds.
	exact int64
}

// newClock takes the octet of if_tsresol and the seconds of if_tsoffset.
func newClock(resolution uint8, offset int64) clock {
	c := clock{mul: 1, div: 1, offset: offset}
	switch n := resolution & 0x7f; {
	case resolution&0x80 != 0:
		c.mul, c.shift = 1e9, uint(n)
	case n <= 9:
		c.mul = pow10(9 - n)
	case n <= 27:
		c.div = pow10(n - 9)
	default:
		// No int64 reaches 10^19: every time is 0, or just below it.
		c.shift = 63
	}
	if c.div == 1 && c.shift == 0 && offset == 0 {
		c.exact = math.MaxInt64 / c.mul
	}
	return c
}

func pow10(n uint8) int64 {
	v := int64(1)
	for range n {
		v *= 10
	}
	return v
}

// time returns the nanoseconds since 1970 of a timestamp, rounded down and
// clamped to int64.
func (c *clock) time(ticks int64) int64 {
	if -c.exact <= ticks && ticks <= c.exact && c.exact != 0 {
		return ticks * c.mul
	}
	q := ticks / c.div
	if ticks%c.div < 0 {
		q--
	}
	hi, lo := mul128(q, c.mul)
	hi, lo = shift128(hi, lo, c.shift)
	oh, ol := mul128(c.offset, 1e9)
	lo, carry := bits.Add64(lo, ol, 0)
	hi += oh + int64(carry)
	if hi == int64(lo)>>63 {
		return int64(lo)
	}
	if hi < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}

// mul128 multiplies by a positive factor into a signed 128-bit number.
func mul128(a, factor int64) (hi int64, lo uint64) {
	h, lo := bits.Mul64(uint64(a), uint64(factor))
	hi = int64(h)
	if a < 0 {
		hi -= factor
	}
	return hi, lo
}

// shift128 shifts right by n < 128, keeping the sign: it rounds down.
func shift128(hi int64, lo uint64, n uint) (int64, uint64) {
	if n >= 64 {
		return hi >> 63, uint64(hi >> (n - 64))
	}
	return hi >> n, lo>>n | uint64(hi)<<(64-n)
}
