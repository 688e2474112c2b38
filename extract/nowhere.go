package extract

import (
	"slices"

	"weir/warehouse/schema"
)

// nowhere is a Sink that drops the rows.
type nowhere struct{ batches []*schema.Batch }

// Nowhere returns a sink that drops the rows.
func Nowhere() Sink { return &nowhere{} }

// Batch implements Sink.
func (n *nowhere) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	for _, b := range n.batches {
		if b.Table == t {
			return b, nil
		}
	}
	b := schema.NewBatch(t, slices.Clone(partition))
	n.batches = append(n.batches, b)
	return b, nil
}

// Grown implements Sink.
func (n *nowhere) Grown(b *schema.Batch) error {
	b.Reset()
	return nil
}

// Amend implements Sink.
func (n *nowhere) Amend(*schema.Table, string, string, schema.Packets) error { return nil }
