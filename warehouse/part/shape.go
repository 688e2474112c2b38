package part

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/rle"

	"weir/warehouse/schema"
)

// pageSize bounds a page.
type pageSize struct{ rows, bytes int }

// pageOf bounds the pages of a column. Those of a dense file are larger, because zstd
// looks for repetitions within a page, but for columns that people filter by, whose
// pages a reader tells apart by the page index.
func (e *Encoder) pageOf(c schema.Column) pageSize {
	if e.dense && !c.Stats {
		return pageSize{rows: 1 << 16, bytes: 4 << 20}
	}
	return pageSize{rows: 20_000, bytes: 1 << 20}
}

// shape is where the values of a column stand among its rows: definition and
// repetition levels, and the cuts into pages.
type shape struct {
	levels int
	// def and rep are nil where all levels are equal; then def stands for constant.
	def, rep       []byte
	constant       byte
	defBuf, repBuf []byte
	elements       []int32 // of lists: the elements in order of row
	cuts           []cut   // the end of each page
	coded          []byte
}

// cut is a position in a column.
type cut struct{ row, level, value int }

func (s *shape) set(l leaf, v *schema.Vector, order []int32) {
	s.def, s.rep, s.constant = nil, nil, l.defined
	s.levels = v.Rows()
	switch {
	case l.list:
		s.setList(l, v, order)
	case v.Nulls == 0:
	case v.Nulls == v.Rows():
		s.constant = 0
	default:
		s.defBuf = validLevels(s.defBuf, v.Valid, order)
		s.def = s.defBuf
	}
}

func (s *shape) setList(l leaf, v *schema.Vector, order []int32) {
	s.def, s.rep, s.elements = s.defBuf[:0], s.repBuf[:0], s.elements[:0]
	for i := range v.Rows() {
		r := i
		if order != nil {
			r = int(order[i])
		}
		from, to := v.Offsets[r], v.Offsets[r+1]
		s.rep = append(s.rep, 0)
		switch {
		case v.Null(r):
			s.def = append(s.def, 0)
		case from == to:
			s.def = append(s.def, l.defined-1)
		default:
			s.def = append(s.def, l.defined)
			s.elements = append(s.elements, int32(from))
			for x := from + 1; x < to; x++ {
				s.rep, s.def = append(s.rep, 1), append(s.def, l.defined)
				s.elements = append(s.elements, int32(x))
			}
		}
	}
	s.defBuf, s.repBuf, s.levels = s.def, s.rep, len(s.def)
}

// cut divides the column into pages of as many rows or bytes, whichever
// is less; a row is never divided. Nulls alone are one page.
func (s *shape) cut(v *values, rows int, p pageSize) {
	s.cuts = s.cuts[:0]
	end := cut{rows, s.levels, v.n}
	switch {
	case v.n == 0 || rows <= p.rows && v.size(0, v.n) <= p.bytes:
		s.cuts = append(s.cuts, end)
	case s.rep == nil && v.text == nil:
		s.cutRows(rows, p.rows)
	default:
		s.cutSize(v, end, p)
	}
}

// cutRows cuts a column of fixed-width values, where the rows are always less.
func (s *shape) cutRows(rows, most int) {
	at := cut{}
	for at.row < rows {
		next := min(rows, at.row+most)
		if s.def == nil {
			at.value = next
		} else {
			for _, d := range s.def[at.row:next] {
				at.value += int(d)
			}
		}
		at.row, at.level = next, next
		s.cuts = append(s.cuts, at)
	}
}

// cutSize cuts a column whose rows differ in size.
func (s *shape) cutSize(v *values, end cut, p pageSize) {
	at, start, size := cut{}, cut{}, 0
	top := s.constant // the level of a value that is there
	for at.level < end.level {
		next, grown := at, 0
		for {
			if s.def == nil || s.def[next.level] == top {
				grown += v.size(next.value, next.value+1)
				next.value++
			}
			next.level++
			if next.level == end.level || s.rep == nil || s.rep[next.level] == 0 {
				break
			}
		}
		next.row++
		if at.row > start.row && (at.row-start.row >= p.rows || size+grown > p.bytes) {
			s.cuts = append(s.cuts, at)
			start, size = at, 0
		}
		size += grown
		at = next
	}
	s.cuts = append(s.cuts, end)
}

// appendLevels appends the level sections of the page between two cuts.
func (s *shape) appendLevels(dst []byte, l leaf, from, to cut) ([]byte, error) {
	var err error
	if l.list {
		if dst, err = s.appendRuns(dst, s.rep[from.level:to.level], 1); err != nil {
			return dst, fmt.Errorf("encode repetition levels: %w", err)
		}
	}
	if l.defined == 0 {
		return dst, nil
	}
	if s.def == nil {
		run := binary.AppendUvarint(s.coded[:0], uint64(to.level-from.level)<<1)
		s.coded = append(run, s.constant)
		return appendSection(dst, s.coded), nil
	}
	if dst, err = s.appendRuns(dst, s.def[from.level:to.level], bits.Len8(l.defined)); err != nil {
		return dst, fmt.Errorf("encode definition levels: %w", err)
	}
	return dst, nil
}

// appendRuns appends levels of so many bits. Those of one bit are a single bit-packed
// run: zstd makes less of it than of runs that change with every few rows.
func (s *shape) appendRuns(dst, levels []byte, width int) ([]byte, error) {
	var err error
	if width == 1 {
		s.coded = binary.AppendUvarint(s.coded[:0], uint64(len(levels)+7)/8<<1|1)
		s.coded = appendBits(s.coded, levels)
	} else {
		e := rle.Encoding{BitWidth: width}
		s.coded, err = e.EncodeLevels(s.coded[:0], levels)
	}
	return appendSection(dst, s.coded), err
}

// appendBits appends levels of 0 and 1 as one bit each, the first one lowest.
func appendBits(dst, levels []byte) []byte {
	for ; len(levels) >= 8; levels = levels[8:] {
		// The product has the lowest bits of the eight bytes side by side on top.
		dst = append(dst, byte(binary.LittleEndian.Uint64(levels)*0x0102_0408_1020_4080>>56))
	}
	if len(levels) == 0 {
		return dst
	}
	var b byte
	for i, x := range levels {
		b |= x << i
	}
	return append(dst, b)
}

func appendSection(dst, section []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(section)))
	return append(dst, section...)
}
