package extract

import (
	"cmp"
	"slices"

	"weir/extract/app"
	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/http"
	"weir/extract/app/tls"
	"weir/warehouse/schema"
)

// appendEvents hands the events of an epoch to the sink.
func (m *merger) appendEvents(epochs []epoch, sink Sink) error {
	if err := appendEvents(m, m.tables.DNS, of(epochs, func(e *app.Events) []*dns.Event { return e.DNS }), sink); err != nil {
		return err
	}
	if err := appendEvents(m, m.tables.HTTP, of(epochs, func(e *app.Events) []*http.Event { return e.HTTP }), sink); err != nil {
		return err
	}
	return appendEvents(m, m.tables.TLS, of(epochs, func(e *app.Events) []*tls.Event { return e.TLS }), sink)
}

// of returns the events of one table of all shards.
func of[E event.Event](epochs []epoch, table func(*app.Events) []E) []E {
	n := 0
	for i := range epochs {
		n += len(table(&epochs[i].events))
	}
	all := make([]E, 0, n)
	for i := range epochs {
		all = append(all, table(&epochs[i].events)...)
	}
	return all
}

// appendEvents hands events to the sink by day and in the order of their
// first packets. Events of one packet are of one flow, and so of one shard,
// whose order they keep.
func appendEvents[E event.Event](m *merger, table *schema.Catalogue[E], events []E, sink Sink) error {
	events, days := inOrder(events)
	var keys []schema.Key
	for len(events) > 0 {
		day, n := days[0], 0
		keys = keys[:0]
		for ; n < len(events) && n < stride && days[n] == day; n++ {
			keys = append(keys, events[n].EventHead().Key())
		}
		batch, err := sink.Batch(table.Table, dateOf(day))
		if err != nil {
			return err
		}
		table.AppendShared(m.workers, batch, events[:n], keys)
		if err := sink.Grown(batch); err != nil {
			return err
		}
		events, days = events[n:], days[n:]
	}
	return nil
}

// inOrder returns events by day and first packet, those of one packet as they came, and
// the day of each.
func inOrder[E event.Event](events []E) (sorted []E, days []int64) {
	type place struct {
		day, packet int64
		at          int
	}
	places := make([]place, len(events))
	for i, e := range events {
		s := e.EventHead().Stamp
		places[i] = place{dayOf(s.Time), s.Packet, i}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.day != b.day {
			return cmp.Compare(a.day, b.day)
		}
		if a.packet != b.packet {
			return cmp.Compare(a.packet, b.packet)
		}
		return cmp.Compare(a.at, b.at)
	})
	sorted, days = make([]E, len(events)), make([]int64, len(events))
	for i, p := range places {
		sorted[i], days[i] = events[p.at], p.day
	}
	return sorted, days
}
