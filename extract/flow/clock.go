package flow

import "math"

// since returns how long after earlier a time is: 0 where it is before, and
// at most what 64 bits hold, which is 292 years. Timestamps may be corrupt, so
// that their plain difference overflows.
func since(t, earlier int64) int64 {
	if t <= earlier {
		return 0
	}
	if d := t - earlier; d >= 0 {
		return d
	}
	return math.MaxInt64
}

// plus adds two spans of time, neither negative, and stays at what 64 bits hold.
func plus(a, b int64) int64 {
	if sum := a + b; sum >= 0 {
		return sum
	}
	return math.MaxInt64
}
