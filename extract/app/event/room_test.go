package event

import (
	"bytes"
	"testing"
)

// Copies keep what they were made of, whatever is copied later or appended to one.
func TestRoomCopies(t *testing.T) {
	var r Room[byte]
	var copies, want [][]byte
	for i := range 2000 {
		b := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, i%1500)
		c := r.Copy(b)
		want = append(want, bytes.Clone(b))
		copies = append(copies, c)
		clear(b)
		_ = append(c, "over the next"...)
	}
	for i := range copies {
		if !bytes.Equal(copies[i], want[i]) {
			t.Fatalf("copy %d of %d bytes has changed", i, len(want[i]))
		}
	}
	if c := r.Copy(nil); c != nil {
		t.Errorf("a copy of nothing is %v", c)
	}
	short := []byte("www.example.com")
	if n := testing.AllocsPerRun(500, func() { r.Copy(short) }); n > 0 {
		t.Errorf("%v allocations for a short copy", n)
	}
}
