package flow

import (
	"math"
	"math/bits"
)

// squares is an exact sum of squares, 128 bits wide: gaps in nanoseconds and
// lengths of hostile headers overflow 64 bits, and a float would lose what
// the subtraction in deviation needs. It stays at its limit once it is there,
// after some four gaps of two centuries each.
type squares struct{ lo, hi uint64 }

func (s *squares) add(x uint64) {
	hi, lo := bits.Mul64(x, x)
	*s = s.plus(squares{lo, hi})
}

func (s squares) plus(t squares) squares {
	lo, carry := bits.Add64(s.lo, t.lo, 0)
	hi, carry := bits.Add64(s.hi, t.hi, carry)
	if carry != 0 {
		return squares{math.MaxUint64, math.MaxUint64}
	}
	return squares{lo, hi}
}

// deviation returns the sample standard deviation of n values with that sum
// and sum of squares; 0 for n < 2.
func deviation(n, sum uint64, sq squares) float64 {
	if n < 2 {
		return 0
	}
	// n·Σx² − (Σx)² in 192 bits, which always hold it.
	over, mid := bits.Mul64(sq.hi, n)
	hi, lo := bits.Mul64(sq.lo, n)
	hi, carry := bits.Add64(hi, mid, 0)
	over += carry
	shi, slo := bits.Mul64(sum, sum)
	lo, borrow := bits.Sub64(lo, slo, 0)
	hi, borrow = bits.Sub64(hi, shi, borrow)
	over, borrow = bits.Sub64(over, 0, borrow)
	if borrow != 0 {
		return 0 // only where the squares have reached their limit
	}
	return math.Sqrt((float64(over)*0x1p128 + float64(hi)*0x1p64 + float64(lo)) / (float64(n) * float64(n-1)))
}

// lengths are the extremes and squares of packet lengths; their number and
// sum are kept by the direction.
type lengths struct {
	squares  squares
	min, max uint32
}

func (l *lengths) add(x uint32, first bool) {
	l.squares.add(uint64(x))
	if first {
		l.min, l.max = x, x
		return
	}
	l.min, l.max = min(l.min, x), max(l.max, x)
}

// spans are statistics of a set of time spans, in nanoseconds; their number is
// kept by who has them.
type spans struct {
	squares         squares
	total, min, max int64
}

func (s *spans) add(d int64, first bool) {
	s.squares.add(uint64(d))
	s.total = plus(s.total, d)
	if first {
		s.min, s.max = d, d
		return
	}
	s.min, s.max = min(s.min, d), max(s.max, d)
}

// deviationUS returns the sample standard deviation of n spans in microseconds.
func (s *spans) deviationUS(n int64) float64 {
	return deviation(uint64(n), uint64(s.total), s.squares) / 1000
}

// periods are time spans and their number.
type periods struct {
	spans
	count int64
}

func (p *periods) add(d int64) {
	p.spans.add(d, p.count == 0)
	p.count++
}
