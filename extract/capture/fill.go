package capture

import "io"

// filler reads a stream in full buffers, so that how a pipe or a decompressor
// portions its bytes does not show.
type filler struct {
	r   io.Reader
	err error // of r, once it has one
}

// fill reads until b, of which n bytes are there, is full. It returns an error
// only if it is not; the error of a read that filled it is kept.
func (f *filler) fill(b []byte, n int) (int, error) {
	idle := 0
	for n < len(b) && f.err == nil {
		var m int
		m, f.err = f.r.Read(b[n:])
		n += m
		if idle++; m > 0 {
			idle = 0
		} else if idle == 100 && f.err == nil {
			f.err = io.ErrNoProgress
		}
	}
	if n < len(b) {
		return n, f.err
	}
	return n, nil
}
