// Package dns reads DNS messages out of the payload of flows: over UDP, over
// TCP with its two octets of length before each message, mDNS and LLMNR. Each
// transaction becomes an Event, a row of the table dns; a Summary holds what
// the columns of flows say.
//
// A Parser is the state of one flow. Datagrams go to Datagram, the in-order
// bytes of a TCP flow to Data. A message counts if its header of 12 octets was
// captured and its opcode is assigned; other datagrams are ignored (on ports that
// are not DNS's own, also those that ProbeNext does not take), and a stream
// direction ends at a length below 12, for it can only be out of step.
// What follows the header is read up to the first octet that was not captured
// or that contradicts the format: a name that is cut is no name, answers are
// those that are whole. Of several questions the first counts.
//
// # Transactions
//
// There is one row per query message, also for a retransmitted one, as in
// Zeek's dns.log. A response belongs to the oldest query of the other direction
// that still waits and has the same id, opcode and first question; a response
// without question, to the oldest with the same id and opcode. A query that is
// never answered is emitted at End, or when more than 256 wait in the flow,
// the oldest first. A response without query is a row at once: so the second
// and later messages of a zone transfer, and answers to a retransmission that
// had a twin. The client is the sender of the query, and the receiver of a
// response that has no query. Over TCP a message is of the time of the packet
// that completed it.
//
// # Text
//
// Names are lower case (ASCII), without the final dot, the root is ".". An
// octet outside 0x20 to 0x7e is \DDD, a dot or backslash within a label is
// preceded by a backslash; a blank stays. A compression pointer must lead to
// before the run of labels that it ends, so loops cannot be; one that leads
// forwards or into the header, a name of more than 255 octets, and labels of
// other kinds end the reading of the message.
//
// The data of answers is in presentation format as in zone files, with names
// as above and without parentheses: 10 mx.example.com, "v=spf1 -all". Types
// without a known format, and data that does not fit its type, are written
// as RFC 3597 has it: \# 3 0A0B0C. OPT is no answer, nor is a prerequisite of a dynamic update
// (RFC 2136, 2.4), though ANCOUNT counts both. Types, classes, opcodes and
// response codes are mnemonics of the IANA registry, else TYPE65400, CLASS256,
// OPCODE3, RCODE12; type 255 is ANY. With port 5353 the top bit of a class is
// mDNS's own and not part of it. The response code includes the upper bits
// of an OPT record.
//
// # Limits
//
// 256 waiting queries of some 1.2 KB at most and one incomplete message of
// 64 KB per direction are held per flow; the text of one row's answers ends
// with the record that would take it past 256 KB.
package dns
