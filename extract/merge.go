package extract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"weir/extract/decode"
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
	// evicted counts the flows of the run that were evicted, unread those whose
	// application layer a parser failed at, and packets the packets
	// of all its flows.
	evicted, unread, packets int64
}

// item is a flow with what it is sorted by.
type item struct {
	flow   *flow.Flow
	part   partition
	packet int64
}

// partition is a partition of flows: the day since 1970-01-01 UTC and, by family
// and number, the protocol. Numbers are in the order of partitions.
type partition int64

func partitionFor(day int64, family decode.Family, protocol uint8) partition {
	return partition(day<<16 | int64(family)<<8 | int64(protocol))
}

const nanosecondsPerDay = int64(24 * time.Hour)

// dayOf returns the day of a time, days since 1970-01-01 UTC.
func dayOf(ns int64) int64 {
	day := ns / nanosecondsPerDay
	if ns%nanosecondsPerDay < 0 {
		day--
	}
	return day
}

func dateOf(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

func partitionOf(f *flow.Flow) partition {
	k := f.Key()
	family := k.Family
	if family == decode.IPv6 {
		family = decode.IPv4 // one partition for both versions
	}
	return partitionFor(dayOf(f.Start()), family, k.Protocol)
}

func (p partition) values() []string {
	key := decode.Key{Family: decode.Family(p >> 8), Protocol: uint8(p)}
	return []string{dateOf(int64(p >> 16)), decode.ProtocolName(key)}
}

func newMerger(tables *Catalogues, workers int) *merger {
	return &merger{tables: tables, workers: workers}
}

// merge takes the epochs of all shards until they end and returns the number
// of rows. It stops where the context ends.
func (m *merger) merge(ctx context.Context, r *run, sink Sink) (rows int64, err error) {
	returned := map[int64]struct{}{}
	m.evicted, m.unread, m.packets = 0, 0, 0
	for open := true; open; {
		m.items = m.items[:0]
		epochs := make([]epoch, len(r.shards))
		for i, s := range r.shards {
			epochs[i], open = <-s.out
		}
		m.gather(epochs, returned, r.budget.returned)
		if err := m.append(ctx, sink); err != nil {
			return rows, err
		}
		if err := m.appendEvents(epochs, sink); err != nil {
			return rows, err
		}
		rows += int64(len(m.items))
		r.seen.Flows.Add(int64(len(m.items)))
		if r.live != nil {
			if err := r.live.wrote(m.items, epochs[0].interval); err != nil {
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
	if err := sink.Amend(m.tables.Flows.Table, "end_reason", flow.EndIdle.String(), returned); err != nil {
		return rows, fmt.Errorf("amend end reasons: %w", err)
	}
	return rows, nil
}

// gather takes the flows of the epochs of all shards, in order, and notes the
// swept ones that came back, unless there are too many already.
func (m *merger) gather(epochs []epoch, returned map[int64]struct{}, most int) {
	full := len(returned) >= most
	for _, e := range epochs {
		for _, f := range e.flows {
			m.items = append(m.items, item{f, partitionOf(f), f.Packet()})
			m.packets += f.Packets()
			if f.Evicted() {
				m.evicted++
			}
			if f.Unread() {
				m.unread++
			}
		}
		for _, packet := range e.returned {
			if !full {
				returned[packet] = struct{}{}
			}
		}
	}
	slices.SortFunc(m.items, func(a, b item) int {
		if a.part != b.part {
			return cmp.Compare(a.part, b.part)
		}
		return cmp.Compare(a.packet, b.packet)
	})
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
