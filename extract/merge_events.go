package extract

import (
	"cmp"
	"slices"

	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/extract/app/http"
	"weir/extract/app/tls"
	"weir/warehouse/schema"
)

// appendEvents hands the events of an epoch to the sink.
func (m *merger) appendEvents(epochs []epoch, sink Sink) error {
	var (
		ofDNS  []*dns.Event
		ofHTTP []*http.Event
		ofTLS  []*tls.Event
	)
	for _, e := range epochs {
		ofDNS = append(ofDNS, e.events.DNS...)
		ofHTTP = append(ofHTTP, e.events.HTTP...)
		ofTLS = append(ofTLS, e.events.TLS...)
	}
	if err := appendEvents(m.tables.DNS, ofDNS, sink); err != nil {
		return err
	}
	if err := appendEvents(m.tables.HTTP, ofHTTP, sink); err != nil {
		return err
	}
	return appendEvents(m.tables.TLS, ofTLS, sink)
}

// appendEvents hands events to the sink by day and in the order of their
// first packets. Events of one packet are of one flow, and so of one shard,
// whose order they keep.
func appendEvents[E event.Event](table *schema.Catalogue[E], events []E, sink Sink) error {
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
		table.Append(batch, events[:n], keys)
		if err := sink.Grown(batch); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}
