package schema

import "slices"

// Key orders the rows of a file: by start time, then by first packet.
type Key struct {
	// Time is the start of the row, nanoseconds since 1970-01-01 UTC.
	Time int64
	// Packet is the number of the row's first packet in its capture.
	Packet int64
}

// Batch holds rows of one partition of one table, a vector per stored column.
type Batch struct {
	Table *Table
	// Partition holds the text of the partition columns' values, in order.
	Partition []string
	// Columns describes the vectors: Table.Stored().
	Columns []Column
	Vectors []Vector
	// Keys has one entry per row. Rows stand in the order of arrival; whoever
	// writes the batch sorts by key, equal keys in order of arrival.
	Keys []Key
}

// NewBatch returns an empty batch of a partition of t.
func NewBatch(t *Table, partition []string) *Batch {
	b := &Batch{Table: t, Partition: append([]string(nil), partition...), Columns: t.Stored()}
	b.Vectors = make([]Vector, len(b.Columns))
	for i, c := range b.Columns {
		b.Vectors[i] = NewVector(c.Type, c.Nullable)
	}
	return b
}

// Rows returns the number of rows.
func (b *Batch) Rows() int { return len(b.Keys) }

// Size returns the bytes of memory that the rows take.
func (b *Batch) Size() int {
	n := 16 * len(b.Keys)
	for i := range b.Vectors {
		n += b.Vectors[i].Size()
	}
	return n
}

// Truncate drops all rows from row n on.
func (b *Batch) Truncate(n int) {
	for i := range b.Vectors {
		b.Vectors[i].Truncate(n)
	}
	b.Keys = b.Keys[:min(n, len(b.Keys))]
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	for i := range b.Vectors {
		b.Vectors[i].Reset()
	}
	b.Keys = b.Keys[:0]
}

// Amend sets a text column to value in the rows from row from on whose
// Key.Packet is among packets. It panics if the batch has no such column.
func (b *Batch) Amend(column, value string, from int, packets Packets) {
	i := slices.IndexFunc(b.Columns, func(c Column) bool { return c.Name == column })
	old := &b.Vectors[i]
	var fresh *Vector
	search := PacketSearch{Packets: packets}
	for r := from; r < len(b.Keys); r++ {
		amend := search.Has(b.Keys[r].Packet)
		if fresh == nil {
			if !amend {
				continue
			}
			v := NewVector(Text, b.Columns[i].Nullable)
			fresh = &v
			for q := range r {
				fresh.AppendText(old.Text(q), !old.Null(q))
			}
		}
		if amend {
			fresh.AppendString(value, true)
		} else {
			fresh.AppendText(old.Text(r), !old.Null(r))
		}
	}
	if fresh != nil {
		b.Vectors[i] = *fresh
	}
}
