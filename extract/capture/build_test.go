package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
)

// order is a byte order to write test captures in.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = map[string]order{"little": binary.LittleEndian, "big": binary.BigEndian}

// pcapFile is a classic pcap's header.
func pcapFile(o order, magic, snaplen, link uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, snaplen)
	return o.AppendUint32(b, link)
}

func pcapRecord(o order, sec, frac, length uint32, data []byte) []byte {
	b := o.AppendUint32(nil, sec)
	b = o.AppendUint32(b, frac)
	b = o.AppendUint32(b, uint32(len(data)))
	b = o.AppendUint32(b, length)
	return append(b, data...)
}

// ngBlock frames a block's body.
func ngBlock(o order, kind uint32, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	for len(all)%4 != 0 {
		all = append(all, 0)
	}
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(len(all)+12))
	b = append(b, all...)
	return o.AppendUint32(b, uint32(len(all)+12))
}

func ngSection(o order) []byte {
	b := o.AppendUint32(nil, 0x1a2b3c4d)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	return ngBlock(o, 0x0a0d0d0a, o.AppendUint64(b, math.MaxUint64))
}

func ngOption(o order, code uint16, value []byte) []byte {
	b := o.AppendUint16(nil, code)
	b = o.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func ngInterface(o order, link uint16, snaplen uint32, options ...[]byte) []byte {
	b := o.AppendUint16(nil, link)
	b = o.AppendUint16(b, 0)
	b = o.AppendUint32(b, snaplen)
	return ngBlock(o, 1, b, bytes.Join(options, nil))
}

func ngEnhanced(o order, in uint32, ticks int64, length uint32, data []byte) []byte {
	b := o.AppendUint32(nil, in)
	b = o.AppendUint32(b, uint32(uint64(ticks)>>32))
	b = o.AppendUint32(b, uint32(ticks))
	b = o.AppendUint32(b, uint32(len(data)))
	b = o.AppendUint32(b, length)
	return ngBlock(o, 6, b, data)
}

func ngObsolete(o order, in uint16, ticks int64, length uint32, data []byte) []byte {
	b := o.AppendUint16(nil, in)
	b = o.AppendUint16(b, 0xffff)
	b = o.AppendUint32(b, uint32(uint64(ticks)>>32))
	b = o.AppendUint32(b, uint32(ticks))
	b = o.AppendUint32(b, uint32(len(data)))
	b = o.AppendUint32(b, length)
	return ngBlock(o, 2, b, data)
}

func ngSimple(o order, length uint32, data []byte) []byte {
	return ngBlock(o, 3, o.AppendUint32(nil, length), data)
}

func ngStatistics(o order, in uint32, options ...[]byte) []byte {
	b := o.AppendUint32(nil, in)
	b = append(b, make([]byte, 8)...)
	return ngBlock(o, 5, b, bytes.Join(options, nil))
}

// joined concatenates parts of a file.
func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// record is a packet with its bytes, kept.
type record struct {
	Packet
	data string
}

// result is all that a source has told.
type result struct {
	records []record
	cuts    []int // packets of each slab
	info    Info
	err     error // nil at io.EOF
}

// collect reads all of r.
func collect(t testing.TB, r io.Reader) result {
	t.Helper()
	src, err := OpenReader("test", r)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var res result
	var s Slab
	for {
		err := src.Read(&s)
		if s.First != int64(len(res.records)) {
			t.Fatalf("slab begins with packet %d, %d came before", s.First, len(res.records))
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				res.err = err
			}
			res.info = src.Info()
			return res
		}
		for i, p := range s.Packets {
			data := string(s.Data(i))
			p.Offset = 0
			res.records = append(res.records, record{p, data})
		}
		res.cuts = append(res.cuts, len(s.Packets))
	}
}

func collectBytes(t testing.TB, b []byte) result {
	t.Helper()
	return collect(t, bytes.NewReader(b))
}
