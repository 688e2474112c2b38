package scenario

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
)

// Link types of capture files.
const (
	linkEthernet = 1
	linkRaw      = 101
)

// defaultSnaplen is the snapshot length that says nothing is cut off.
const defaultSnaplen = 262144

// appender is a byte order that a container is written in.
type appender interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcap returns an Ethernet trace as a classic capture file, in microseconds
// or nanoseconds.
func pcap(order appender, nanoseconds bool, t *trace) []byte {
	magic, unit := uint32(0xa1b2c3d4), 1000
	if nanoseconds {
		magic, unit = 0xa1b23c4d, 1
	}
	f := order.AppendUint32(nil, magic)
	f = order.AppendUint16(f, 2)
	f = order.AppendUint16(f, 4)
	f = append(f, make([]byte, 8)...)
	f = order.AppendUint32(f, defaultSnaplen)
	f = order.AppendUint32(f, linkEthernet)
	for _, p := range t.packets {
		f = order.AppendUint32(f, uint32(p.time.Unix()))
		f = order.AppendUint32(f, uint32(p.time.Nanosecond()/unit))
		f = order.AppendUint32(f, uint32(len(p.bytes)))
		f = order.AppendUint32(f, uint32(len(p.bytes)))
		f = append(f, p.bytes...)
	}
	return f
}

// compress returns b as a gzip file.
func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
