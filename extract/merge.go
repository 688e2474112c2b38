package extract

import (
	"context"
	"fmt"
	"slices"

	"weir/extract/flow"
	"weir/warehouse/schema"
)

// merger puts the rows of all shards in order into the sink's batches.
type merger struct {
	tables  *Catalogues
	workers int // that fill the columns of a batch
	items   []item
	rows    []*flow.Flow
	keys    []schema.Key
	tally   tally // of the run
}

func newMerger(tables *Catalogues, workers int) *merger {
	return &merger{tables: tables, workers: workers}
}

// merge takes the epochs of all shards until they end and returns the number
// of rows. It stops where the context ends.
func (m *merger) merge(ctx context.Context, r *run, sink Sink) (rows int64, err error) {
	var returned schema.Packets
	m.tally = tally{}
	for open := true; open; {
		epochs := make([]epoch, len(r.shards))
		for i, s := range r.shards {
			epochs[i], open = <-s.out
		}
		sum := m.gather(epochs, &returned, r.budget.returned)
		if err := m.append(ctx, sink); err != nil {
			return rows, err
		}
		if err := m.appendEvents(epochs, sink); err != nil {
			return rows, err
		}
		rows += int64(len(m.items))
		r.seen.Flows.Add(int64(len(m.items)))
		if r.live != nil {
			if err := r.live.wrote(sum, epochs[0].interval); err != nil {
				return rows, err
			}
		}
		for i, s := range r.shards {
			s.table.Recycle(epochs[i].flows)
			s.debt.add(-epochs[i].weight)
		}
	}
	if len(returned) == 0 || r.abandoned() {
		return rows, context.Cause(ctx)
	}
	slices.Sort(returned)
	if err := sink.Amend(m.tables.Flows.Table, "end_reason", flow.EndIdle.String(), returned); err != nil {
		return rows, fmt.Errorf("amend end reasons: %w", err)
	}
	return rows, nil
}

// gather takes the flows of the epochs of all shards, in order, and notes the
// swept ones that came back, unless there are too many already. It returns what
// the flows add up to.
func (m *merger) gather(epochs []epoch, returned *schema.Packets, most int) (sum tally) {
	full := len(*returned) >= most
	var lists [][]item
	for _, e := range epochs {
		lists = append(lists, e.items)
		sum.add(e.tally)
		if !full {
			*returned = append(*returned, e.returned...)
		}
	}
	m.items = mergeItems(slices.Grow(m.items[:0], int(sum.flows)), lists)
	m.tally.add(sum)
	return sum
}

// stride is how many rows are appended before the sink is asked whether it
// takes them away.
const stride = 4096

// append hands the sorted items to the sink, partition by partition.
func (m *merger) append(ctx context.Context, sink Sink) error {
	for i := 0; i < len(m.items); {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		part := m.items[i].part
		m.rows, m.keys = m.rows[:0], m.keys[:0]
		for ; i < len(m.items) && m.items[i].part == part && len(m.rows) < stride; i++ {
			f := m.items[i].flow
			m.rows = append(m.rows, f)
			m.keys = append(m.keys, schema.Key{Time: f.Start(), Packet: f.Packet()})
		}
		batch, err := sink.Batch(m.tables.Flows.Table, part.values()...)
		if err != nil {
			return err
		}
		m.tables.Flows.AppendShared(m.workers, batch, m.rows, m.keys)
		if err := sink.Grown(batch); err != nil {
			return err
		}
	}
	return nil
}
