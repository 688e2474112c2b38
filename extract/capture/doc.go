// Package capture turns captures into slabs of packets.
//
//	Find ─► Identify ─► Open ─► Source.Read ─► Slab, Slab, … io.EOF ─► Source.Info
//
// A capture is a classic pcap (either byte order, microseconds or nanoseconds,
// and the 24-byte records of Kuznetzov's patch) or a pcapng (several sections
// and interfaces, either byte order), plain, gzip or zstd compressed. It is
// recognised by its content and never by its name. What is recognised as
// something else is a *NotCaptureError.
//
// # Whose the bytes are
//
// The file's bytes are read straight into Slab.Bytes and stay there; a packet is a
// place in them. A slab and everything in it belong to whoever holds it until it
// is given to Read again, so slabs may travel between goroutines and circulate.
// A source keeps no reference to a slab that it has filled.
//
// # How packets are cut into slabs
//
// A slab takes 256 KiB of the capture, decompressed, and at most 4096 packets. A
// record that the end of a slab divides is carried over to the next one, and a
// record larger than a slab gets a slab of its own size, which grows only as its
// bytes arrive. The cuts depend on the capture's bytes alone. Memory is that of
// the slabs in circulation, and for a compressed capture three more buffers and
// the decompressor's window (at most 128 MiB for zstd).
//
// # Several files as one
//
// Join reads the files that a sensor has rotated as one capture in time order;
// see Joined. Its slabs are cut like those of a file, by the bytes of the files alone.
//
// # Live
//
// OpenLive listens to interfaces: on Linux to rings of packet sockets (gopacket's
// afpacket, without libpcap), elsewhere through libpcap or Npcap.
//
//	kernel ─► ring ─► portion ─► Read ─► Slab with Clock
//
// A goroutine copies what a ring holds into portions, three a ring, which change
// places with the slabs of Read. Where metering cannot follow, the ring fills, and what
// it cannot hold is dropped by the kernel and counted: memory does not grow. A socket
// takes nothing until all of them are set up, so that no packet comes unfiltered or
// twice. The kernel takes the VLAN tag off a packet; it is put back
// with its id (afpacket tells no more: the type is 0x8100, the priority 0), and counts
// in the packet's length. Times are the kernel's.
//
// # How a capture ends
//
// A record that is cut off, a record or block of impossible length and a damaged compressed
// stream end the capture with io.EOF; everything before is kept, and Info().Warning
// says what was found and where. Positions are bytes of the capture after
// decompression. An error of reading ends it with that error, after the packets
// read before it.
//
// # What a packet's fields mean beyond the formats' own rules
//
// A captured length above both 262,144 and the snaplen of the file (of the interface in
// pcapng, where a snaplen of 0 sets no higher limit either) is impossible. Classic seconds are
// unsigned and a fraction of a second or more is added as it is. The link type is
// the low 16 bits of its field. pcapng ticks are signed, rounded down to nanoseconds and clamped to
// int64. A simple packet block takes the time of the record before it, and 0 if there is none. A
// packet of an undeclared interface is Malformed, without a link type, and its ticks
// are taken as microseconds.
//
// Dropped is known for a pcapng with interface statistics and is the sum over its
// interfaces of the packets dropped by interface and system in their last statistics.
package capture
