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

// flagSets counts packets by their set of flags. Nearly all flows show fewer
// than len(few) sets; every flag column follows from these counts.
type flagSets struct {
	few  [6]flagCount
	used int
	more []flagCount
}

func (s *flagSets) add(flags uint16, dir int) {
	for i := range s.few[:s.used] {
		if s.few[i].flags == flags {
			s.few[i].packets[dir]++
			return
		}
	}
	for i := range s.more {
		if s.more[i].flags == flags {
			s.more[i].packets[dir]++
			return
		}
	}
	c := flagCount{flags: flags}
	c.packets[dir] = 1
	if s.used < len(s.few) {
		s.few[s.used] = c
		s.used++
		return
	}
	s.more = append(s.more, c)
}

// packets counts the packets of one direction with any of the flags set.
func (s *flagSets) packets(flag uint16, dir int) int64 {
	var n int64
	for _, c := range s.few[:s.used] {
		if c.flags&flag != 0 {
			n += c.packets[dir]
		}
	}
	for _, c := range s.more {
		if c.flags&flag != 0 {
			n += c.packets[dir]
		}
	}
	return n
}

// synOnly counts the packets of both directions with SYN and without ACK.
func (s *flagSets) synOnly() int64 {
	var n int64
	for _, list := range [][]flagCount{s.few[:s.used], s.more} {
		for _, c := range list {
			if c.flags&(decode.SYN|decode.ACK) == decode.SYN {
				n += c.packets[fwd] + c.packets[bwd]
			}
		}
	}
	return n
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
	for _, list := range [][]flagCount{s.few[:s.used], s.more} {
		for _, c := range list {
			text := textOf(c.flags)
			i := len(sorted)
			sorted = append(sorted, text)
			for ; i > 0 && bytes.Compare(sorted[i-1][:], text[:]) > 0; i-- {
				sorted[i] = sorted[i-1]
			}
			sorted[i] = text
		}
	}
	for i := range sorted {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, bytes.TrimRight(sorted[i][:], "\x00")...)
	}
	return dst
}
