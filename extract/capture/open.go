package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// headBytes is enough of a file to recognise it by.
	headBytes = 32
	// maxWindow is what the zstd program itself takes without being asked to.
	maxWindow = 128 << 20
	// The window is allocated before anything is known to fill it. A file that is
	// smaller than smallFile compressed gets no more than smallWindow.
	smallFile   = 64 << 10
	smallWindow = 64 << 20
)

// Open opens a capture file. The error is a *NotCaptureError if the file is
// something else. The caller must close the source.
func Open(path string) (Source, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	src, err := open(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	stop := src.close
	src.close = func() error {
		return errors.Join(stop(), f.Close())
	}
	return src, nil
}

// OpenReader opens a capture that r yields; name stands for it in errors. It
// reads r only in Read and, if it is compressed, in a goroutine of its own until
// Close, which waits for a read that is under way. It does not close r.
func OpenReader(name string, r io.Reader) (Source, error) {
	src, err := open(name, r)
	if err != nil {
		return nil, err
	}
	return src, nil
}

func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil {
		f.Close()
		return nil, err
	} else if st.IsDir() {
		f.Close()
		return nil, fmt.Errorf("open %s: is a directory", path)
	}
	return f, nil
}

func open(name string, r io.Reader) (*file, error) {
	f := &file{name: name, raw: &counted{r: r}}
	c, err := uncover(name, f.raw)
	if err != nil {
		return nil, err
	}
	f.parser, f.carry, err = recognise(name, c, &f.info)
	if err != nil {
		c.close()
		return nil, err
	}
	f.offset = int64(len(c.head) - len(f.carry))
	f.in.r, f.close = c.rest, func() error { c.close(); return nil }
	if c.compression != "" {
		ahead := readAhead(c.rest)
		f.in.r, f.close = ahead, func() error { ahead.stop(); c.close(); return nil }
	}
	return f, nil
}

// content is a file without its compression.
type content struct {
	compression string // "", "gzip" or "zstd"
	head        []byte // its first bytes
	rest        io.Reader
	close       func()
}

// uncover recognises the compression of a file.
func uncover(name string, raw *counted) (*content, error) {
	head, err := readHead(raw)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(head) == 0 {
		return nil, &NotCaptureError{name, "empty file"}
	}
	c := &content{head: head, rest: raw, close: func() {}}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		c.compression = "gzip"
	case isZstd(head):
		c.compression = "zstd"
	default:
		return c, nil
	}
	d := &decoded{raw: raw, compression: c.compression}
	c.rest = d
	whole := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(head), raw), 128<<10)
	d.r, c.close, err = decompress(c.compression, whole)
	if err == nil {
		c.head, err = readHead(d)
	} else {
		c.head, err = nil, d.judge(err)
	}
	if err = c.refuse(name, err); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// decompress returns the decompressor and how to let go of it.
func decompress(compression string, r *bufio.Reader) (io.Reader, func(), error) {
	if compression == "gzip" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, func() {}, err
		}
		return z, func() { z.Close() }, nil
	}
	window := uint64(maxWindow)
	if head, err := r.Peek(smallFile); len(head) < smallFile && err != nil {
		window = smallWindow
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, func() {}, err
	}
	return z, z.Close, nil
}

// refuse says why a compressed file cannot be recognised, if it has no beginning.
func (c *content) refuse(name string, err error) error {
	var d *damage
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded) && len(c.head) == 0:
		// What is in it cannot be told, so it is not passed off as something else.
		return fmt.Errorf("%s: zstd window larger than %d MiB, or than %d MiB in a file of less than %d KiB", name, maxWindow>>20, smallWindow>>20, smallFile>>10)
	case errors.As(err, &d):
		if len(c.head) == 0 {
			return &NotCaptureError{name, d.what + " at its beginning"}
		}
	case err == io.EOF:
		if len(c.head) == 0 {
			return &NotCaptureError{name, "empty " + c.compression + " stream"}
		}
	case err != nil:
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// isZstd tells whether head begins a zstd frame or a skippable one.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	magic := binary.LittleEndian.Uint32(head)
	return magic == 0xfd2fb528 || magic&^0xf == 0x184d2a50
}

// readHead reads up to headBytes. The error is nil if there are as many.
func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, headBytes)
	n := 0
	for n < len(head) {
		m, err := r.Read(head[n:])
		n += m
		if err != nil && n < len(head) {
			return head[:n], err
		}
	}
	return head, nil
}

// recognise finds the parser for a content, and what of its head the
// parser is to see.
func recognise(name string, c *content, info *ledger) (parser, []byte, error) {
	format := func(container string) string {
		if c.compression != "" {
			return container + "+" + c.compression
		}
		return container
	}
	if p, ok, err := newPcap(name, c.head); ok {
		if err != nil {
			return nil, nil, err
		}
		info.info.Format = format("pcap")
		info.link(p.link)
		return p, c.head[pcapHeader:], nil
	}
	if p, ok, err := newPcapng(name, c.head, info); ok {
		if err != nil {
			return nil, nil, err
		}
		info.info.Format = format("pcapng")
		return p, c.head, nil
	}
	reason := "neither pcap nor pcapng"
	if bytes.HasPrefix(c.head, []byte("snoop\x00\x00\x00")) {
		reason = "snoop format"
	}
	if c.compression != "" {
		reason += " in " + c.compression
	}
	return nil, nil, &NotCaptureError{name, reason}
}
