package scenario

import "time"

// midnight runs over the end of 14 March 2026, UTC: flows lie in the
// partition of the day on which they start.
func midnight() *trace {
	t := newTrace("2026-03-14T23:59:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	collector := newHost(0x51, "192.0.2.51")
	site := newHost(0x01, "198.51.100.80")
	start := t.now

	// A line every 25 s, the last at 00:00:40 of the next day, and a transfer
	// over midnight between two of them.
	lines := newTalk(t, laptop, 45000, collector, 514)
	lines.udp(0, client, text(120))
	lines.udp(25*time.Second, client, text(120))
	lines.udp(25*time.Second, client, text(120))

	transfer := newTalk(t, laptop, 45001, site, 443).far(9)
	transfer.open(8*time.Second, 20*time.Millisecond)
	transfer.tcp(time.Millisecond, client, psh|ack, text(200))
	t.until(start, time.Minute)
	transfer.tcp(0, server, psh|ack, text(900)) // midnight itself
	transfer.tcp(50*time.Microsecond, client, ack, nil)
	transfer.close(3*time.Second, 20*time.Millisecond)

	// A flow that starts in the new day.
	lookup := newTalk(t, laptop, 53128, newHost(0x53, "192.0.2.53"), 53)
	lookup.udp(time.Second, client, dns(0x3001, dnsQuery, "tomorrow.example.com", dnsA))
	lookup.udp(5*time.Millisecond, server, dns(0x3001, dnsResponse, "tomorrow.example.com", dnsA,
		address("tomorrow.example.com", 3600, "203.0.113.15")))

	t.until(start, 75*time.Second)
	lines.udp(0, client, text(120))
	lines.udp(25*time.Second, client, text(120))
	return t
}
