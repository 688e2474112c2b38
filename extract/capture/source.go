package capture

import (
	"errors"
	"fmt"
	"io"
)

const (
	slabBytes   = 256 << 10
	slabPackets = 4096
	// keptBytes is how much of a packet is kept at the most: no header reaches
	// beyond it, and no IP packet but a jumbogram. The rest of a larger record is passed
	// over, so that no record takes much memory whatever its snaplen allows.
	keptBytes = 256 << 10
)

// parser parses the records of one container.
type parser interface {
	// parse appends the packets at the beginning of b to s, until s has
	// slabPackets, and returns how far it came. What it has not consumed is
	// shown to it again at the beginning of the next b, and more after it.
	parse(s *Slab, b []byte) (int, verdict)
	// clip tells that the excess of the record at hand has been taken out of what
	// it is shown.
	clip()
}

// verdict tells why a parser stopped before a full slab. All is empty at
// the boundary of two records.
type verdict struct {
	// need is how many bytes of the record at hand must be there, and cut what
	// to say if the capture ends before.
	need int
	cut  string
	// excess is how many bytes after those needed are to be taken out.
	excess int64
	// bad tells why the capture ends here.
	bad string
}

// file is the Source of a capture that is read as a stream of bytes.
type file struct {
	name    string
	parser  parser
	in      filler // decompressed; errors are io.EOF, *damage or of reading
	raw     *counted
	close   func() error
	info    ledger
	carry   []byte // read and not yet parsed
	offset  int64  // place of carry[0] in the decompressed capture
	packets int64
	end     error // what Read returns once it has no packets
}

func (f *file) Read(s *Slab) error {
	s.First, s.Packets, s.Seams = f.packets, s.Packets[:0], s.Seams[:0]
	if f.end != nil {
		s.Bytes = s.Bytes[:0]
		return f.end
	}
	b := roomy(s.Bytes)
	n := copy(b, f.carry)
	for {
		var err error
		n, err = f.in.fill(b, n)
		pos, v := f.parser.parse(s, b[:n])
		done := true
		switch {
		case v.bad != "":
			f.warn(v.bad, pos, s)
			f.end = io.EOF
		case len(s.Packets) == slabPackets:
		case v.excess > 0 && n-pos >= v.need:
			if len(s.Packets) > 0 {
				break
			}
			if n, err = f.takeOut(b, pos+v.need, n, v.excess); err != nil {
				f.finish(err, v, pos, n, s)
				break
			}
			done = false
		case err != nil:
			f.finish(err, v, pos, n, s)
		case len(s.Packets) == 0:
			done = false
		}
		if done {
			s.Bytes = b[:pos]
			f.carry = append(f.carry[:0], b[pos:n]...)
			f.offset += int64(pos)
			f.packets += int64(len(s.Packets))
			break
		}
		if pos == 0 {
			if n == len(b) {
				b = grow(b, v.need)
			}
			continue
		}
		n = copy(b, b[pos:n])
		f.offset += int64(pos)
	}
	if len(s.Packets) == 0 {
		return f.end
	}
	return nil
}

// takeOut takes bytes out of the stream, of which b[:n] has been read, from b[at]
// on, and returns what is then of b.
func (f *file) takeOut(b []byte, at, n int, excess int64) (int, error) {
	have := int(min(excess, int64(n-at)))
	n = at + copy(b[at:], b[at+have:n])
	f.offset += int64(have)
	left := excess - int64(have)
	passed := make([]byte, min(left, slabBytes))
	for left > 0 {
		m, err := f.in.fill(passed[:min(left, slabBytes)], 0)
		f.offset += int64(m)
		if left -= int64(m); err != nil {
			return n, err
		}
	}
	f.parser.clip()
	return n, nil
}

// finish ends the source where its stream has ended, at b[n], with a record of
// which not all is there at b[pos].
func (f *file) finish(err error, v verdict, pos, n int, s *Slab) {
	f.end = io.EOF
	var d *damage
	switch {
	case errors.As(err, &d):
		f.info.warn(fmt.Sprintf("%s after %d decompressed bytes", d.what, f.offset+int64(n)))
	case err != io.EOF:
		f.end = fmt.Errorf("read %s at byte %d: %w", f.name, f.raw.n.Load(), err)
		return
	}
	if v.need > 0 {
		f.warn(v.cut, pos, s)
	}
}

// warn notes what is wrong with the record at b[pos], which comes after the packets of s.
func (f *file) warn(what string, pos int, s *Slab) {
	packets := "packets"
	n := f.packets + int64(len(s.Packets))
	if n == 1 {
		packets = "packet"
	}
	f.info.warn(fmt.Sprintf("%s at byte %d, after %d %s", what, f.offset+int64(pos), n, packets))
}

// roomy returns a buffer of the bytes of a slab, making one where there is
// none or where one large record has left an unusual one.
func roomy(b []byte) []byte {
	if cap(b) < slabBytes || cap(b) > 4*slabBytes {
		return make([]byte, slabBytes)
	}
	return b[:slabBytes]
}

// grow makes room for a record of need bytes, but never for more than twice
// what has arrived of it.
func grow(b []byte, need int) []byte {
	bigger := make([]byte, min(need, 2*len(b)))
	copy(bigger, b)
	return bigger
}

// Info returns what is known so far. It is safe for concurrent use.
func (f *file) Info() Info {
	info := f.info.get()
	info.Consumed = f.raw.n.Load()
	return info
}

// Close gives up the file and the decompressor. The source must not be read afterwards.
func (f *file) Close() error {
	if err := f.close(); err != nil {
		return fmt.Errorf("close %s: %w", f.name, err)
	}
	return nil
}
