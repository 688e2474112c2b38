package dns

import "encoding/binary"

// Lengths of the fixed parts of a message, in octets.
const (
	headerLen   = 12
	questionLen = 5  // at least: the root, type and class
	recordLen   = 11 // at least: the root, type, class, TTL and length
)

// header is the beginning of a message.
type header struct {
	id, flags                                  uint16
	questions, answers, authority, additionals int
}

// Bits of header.flags.
const (
	flagQR = 1 << 15
	flagAA = 1 << 10
	flagTC = 1 << 9
	flagRD = 1 << 8
	flagRA = 1 << 7
	flagZ  = 1 << 6
)

// readHeader reads the header of a message of at least headerLen octets.
func readHeader(msg []byte) header {
	msg = msg[:headerLen]
	order := binary.BigEndian
	return header{
		id: order.Uint16(msg), flags: order.Uint16(msg[2:]),
		questions: int(order.Uint16(msg[4:])), answers: int(order.Uint16(msg[6:])),
		authority: int(order.Uint16(msg[8:])), additionals: int(order.Uint16(msg[10:])),
	}
}

func (h header) response() bool { return h.flags&flagQR != 0 }
func (h header) opcode() uint8  { return uint8(h.flags >> 11 & 15) }
func (h header) rcode() uint16  { return h.flags & 15 }

// records is the number of records in all sections.
func (h header) records() int { return h.answers + h.authority + h.additionals }

// least is the least length that a message with this header can have.
func (h header) least() int {
	return headerLen + questionLen*h.questions + recordLen*h.records()
}

// question is a question whose name has been read or skipped.
type question struct{ qtype, class uint16 }

// readQuestion reads the fixed part of a question that follows the name.
func readQuestion(msg []byte, off int) (question, int, outcome) {
	if off+4 > len(msg) {
		return question{}, 0, cut
	}
	return question{binary.BigEndian.Uint16(msg[off:]), binary.BigEndian.Uint16(msg[off+2:])}, off + 4, whole
}

// record is a resource record. Its data is msg[data:end].
type record struct {
	rtype, class uint16
	ttl          uint32
	data, end    int
}

// readRecord reads the record whose name ends at off. A record whose data was
// not captured whole is cut.
func readRecord(msg []byte, off int) (record, outcome) {
	if off+10 > len(msg) {
		return record{}, cut
	}
	r := record{
		rtype: binary.BigEndian.Uint16(msg[off:]), class: binary.BigEndian.Uint16(msg[off+2:]),
		ttl: binary.BigEndian.Uint32(msg[off+4:]), data: off + 10,
	}
	r.end = r.data + int(binary.BigEndian.Uint16(msg[off+8:]))
	if r.end > len(msg) {
		return record{}, cut
	}
	return r, whole
}

// nextRecord skips the name at off and reads the record behind it.
func nextRecord(msg []byte, off int) (record, outcome) {
	off, o := skipName(msg, off)
	if o != whole {
		return record{}, o
	}
	return readRecord(msg, off)
}
