package schema

import "slices"

// Packets are numbers of packets in a capture, in ascending order.
type Packets []int64

// PacketSearch looks numbers up in Packets. It is fast for numbers that mostly ascend
// slowly, as those of the rows of a file do.
type PacketSearch struct {
	Packets Packets
	at      int // all numbers before are below the last one looked up, the others are not
}

// Has reports whether a number is there.
func (s *PacketSearch) Has(n int64) bool {
	p, at := s.Packets, s.at
	if at > 0 && p[at-1] >= n || at < len(p) && p[at] < n {
		at, _ = slices.BinarySearch(p, n)
		s.at = at
	}
	return at < len(p) && p[at] == n
}
