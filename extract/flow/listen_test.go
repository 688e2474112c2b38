package flow

import (
	"testing"
	"time"

	"weir/extract/app"
)

// dnsQuery asks for the address of a.
const dnsQuery = "\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01"

// A parser that panics costs its flow the application layer and nothing else.
func TestFaultOfAParser(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, app.NewEngine())
	add := func(i int64, payload string, from uint16) {
		h := udp(time.Duration(i), uint32(len(payload))).header()
		h.Payload = []byte(payload)
		h.Key.PortA += from
		h.Hash = hash(h.Key)
		table.Add(&h, i)
	}
	add(0, "?", 0)
	var broken *Flow
	table.index.each(func(f *Flow) { broken = f })
	broken.app = new(app.Conversation) // which has no engine to take a parser from
	add(1, dnsQuery, 0)
	add(2, dnsQuery, 0)
	add(3, dnsQuery, 1)
	table.Finish(EndEOF)
	unread := 0
	for _, f := range table.ended {
		if f.Unread() {
			unread++
		}
	}
	if unread != 1 {
		t.Errorf("%d flows are unread, want 1", unread)
	}
	rows := rowsOf(table)
	rows[0].want(t, "fwd_packets", 3, "service", nil, "dns_query", nil)
	rows[1].want(t, "fwd_packets", 1, "service", "dns", "dns_query", "a")
	// The next flow in its place starts anew.
	add(4, dnsQuery, 0)
	table.Finish(EndEOF)
	if table.ended[0].Unread() {
		t.Error("a flow is unread for the fault of another")
	}
	rowsOf(table)[0].want(t, "service", "dns")
}
