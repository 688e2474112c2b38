// Package scenario makes the small captures of testdata/captures. Each is a
// short story, told packet by packet in a file of its own, whose flows can be
// worked out by hand from the source.
//
// Frames are laid out here byte by byte, with correct lengths and checksums,
// rather than by a packet library: a capture must not share its mistakes with
// the decoder that reads it. Addresses are those set aside for documentation
// (RFC 5737, RFC 3849, RFC 7042), and every story plays on 14 and 15 March 2026.
package scenario
