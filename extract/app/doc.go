// Package app is the application layer of the meter: it puts the payload of
// a flow in order, finds out which protocol it is, whatever the port, and has
// that protocol's package read it.
//
//	Engine.Open ─┬► Segment ─► stream ─► guess ─┬► dns, http, tls ─► watch ─► tls
//	             │                               └► service ────────────┘
//	             └► Datagram ─► dns, quic, service
//
// A Conversation is the state of one flow. It exists from the flow's first
// payload on and is done when nothing more can be learnt: most flows of
// unknown protocols are done after their first packets, and then cost nothing.
//
// # Order
//
// Segments of a direction that arrive too early are held back, up to maxHeld
// bytes in maxSegments segments; beyond that, and at the end of the flow, what
// is missing counts as lost. Bytes that had to wait have the time of the
// packet for which they waited. A direction begins behind its SYN or, if none
// was seen, with its first segment. Loss ends the reading of a direction, but
// for the inside of an HTTP body; what was counted before stays.
//
// # Recognition
//
// A direction is judged by its first bytes, up to maxHead of them, together
// with the other one's where greetings are alike. If they are the beginning of
// nothing known, so are those of the next maxMisses chunks, for HTTP and TLS
// that come behind something else: a capture that begins in the middle, SOCKS,
// a STARTTLS of a protocol that is not known. The flow is given up when both
// directions have been, or the other one stays silent or undecided for
// maxIgnored chunks. TLS of which only protected records are seen is named and
// not read. Where a plain-text protocol with a STARTTLS or an HTTP proxy turns
// to TLS, that is read too and the service remains the first one; it is looked
// for in maxWatched chunks. Other protocols inside of tunnels are not read.
//
// UDP is judged datagram by datagram, a few of them. DNS goes on to be judged
// where neither port is its own; on port 137, that of NetBIOS's names, it is not
// looked for.
//
// A flow that the active timeout has cut goes on as a new conversation, of
// which the rule for slices says that its state is fresh: service and counts
// are of what is seen in that slice.
package app
