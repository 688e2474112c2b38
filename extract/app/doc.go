// Package app is the application layer of the meter: it puts the payload of
// a flow in order, finds out which protocol it is, whatever the port, and has
// that protocol's package read it.
//
//	Engine.Open ─► Conversation.Packet ─► stream (TCP) ─► recognise ─► dns, http, tls, quic
//	                                                            └► service
//
// A Conversation is the state of one flow. It exists from the flow's first
// payload on and is done when nothing more can be learnt: most flows of
// unknown protocols are done after their first packets, and then cost nothing.
//
// Limits, per direction of a TCP flow: segments that arrive too early are
// held back, up to maxHeld bytes in maxSegments segments, and beyond that what
// is missing counts as lost. Recognition looks at the first maxHead bytes and
// at no more than maxDatagrams datagrams. Loss ends the reading of that
// direction, but for the inside of an HTTP body; what was counted before stays.
package app
