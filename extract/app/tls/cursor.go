package tls

import "encoding/binary"

// cursor reads a message from its front. A read past the end sets short, and
// from then on everything reads as empty.
type cursor struct {
	b     []byte
	short bool
}

// take returns the next n bytes.
func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return nil
	}
	head := c.b[:n]
	c.b = c.b[n:]
	return head
}

func (c *cursor) u8() int {
	if b := c.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u24() int {
	if b := c.take(3); b != nil {
		return int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	}
	return 0
}

// block8 and block16 return a block that its length in 8 or 16 bits precedes.
func (c *cursor) block8() []byte  { return c.take(c.u8()) }
func (c *cursor) block16() []byte { return c.take(int(c.u16())) }

// uint16s returns a list of 16-bit numbers; a byte left over is ignored.
func uint16s(b []byte) []uint16 { return new(lists).numbers(b) }

// lists is memory for several lists of numbers, which are lent from it.
type lists []uint16

// listsRoom is how many numbers a hello has at the most, as a rule.
const listsRoom = 96

// room returns a list of n numbers, nil for none.
func (l *lists) room(n int) []uint16 {
	if n == 0 {
		return nil
	}
	if cap(*l)-len(*l) < n {
		*l = make([]uint16, 0, max(n, cap(*l)))
	}
	at := len(*l)
	*l = (*l)[:at+n]
	return (*l)[at : at+n : at+n]
}

// numbers returns the numbers of two bytes that b holds.
func (l *lists) numbers(b []byte) []uint16 {
	list := l.room(len(b) / 2)
	for i := range list {
		list[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return list
}

// grease tells whether a number is one of those that clients mix into their
// lists so that servers stay tolerant (RFC 8701).
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }
