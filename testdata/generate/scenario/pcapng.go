package scenario

import "encoding/binary"

// iface describes an interface of a pcapng file.
type iface struct {
	name    string
	link    uint16
	snaplen int
	// resolution is the number of decimal places of its timestamps.
	resolution byte
	// dropped is what its statistics say was lost.
	dropped uint64
}

// pcapng block types.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockStatistics = 5
	blockPacket     = 6
)

// pcapng option codes.
const (
	optionEnd        = 0
	optionName       = 2 // of an interface
	optionResolution = 9 // of an interface
	optionDropped    = 5 // of statistics
)

// pcapng returns a trace as a little-endian pcapng file of one section.
func pcapng(t *trace, ifaces ...iface) []byte {
	order := binary.LittleEndian
	section := order.AppendUint32(nil, 0x1a2b3c4d)
	section = append(section, 1, 0, 0, 0)
	f := block(nil, blockSection, order.AppendUint64(section, ^uint64(0)))
	for _, i := range ifaces {
		b := order.AppendUint16(nil, i.link)
		b = order.AppendUint32(append(b, 0, 0), uint32(i.snaplen))
		b = option(b, optionName, []byte(i.name))
		b = option(b, optionResolution, []byte{i.resolution})
		f = block(f, blockInterface, option(b, optionEnd, nil))
	}
	for _, p := range t.packets {
		i := ifaces[p.iface]
		captured := p.bytes[:min(len(p.bytes), i.snaplen)]
		b := order.AppendUint32(nil, uint32(p.iface))
		b = timestamp(b, p, i)
		b = order.AppendUint32(b, uint32(len(captured)))
		b = order.AppendUint32(b, uint32(len(p.bytes)))
		f = block(f, blockPacket, pad(append(b, captured...)))
	}
	for n, i := range ifaces {
		b := order.AppendUint32(nil, uint32(n))
		b = timestamp(b, t.packets[len(t.packets)-1], i)
		b = option(b, optionDropped, order.AppendUint64(nil, i.dropped))
		f = block(f, blockStatistics, option(b, optionEnd, nil))
	}
	return f
}

// timestamp appends the packet's time in the interface's unit, high word first.
func timestamp(b []byte, p packet, i iface) []byte {
	ticks := uint64(p.time.UnixNano())
	for places := i.resolution; places < 9; places++ {
		ticks /= 10
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(ticks>>32))
	return binary.LittleEndian.AppendUint32(b, uint32(ticks))
}

// block appends a block; its body is a multiple of 4 bytes.
func block(f []byte, kind uint32, body []byte) []byte {
	length := uint32(12 + len(body))
	f = binary.LittleEndian.AppendUint32(f, kind)
	f = binary.LittleEndian.AppendUint32(f, length)
	f = append(f, body...)
	return binary.LittleEndian.AppendUint32(f, length)
}

// option appends an option.
func option(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

// pad fills b up to a multiple of 4 bytes.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
