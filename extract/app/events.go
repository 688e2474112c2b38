package app

import (
	"weir/extract/app/block"
	"weir/extract/app/dns"
	"weir/extract/app/http"
	"weir/extract/app/tls"
)

// Events are the rows of the event tables that a shard has finished.
type Events struct {
	DNS  []*dns.Event
	HTTP []*http.Event
	TLS  []*tls.Event
}

// Len returns the number of events.
func (e *Events) Len() int { return len(e.DNS) + len(e.HTTP) + len(e.TLS) }

// ledger collects events. Those of one time are written, and then dropped, together:
// they lie together too, and the memory of parsers is free for the next ones.
type ledger struct {
	events    Events
	dns       []dns.Event
	http      []http.Event
	dnsRooms  dns.Rooms
	httpRooms http.Rooms
}

func (l *ledger) addDNS(x *dns.Event) {
	kept := enter(&l.dns)
	x.Keep(kept, &l.dnsRooms)
	l.events.DNS = append(l.events.DNS, kept)
}

func (l *ledger) addHTTP(x *http.Event) {
	kept := enter(&l.http)
	x.Keep(kept, &l.httpRooms)
	l.events.HTTP = append(l.events.HTTP, kept)
}

func (l *ledger) addTLS(x *tls.Event) { l.events.TLS = append(l.events.TLS, x) }

// pageEvents is how many events lie together.
const pageEvents = 64

// enter returns the place of another event on a page, which stays.
func enter[E any](page *[]E) *E {
	if len(*page) == cap(*page) {
		*page = make([]E, 0, pageEvents)
		block.Map((*page)[:pageEvents])
	}
	*page = (*page)[:len(*page)+1]
	return &(*page)[len(*page)-1]
}

// take returns the events since the last call.
func (l *ledger) take() Events {
	events := l.events
	l.events = Events{ // about as many will come again
		DNS:  make([]*dns.Event, 0, len(events.DNS)),
		HTTP: make([]*http.Event, 0, len(events.HTTP)),
		TLS:  make([]*tls.Event, 0, len(events.TLS)),
	}
	return events
}
