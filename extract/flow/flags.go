package flow

import (
	"bytes"

	"weir/extract/decode"
)

// flagCount is how many packets of each direction carried exactly one set of
// TCP flags.
type flagCount struct {
	packets [2]int64
	flags   uint16
}

// fewFlags is how many sets nearly all flows stay below.
const fewFlags = 6

// flagSets counts packets by their set of flags; every flag column follows from
// these counts. The first sets lie together, apart from their counts, so that
// looking for one touches one line of a cache.
type flagSets struct {
	more   *[]flagCount // nil before the first
	few    [fewFlags]uint16
	used   uint8
	counts [fewFlags][2]int64 // of few, packets of each direction
}

func (s *flagSets) add(flags uint16, dir int) {
	for i, f := range s.few[:s.used] {
		if f == flags {
			s.counts[i][dir]++
			return
		}
	}
	if s.used < fewFlags {
		s.few[s.used] = flags
		s.counts[s.used][dir]++
		s.used++
		return
	}
	s.addMore(flags, dir)
}

// addMore counts a packet with a set that few flows have.
func (s *flagSets) addMore(flags uint16, dir int) {
	if s.more == nil {
		s.more = new([]flagCount)
	}
	more := *s.more
	for i := range more {
		if more[i].flags == flags {
			more[i].packets[dir]++
			return
		}
	}
	c := flagCount{flags: flags}
	c.packets[dir] = 1
	*s.more = append(more, c)
}

// rest returns the counts of all but the first few sets.
func (s *flagSets) rest() []flagCount {
	if s.more == nil {
		return nil
	}
	return *s.more
}

// all visits the sets and how many packets of each direction carried them.
func (s *flagSets) all(visit func(flags uint16, packets [2]int64) bool) {
	for i, f := range s.few[:s.used] {
		if !visit(f, s.counts[i]) {
			return
		}
	}
	for _, c := range s.rest() {
		if !visit(c.flags, c.packets) {
			return
		}
	}
}

// put sets cells to how many packets of each direction had each flag of
// flagColumns, and to how many of both had SYN and not ACK.
func (s *flagSets) put(to cells) {
	clear(to)
	synOnly := &to[2*len(flagColumns)]
	for flags, packets := range s.all {
		for i := range flagColumns {
			if flags&flagColumns[i].bit != 0 {
				to[2*i] += packets[fwd]
				to[2*i+1] += packets[bwd]
			}
		}
		if flags&(decode.SYN|decode.ACK) == decode.SYN {
			*synOnly += packets[fwd] + packets[bwd]
		}
	}
}

// flagLetters spells bits 0 to 8 in the order they are written.
const flagLetters = "FSRPAUECN"

// flagText spells a set of flags, padded with zeros, so that sets compare as text.
type flagText [len(flagLetters)]byte

func textOf(flags uint16) (text flagText) {
	n := 0
	for i := range len(flagLetters) {
		if flags&(1<<i) != 0 {
			text[n] = flagLetters[i]
			n++
		}
	}
	return text
}

// appendText appends the distinct sets as letters, sorted as text and joined
// by commas.
func (s *flagSets) appendText(dst []byte) []byte {
	var room [16]flagText
	sorted := room[:0]
	for flags := range s.all {
		text := textOf(flags)
		i := len(sorted)
		sorted = append(sorted, text)
		for ; i > 0 && bytes.Compare(sorted[i-1][:], text[:]) > 0; i-- {
			sorted[i] = sorted[i-1]
		}
		sorted[i] = text
	}
	for i := range sorted {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, bytes.TrimRight(sorted[i][:], "\x00")...)
	}
	return dst
}
