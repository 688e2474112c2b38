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
	slices.SortStableFunc(events, func(a, b E) int {
		x, y := a.EventHead().Stamp, b.EventHead().Stamp
		return cmp.Or(cmp.Compare(dayOf(x.Time), dayOf(y.Time)), cmp.Compare(x.Packet, y.Packet))
	})
	var keys []schema.Key
	for len(events) > 0 {
		day, n := dayOf(events[0].EventHead().Stamp.Time), 0
		keys = keys[:0]
		for ; n < len(events) && n < stride && dayOf(events[n].EventHead().Stamp.Time) == day; n++ {
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
		events = events[n:]
	}
	return nil
}
