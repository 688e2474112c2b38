// Package http reads HTTP/1.x from the two byte streams of a flow, on any
// port, and makes a row of the table http of each request and its response.
//
//	Probe(first bytes of a direction) ─► Parser.Reset, Data, Gap, End ─► Sink ─► Catalogue
//	                                                └► Parser.Summary ─► columns of flows
//
// # Messages
//
// The direction that sends requests is the client, whichever it is. A message
// begins with its start line:
//
//	method SP target SP HTTP/1.digit      method any token up to 32 characters
//	HTTP/1.digit SP 3 digits [SP reason]
//
// Lines end in LF or CR LF, empty lines before a start line are skipped, and
// folded fields are unfolded. A request line whose version is missing or
// broken ("GET /index.html", "GET / HTTP/1.") is taken if its method is a
// known one and a field follows, and has no version; so HTTP/0.9, which has
// no fields, is not read. A request counts from its start line on: if its
// fields are cut off by a gap, a limit or the end, those that were seen remain.
//
// Bodies are counted and skipped, never stored. Their length follows RFC 9112
// section 6.3: none after HEAD, 1xx, 204 and 304, else chunked, else
// Content-Length, else a response lasts until the end. Chunk framing is not
// counted. A response whose Content-Length is invalid or contradicts itself,
// or whose last transfer coding is not chunked, lasts until the end; after
// such a request its direction is not read further. After 101, and 2xx to
// CONNECT, neither direction is HTTP any more.
//
// Bytes lost inside a body whose length is known leave the rest readable;
// any other gap ends the reading of that direction.
//
// # Rows
//
// Responses answer requests in order. A 1xx (but 101) does not answer; its
// status stands only until the final one comes. A response that finds no
// request waiting has a row of its own, without the request's columns; it
// takes a depth too, so depth is the number of the exchange on the connection.
//
// A row goes to the sink when request and response are complete, when the
// next response begins although the request is unfinished, when the other
// side can no longer be read, when too much is waiting, or at End; each once.
// In the last cases columns hold what was seen until then. The row's time is
// that of the packet that completed its first start line. Of a field that
// occurs twice the first counts.
//
// Text is valid UTF-8: each run of invalid bytes is one U+FFFD. It is cut at
// 8 KiB (uri) or 4 KiB. Content-Type keeps its parameters, as sent.
//
// # Limits per flow
//
// A head (and the trailers of a body) may have 64 KiB and 1,000 lines, a line
// of chunk framing 8 KiB; beyond, the direction is not read further. At most
// 64 requests with 256 KiB of text wait for responses; beyond, the oldest go
// without, and their responses, when they come, are counted only (and taken
// for responses to GET). Apart from that a parser holds one unfinished field
// per direction.
package http
