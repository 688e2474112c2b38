package capture

import (
	"errors"
	"io"
)

// decoded tells apart what can end a compressed stream.
type decoded struct {
	r           io.Reader
	raw         *counted
	compression string
}

func (d *decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	return n, d.judge(err)
}

// judge returns the error of reading the file if there was one, and otherwise
// a *damage for what the decompressor complains of.
func (d *decoded) judge(err error) error {
	switch {
	case err == nil || err == io.EOF:
		return err
	case d.raw.err != nil:
		return d.raw.err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return &damage{d.compression + " stream cut off", err}
	}
	return &damage{d.compression + " stream damaged (" + err.Error() + ")", err}
}

// aheadBuffers is how many buffers of slabBytes a decompressor may be ahead.
const aheadBuffers = 3

// ahead reads a stream in a goroutine of its own.
type ahead struct {
	filled chan run
	free   chan []byte
	quit   chan struct{}
	gone   chan struct{}

	now  run // what Read is at
	left []byte
}

// run is a filled buffer, and the error that came after it.
type run struct {
	b   []byte
	err error
}

func readAhead(r io.Reader) *ahead {
	a := &ahead{
		filled: make(chan run, aheadBuffers),
		free:   make(chan []byte, aheadBuffers),
		quit:   make(chan struct{}),
		gone:   make(chan struct{}),
	}
	for range aheadBuffers {
		a.free <- nil
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	defer close(a.gone)
	in := filler{r: r}
	for {
		var b []byte
		select {
		case b = <-a.free:
		case <-a.quit:
			return
		}
		if b == nil {
			b = make([]byte, slabBytes)
		}
		n, err := in.fill(b[:slabBytes], 0)
		// There is room for all buffers, so that this does not block.
		a.filled <- run{b[:n], err}
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.left) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.b != nil {
			a.free <- a.now.b
		}
		a.now = <-a.filled
		a.left = a.now.b
	}
	n := copy(p, a.left)
	a.left = a.left[n:]
	return n, nil
}

// stop ends the goroutine and waits for it.
func (a *ahead) stop() {
	close(a.quit)
	<-a.gone
}
