package main

import (
	"strconv"

	"weir/extract/capture"
)

// passedOver are the files of directories that are no captures. In JSON they
// are their number.
type passedOver []capture.Entry

// tell tells how many there are and, if asked for more, which and why.
func (p passedOver) tell(say func(format string, args ...any), verbose bool) {
	if len(p) == 0 {
		return
	}
	hint := " (-v tells which)"
	if verbose {
		hint = ""
		for _, e := range p {
			say("passed over %s", e.Err)
		}
	}
	say("%s passed over%s", count(int64(len(p)), "other file"), hint)
}

// MarshalJSON writes the number.
func (p passedOver) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(len(p)), 10), nil
}
