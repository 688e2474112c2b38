package output

import (
	"bytes"
	"testing"
)

// TestTerminalText writes hostile text, in one piece and byte by byte.
func TestTerminalText(t *testing.T) {
	const hostile = "a\x1b[2J\u009b1m,\u202etxt.exe\u2066\r\n\tb\x07\x7f é€😀\xff\U000e0041"
	const want = `a\u001b[2J\u009b1m,\u202etxt.exe\u2066\u000d` + "\n\tb" + `\u0007\u007f é€😀\u00ff\udb40\udc41`
	for _, size := range []int{1, 3, len(hostile)} {
		var out bytes.Buffer
		w := &terminalText{w: &out}
		for b := []byte(hostile); len(b) > 0; {
			n := min(size, len(b))
			if got, err := w.Write(b[:n]); got != n || err != nil {
				t.Fatal(got, err)
			}
			b = b[n:]
		}
		if out.String() != want {
			t.Errorf("in pieces of %d: %q, want %q", size, &out, want)
		}
	}
}
