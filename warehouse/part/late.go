package part

import (
	"fmt"

	"weir/warehouse/schema"
)

// late is a column of a row group whose values may still be amended: nine
// bytes a row are kept, and the chunk is written when the file is closed. Chunks may
// stand anywhere in a Parquet file.
type late struct {
	group, column int
	values        []string // distinct values; "" at index 0 stands for null
	codes         []uint8
	packets       []int64 // Key.Packet of the rows
}

// maxLateValues is how many distinct values a late column of a row group may
// have, beside null.
const maxLateValues = 255

// hold keeps the late columns of a batch in the order of its rows.
func (f *File) hold(b *schema.Batch, order []int32) {
	for i, c := range b.Columns {
		if !c.Late || f.err != nil {
			continue
		}
		if c.Type != schema.Text {
			f.err = fmt.Errorf("write column %s of %s: a late column must be text", c.Name, b.Table.Name)
			return
		}
		l := late{group: len(f.groups), column: i, values: []string{""}}
		l.codes, l.packets = make([]uint8, 0, b.Rows()), make([]int64, 0, b.Rows())
		for r := range b.Rows() {
			if order != nil {
				r = int(order[r])
			}
			code, ok := uint8(0), true
			if v := &b.Vectors[i]; !v.Null(r) {
				code, ok = l.code(v.Text(r))
			}
			if !ok {
				f.err = fmt.Errorf("write column %s of %s: a late column has at most %d distinct values", c.Name, b.Table.Name, maxLateValues)
				return
			}
			l.codes, l.packets = append(l.codes, code), append(l.packets, b.Keys[r].Packet)
		}
		f.late = append(f.late, l)
	}
}

// code returns the number of a value, which it adds if it is new.
func (l *late) code(value []byte) (uint8, bool) {
	for i := 1; i < len(l.values); i++ {
		if l.values[i] == string(value) {
			return uint8(i), true
		}
	}
	if len(l.values) > maxLateValues {
		return 0, false
	}
	l.values = append(l.values, string(value))
	return uint8(len(l.values) - 1), true
}

// Amend sets a late column to a value in the rows written so far whose
// Key.Packet is among packets.
func (f *File) Amend(column, value string, packets schema.Packets) {
	f.unpark()
	for i := range f.late {
		l := &f.late[i]
		if f.columns[l.column].Name != column {
			continue
		}
		code, ok := l.code([]byte(value))
		if !ok {
			f.err = fmt.Errorf("amend column %s: more than %d distinct values", column, maxLateValues)
			return
		}
		search := schema.PacketSearch{Packets: packets}
		for r, p := range l.packets {
			if search.Has(p) {
				l.codes[r] = code
			}
		}
	}
}

// release writes the late columns.
func (f *File) release(enc []*Encoder) {
	if len(f.late) == 0 || f.err != nil {
		return
	}
	if len(enc) == 0 {
		enc = append(enc, NewEncoder())
	}
	required, optional := schema.NewVector(schema.Text, false), schema.NewVector(schema.Text, true)
	for i := range f.late {
		l := &f.late[i]
		col := f.columns[l.column]
		v := &required
		if col.Nullable {
			v = &optional
		}
		v.Reset()
		for _, code := range l.codes {
			v.AppendString(l.values[code], code > 0)
		}
		c := enc[0].chunk(0)
		if err := enc[0].encode(col, v, nil, c); err != nil {
			f.err = fmt.Errorf("write column %s: %w", col.Name, err)
			return
		}
		f.setChunk(l.group, l.column, c)
	}
	f.late = nil
}
