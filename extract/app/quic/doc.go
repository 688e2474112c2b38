// Package quic reads the hellos of QUIC connections and turns each connection
// into a row of the table tls, with transport quic, and the TLS columns of
// flows. Version 1 (RFC 9001), version 2 (RFC 9369) and the drafts 23 to 34 are read.
//
//	datagram ─► packets ─► Initial packets, opened ─► CRYPTO frames in order ─► tls.Session ─► Event, Summary
//
// Initial packets are protected with keys that follow from a connection id in
// the clear, so that whoever sees the client's first one can open those of both
// sides. All other packets stay closed and are skipped.
//
// # Connections
//
// A connection begins with an Initial packet that opens with the keys of its
// own destination connection id; who sent it is the client, whichever side the flow's
// initiator is. A Retry whose integrity tag fits, or an Initial packet with a token
// before the server has answered, changes the keys and goes on with the
// connection; an Initial packet of another version with which the server
// answers (RFC 9368) goes on with it too. Any other Initial packet that opens
// with keys of its own begins the next connection, after a Version Negotiation
// as well. Connections of one flow are followed one after the other: where two are
// interleaved, the first ends as the second begins. Late packets for the last
// four connection ids begin nothing.
//
// A version that exists to force negotiation (0x?a?a?a?a) has no keys of its own; the
// three salts of version 1 and the drafts are tried.
//
// # Established
//
// A connection is established once both sides have sent 1-RTT packets, which
// have a short header, after the server's first packet. A stateless reset
// cannot be told from such a packet and counts as one.
//
// # When rows leave
//
// The row is emitted as soon as the ServerHello is read and the connection is
// established; otherwise when the flow's next connection begins or at End. A
// connection without a complete hello of either side has no row.
//
// # Limits
//
// A packet that was not captured whole is not opened. A flow may cost 32 packets that
// do not open, and each side of a connection 64 that do; once both hellos are complete
// nothing is opened any more, and a packet costs a look at its first bytes. Of each
// side 16 KiB of handshake are held, in at most 64 pieces. Later packets of a
// connection whose first one was not captured cannot be opened, and a flow of
// short headers alone is not recognised.
package quic
