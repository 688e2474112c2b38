package extract

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"weir/extract/decode"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// merger puts the rows of all shards in order into the sink's batches.
type merger struct {
	tables *Catalogues
	items  []item
	rows   []*flow.Flow
	keys   []schema.Key
}

// item is a flow with what it is sorted by.
type item struct {
	flow   *flow.Flow
	part   partition
	packet int64
}

// partition is a partition of flows: the day since 1970-01-01 UTC and, by
// family and number, the protocol.
type partition struct {
	day      int64
	family   decode.Family
	protocol uint8
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
	p := partition{day: dayOf(f.Start()), family: k.Family, protocol: k.Protocol}
	if p.family == decode.IPv6 {
		p.family = decode.IPv4 // one partition for both versions
	}
	return p
}

func (p partition) compare(q partition) int {
	return cmp.Or(cmp.Compare(p.day, q.day), cmp.Compare(p.family, q.family), cmp.Compare(p.protocol, q.protocol))
}

func (p partition) values() []string {
	date := dateOf(p.day)
	return []string{date, decode.ProtocolName(decode.Key{Family: p.family, Protocol: p.protocol})}
}

func newMerger(tables *Catalogues) *merger { return &merger{tables: tables} }

// merge takes the epochs of all shards until they end and returns the number
// of rows.
func (m *merger) merge(shards []*shard, sink Sink, seen *Progress, live *liveRun) (rows int64, err error) {
	returned := map[int64]struct{}{}
	for open := true; open; {
		m.items = m.items[:0]
		epochs := make([]epoch, len(shards))
		for i, s := range shards {
			epochs[i], open = <-s.out
			for _, f := range epochs[i].flows {
				m.items = append(m.items, item{f, partitionOf(f), f.Packet()})
			}
			for _, packet := range epochs[i].returned {
				returned[packet] = struct{}{}
			}
		}
		slices.SortFunc(m.items, func(a, b item) int {
			return cmp.Or(a.part.compare(b.part), cmp.Compare(a.packet, b.packet))
		})
		if err := m.append(sink); err != nil {
			return rows, err
		}
		if err := m.appendEvents(epochs, sink); err != nil {
			return rows, err
		}
		rows += int64(len(m.items))
		seen.Flows.Add(int64(len(m.items)))
		if live != nil {
			if err := live.wrote(m.items, epochs[0].interval); err != nil {
				return rows, err
			}
		}
		for i, s := range shards {
			s.table.Recycle(epochs[i].flows)
		}
	}
	if len(returned) == 0 {
		return rows, nil
	}
	if err := sink.Amend(m.tables.Flows.Table, "end_reason", flow.EndIdle.String(), returned); err != nil {
		return rows, fmt.Errorf("amend end reasons: %w", err)
	}
	return rows, nil
}

// stride is how many rows are appended before the sink is asked whether it
// takes them away.
const stride = 4096

// append hands the sorted items to the sink, partition by partition.
func (m *merger) append(sink Sink) error {
	for i := 0; i < len(m.items); {
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
		m.tables.Flows.Append(batch, m.rows, m.keys)
		if err := sink.Grown(batch); err != nil {
			return err
		}
	}
	return nil
}
