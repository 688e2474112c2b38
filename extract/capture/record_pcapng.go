package capture

import (
	"bufio"
	"encoding/binary"
	"math"
)

// pcapngWriter writes a section of a pcapng file: its header, interfaces, and
// packets with times in nanoseconds. Errors are those of the buffer, which keeps
// them until Flush.
type pcapngWriter struct {
	out        *bufio.Writer
	block      []byte
	interfaces int
}

// optionApplication is the option of a section that names who wrote it.
const optionApplication = 4

// newPcapngWriter begins a section that an application writes.
func newPcapngWriter(out *bufio.Writer, application string) (*pcapngWriter, error) {
	w := &pcapngWriter{out: out}
	b := binary.LittleEndian.AppendUint32(w.begin(blockSection), byteOrderMagic)
	b = binary.LittleEndian.AppendUint16(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, math.MaxUint64) // of no known length
	return w, w.end(endOptions(appendOption(b, optionApplication, []byte(application))))
}

// addInterface writes an interface and returns its number.
func (w *pcapngWriter) addInterface(link LinkType, snaplen int) (number int, err error) {
	b := binary.LittleEndian.AppendUint16(w.begin(blockInterface), uint16(link))
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(snaplen))
	const nanoseconds = 9
	w.interfaces++
	return w.interfaces - 1, w.end(endOptions(appendOption(b, optionResolution, []byte{nanoseconds})))
}

// packet writes a packet of an interface; length is what it had on the wire.
func (w *pcapngWriter) packet(number int, ns int64, length int, data []byte) error {
	b := binary.LittleEndian.AppendUint32(w.begin(blockEnhanced), uint32(number))
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(ns)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(ns))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	return w.end(padded(append(b, data...)))
}

// begin starts a block, whose length is set at its end.
func (w *pcapngWriter) begin(kind uint32) []byte {
	b := binary.LittleEndian.AppendUint32(w.block[:0], kind)
	return append(b, 0, 0, 0, 0)
}

func (w *pcapngWriter) end(b []byte) error {
	length := uint32(len(b) + 4)
	binary.LittleEndian.PutUint32(b[4:], length)
	w.block = binary.LittleEndian.AppendUint32(b, length)
	_, err := w.out.Write(w.block)
	return err
}

func appendOption(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return padded(append(b, value...))
}

func endOptions(b []byte) []byte { return append(b, 0, 0, 0, 0) }

// padded fills up a block to a multiple of four bytes.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
