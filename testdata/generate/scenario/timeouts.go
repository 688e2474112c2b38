package scenario

import "time"

// timeouts shows where the idle and the active timeout cut and where they do not.
func timeouts() *trace {
	t := newTrace("2026-03-14T15:00:00Z")
	laptop := newHost(0x10, "192.0.2.10")
	peer := newHost(0x20, "198.51.100.20")
	start := t.now

	// A gap of 60 s is within the idle timeout; one of a microsecond more is not.
	beacon := newTalk(t, laptop, 46000, peer, 9000)
	beacon.udp(0, client, text(10))
	beacon.udp(60*time.Second, client, text(20))
	beacon.udp(60*time.Second+time.Microsecond, server, text(30))
	beacon.udp(time.Second, client, text(40))

	// The third packet is dated before the second: it is counted where it
	// arrives and moves neither end.
	late := newTalk(t, laptop, 46001, peer, 9001)
	late.udp(time.Second, client, text(11))
	late.udp(2*time.Second, server, text(12))
	late.udp(-time.Second, client, text(13))

	// A connection kept alive every 50 s from its SYN on. The one 1800 s after
	// the SYN is still within the active timeout; the next, of the server,
	// starts a second slice, in which the client is forward as before.
	start = start.Add(5 * time.Minute)
	t.until(start, 0)
	session := newTalk(t, laptop, 46002, peer, 5222)
	session.open(0, 10*time.Millisecond)
	for n := 1; n <= 38; n++ {
		t.until(start, time.Duration(n)*50*time.Second)
		session.tcp(0, side(n%2), psh|ack, text(1))
	}
	session.close(time.Second, 10*time.Millisecond)
	return t
}
