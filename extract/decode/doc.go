// Package decode turns captured frames into Headers: what the meter needs to
// know of a packet, with the flow it belongs to as a Key.
//
//	frame ─► link layer ─► tags, MPLS, PPPoE, PPP, LLC/SNAP ─► ARP | other ─► Key of the frame
//	                                                      └► IP ─► tunnel ─► IP … ─► transport ─► Key of the innermost IP packet
//
// A Decoder looks at one frame at a time and knows nothing of others; one per
// goroutine is enough. It does not allocate, and no bytes make it panic: every
// read is checked against what was captured, and lengths are taken from the
// headers, never from the capture. A frame is either Accepted, and then its
// Key is complete, or has a reason in Header.Reject and no Key.
//
// What one frame cannot know is the flow of a fragment that is not the first
// one. Decode reports every fragment it meets, and Fragments, which sees the
// packets in order, gives later fragments the key of their first.
//
// Where the layers inside a tunnel do not decode, the packet is metered as
// what carries them; where the transport header is cut off or broken, it is
// metered by its addresses and protocol alone, without ports.
package decode
