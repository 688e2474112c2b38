package extract

import (
	"cmp"
	"slices"
	"strings"

	"weir/warehouse/schema"
)

// memorySink keeps all rows.
type memorySink struct {
	batches map[string]*schema.Batch
	amended bool
}

func newMemorySink() *memorySink { return &memorySink{batches: map[string]*schema.Batch{}} }

func (m *memorySink) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	name := t.Name + "/" + strings.Join(partition, "/")
	if m.batches[name] == nil {
		m.batches[name] = schema.NewBatch(t, partition)
	}
	return m.batches[name], nil
}

func (m *memorySink) Grown(*schema.Batch) error { return nil }

func (m *memorySink) Amend(t *schema.Table, name, value string, packets schema.Packets) error {
	m.amended = true
	for _, b := range m.batches {
		if b.Table == t {
			b.Amend(name, value, 0, packets)
		}
	}
	return nil
}

// row is a row with its stored columns by name, nil for null.
type row struct {
	key    schema.Key
	values map[string]any
}

// rows returns all rows of a table by start time and first packet.
func (m *memorySink) rows(table string) []row {
	var rows []row
	for _, b := range m.batches {
		if b.Table.Name != table {
			continue
		}
		for r, k := range b.Keys {
			x := row{k, map[string]any{}}
			for i, c := range b.Columns {
				x.values[c.Name] = value(&b.Vectors[i], r)
			}
			for i, c := range b.Table.Partitions() {
				x.values[c.Name] = b.Partition[i]
			}
			rows = append(rows, x)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.key.Time, b.key.Time), cmp.Compare(a.key.Packet, b.key.Packet))
	})
	return rows
}

func value(v *schema.Vector, r int) any {
	if v.Null(r) {
		return nil
	}
	switch v.Kind {
	case schema.KindInt32:
		return int64(v.Int32[r])
	case schema.KindInt64:
		return v.Int64[r]
	case schema.KindFloat64:
		return v.Float64[r]
	case schema.KindBool:
		return v.Bool[r]
	case schema.KindBytes:
		return string(v.Text(r))
	}
	return nil
}
