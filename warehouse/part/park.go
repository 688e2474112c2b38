package part

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
)

// parked is what a file has to remember until it is closed, packed: some hundred
// bytes a chunk become some tens, and nine bytes a row of a late column become one or two.
type parked struct{ entries, late []byte }

// Park packs what the file remembers of its row groups, for one that is closed
// much later. Any other call unpacks it.
func (f *File) Park() error {
	if f.err != nil || f.parked != nil {
		return f.err
	}
	p := &parked{}
	p.entries, f.err = packed(f.packEntries)
	if f.err == nil {
		p.late, f.err = packed(f.packLate)
	}
	if f.err != nil {
		f.err = fmt.Errorf("pack row groups: %w", f.err)
		return f.err
	}
	for i := range f.late {
		f.late[i].codes, f.late[i].packets = nil, nil
	}
	f.parked, f.entries = p, nil
	return nil
}

// unpark undoes Park.
func (f *File) unpark() {
	if f.parked == nil || f.err != nil {
		return
	}
	p := f.parked
	f.parked = nil
	f.entries = make([]entry, len(f.groups)*len(f.columns))
	err := unpacked(p.entries, f.unpackEntries)
	if err == nil {
		err = unpacked(p.late, f.unpackLate)
	}
	if err != nil {
		f.err = fmt.Errorf("unpack row groups: %w", err)
	}
}

func (f *File) packEntries(z io.Writer) error {
	for i := range f.entries {
		x := &f.entries[i]
		for _, b := range [][]byte{x.meta, x.columns, x.offsets} {
			if err := blob(z, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *File) unpackEntries(r *bytes.Reader) error {
	for i := range f.entries {
		x := &f.entries[i]
		for _, b := range []*[]byte{&x.meta, &x.columns, &x.offsets} {
			var err error
			if *b, err = unblob(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *File) packLate(z io.Writer) error {
	var b []byte
	for i := range f.late {
		l := &f.late[i]
		b = append(binary.AppendUvarint(b[:0], uint64(len(l.codes))), l.codes...)
		last := int64(0)
		for _, p := range l.packets {
			b = binary.AppendVarint(b, p-last)
			last = p
		}
		if _, err := z.Write(b); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) unpackLate(b *bytes.Reader) error {
	for i := range f.late {
		l := &f.late[i]
		n, err := binary.ReadUvarint(b)
		if err != nil {
			return err
		}
		l.codes, l.packets = make([]uint8, n), make([]int64, n)
		if _, err := io.ReadFull(b, l.codes); err != nil {
			return err
		}
		last := int64(0)
		for r := range l.packets {
			d, err := binary.ReadVarint(b)
			if err != nil {
				return err
			}
			last += d
			l.packets[r] = last
		}
	}
	return nil
}

// packed returns what write writes, compressed.
func packed(write func(io.Writer) error) ([]byte, error) {
	var out bytes.Buffer
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := write(z); err != nil {
		return nil, err
	}
	err = z.Close()
	return bytes.Clone(out.Bytes()), err
}

func unpacked(b []byte, read func(*bytes.Reader) error) error {
	whole, err := io.ReadAll(flate.NewReader(bytes.NewReader(b)))
	if err != nil {
		return err
	}
	return read(bytes.NewReader(whole))
}

// blob writes bytes with their number before them.
func blob(z io.Writer, b []byte) error {
	if _, err := z.Write(binary.AppendUvarint(nil, uint64(len(b)))); err != nil {
		return err
	}
	_, err := z.Write(b)
	return err
}

func unblob(r *bytes.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}
