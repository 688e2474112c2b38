// Package tls turns the bytes of TLS connections, SSL 3.0 to TLS 1.3, into one
// row of the table tls per connection and the TLS columns of flows.
//
//	stream ─► records ─► handshake messages in the clear ─► Session ─► Event, Summary
//	                     (QUIC enters here, without records) ┘
//
// A Parser holds one TCP connection. It is told the bytes of each direction in
// order, cut anywhere, on any port and possibly not from the connection's first
// byte (STARTTLS); what comes before the first record must have been taken off.
// Records may span calls, messages may span records, and a record may hold many
// messages. Bytes are not kept after a call, except the part of an unfinished
// ClientHello, ServerHello or Certificate.
//
// # What is seen
//
// A handshake message counts once it is complete and was sent in the clear: up
// to the direction's ChangeCipherSpec, or in TLS 1.3 up to the ServerHello. The
// ChangeCipherSpec that TLS 1.3 sends for the sake of middleboxes means nothing.
// Secrets that a capture carries are not used.
//
// The first ClientHello describes the client. The last ServerHello describes
// the server, so a HelloRetryRequest stands only where nothing followed it.
// The client is who sent the ClientHello, whichever side opened the connection.
//
// An SSLv2 ClientHello, which old clients send to reach SSL 3.0 and later, is
// read for its version and cipher suites and counts as one message; it has
// neither JA3 nor JA4. Of an SSL 2.0 connection the version and the certificate are
// read and the two hellos and the client's key are counted; it has no cipher suite of
// IANA's registry and is never established.
//
// # Established and resumed
//
// Up to TLS 1.2 a connection is established once both directions have sent
// ChangeCipherSpec and one of them an application data record after its own.
// In TLS 1.3, where the end of the handshake looks like application data, it is
// established once after the ServerHello both have sent records of that type, the
// client one that is longer than an alert; early data does not count.
//
// A connection is resumed if the ServerHello repeats the ClientHello's session
// id (up to TLS 1.2), accepts a pre-shared key that the client offered, or if a client
// with a ticket and no session id goes on to ChangeCipherSpec without a
// ClientKeyExchange.
//
// # When rows leave
//
// The row is emitted as soon as the connection is established, for nothing can change it
// then, and the parser ignores what follows (Done); otherwise at End, if there was a
// ClientHello or a ServerHello. Nothing depends on how the directions interleave
// except through the order of the messages themselves.
//
// # Limits
//
// A direction keeps at most 64 KiB of one message; a longer hello is counted but not read,
// of a longer Certificate message the leaf is read if it lies within. Names are cut
// at 1024 bytes, distinguished names at 4096, and 1024 DNS names of a
// certificate are kept. A direction with a gap, or bytes that are no records, is not
// read on. Text that is no UTF-8 has U+FFFD in its place.
package tls
