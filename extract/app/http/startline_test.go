package http

import (
	"bytes"
	"testing"
)

// Controls are found at each place among eight and in what is left over.
func TestHasControl(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				b := bytes.Repeat([]byte("\tz~\x80\xff "), 4)[:n]
				b[at] = byte(c)
				if want := c < ' ' && c != '\t' || c == 0x7f; hasControl(b) != want {
					t.Fatalf("byte %#x at %d of %d: %v", c, at, n, !want)
				}
			}
		}
	}
}
