package extract

import "weir/warehouse/schema"

// Sink takes the rows of a capture. All calls come from one goroutine.
type Sink interface {
	// Batch returns the open batch of a partition of t, to append rows to.
	// The partition columns' values are given as text, dates as 2026-11-22.
	Batch(t *schema.Table, partition ...string) (*schema.Batch, error)
	// Grown tells that rows were appended to a batch. The sink may take it
	// away, so the next rows need Batch again.
	Grown(b *schema.Batch) error
	// Amend sets a Late column of t to a value in the rows of the current
	// capture whose Key.Packet is among packets.
	Amend(t *schema.Table, column, value string, packets schema.Packets) error
}
