package scenario

import "time"

// tcpEndings shows every way a TCP flow ends by its flags, and what looks
// like an end and is none.
func tcpEndings() *trace {
	t := newTrace("2026-03-14T10:00:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	site := newHost(0x20, "198.51.100.20")
	const roundTrip = 10 * time.Millisecond

	// Refused: the port is closed.
	k := newTalk(t, laptop, 40001, site, 23)
	k.tcp(0, client, syn, nil)
	k.tcp(roundTrip, server, rst|ack, nil)

	// Reset in the middle; an acknowledgement under way still belongs to it.
	k = newTalk(t, laptop, 40002, site, 22)
	k.open(time.Second, roundTrip)
	k.tcp(roundTrip, server, psh|ack, text(21))
	k.tcp(100*time.Microsecond, client, ack, nil)
	k.tcp(3*time.Second, server, rst, nil)
	k.tcp(200*time.Microsecond, client, psh|ack, text(36))

	// Closed by both, then the port is used again; the second connection is
	// still open when the capture ends.
	k = newTalk(t, laptop, 40003, site, 8080)
	k.open(time.Second, roundTrip)
	k.tcp(time.Millisecond, client, psh|ack, text(100))
	k.tcp(roundTrip, server, psh|ack, text(400))
	k.close(time.Millisecond, roundTrip)
	k.seq = [2]uint32{0x30000000, 0x40000000}
	k.open(5*time.Second, roundTrip)
	k.tcp(time.Millisecond, client, psh|ack, text(120))
	k.tcp(roundTrip, server, psh|ack, text(300))

	// Used again without a close, after payload: the new SYN ends the old flow.
	k = newTalk(t, laptop, 40004, site, 8080)
	k.open(time.Second, roundTrip)
	k.tcp(time.Millisecond, client, psh|ack, text(50))
	k.tcp(roundTrip, server, ack, nil)
	k.seq = [2]uint32{0x50000000, 0x60000000}
	k.open(10*time.Second, roundTrip)
	k.tcp(time.Millisecond, client, psh|ack, text(70))
	k.tcp(roundTrip, server, psh|ack, text(80))
	k.close(time.Millisecond, roundTrip)

	// A SYN sent three times, never answered: one flow.
	k = newTalk(t, laptop, 40005, site, 443)
	for _, after := range []time.Duration{time.Second, time.Second, 2 * time.Second} {
		k.seq[client] = 0x70000000
		k.tcp(after, client, syn, nil)
	}

	// The SYN was missed: the SYN+ACK comes first and turns the direction.
	k = newTalk(t, laptop, 40006, site, 443)
	k.seq[client]++
	k.tcp(time.Second, server, syn|ack, nil)
	k.tcp(50*time.Microsecond, client, ack, nil)
	k.tcp(time.Millisecond, client, psh|ack, text(60))
	return t
}
