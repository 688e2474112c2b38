package capture

// LinkType is a LINKTYPE_ value of a capture file, which says what the first
// header of a packet is.
type LinkType uint16

// Packet is one packet record of a capture. Its bytes lie in the slab that
// holds it.
type Packet struct {
	// Time is the record's timestamp, nanoseconds since 1970-01-01 UTC, at the capture's precision.
	Time int64
	// Offset and Captured say where the captured bytes lie in Slab.Bytes.
	Offset, Captured uint32
	// Length is the packet's length on the wire, in bytes.
	Length uint32
	Link   LinkType
	// Malformed marks a record that contradicts its capture, such as one of an
	// undeclared interface; it is counted and not decoded.
	Malformed bool
}

// Slab is a run of consecutive packets that one Read filled. The packets and
// their bytes belong to whoever holds the slab, until it is given to Read again.
type Slab struct {
	// First is the number of Packets[0] in its capture, counted from 0.
	First   int64
	Packets []Packet
	Bytes   []byte
	// Seams tells of a joined capture where packets of another file begin, the
	// first at packet 0. It is empty in a capture of one file.
	Seams []Seam
	// Clock is, in a live capture, a time up to which all packets are in this slab
	// and those before it, as far as it is known: nanoseconds since 1970-01-01
	// UTC, 0 for unknown. It is 0 in the slabs of files.
	Clock int64
}

// Seam is a place in a slab from which on packets come from one file.
type Seam struct {
	// Packet is the index in Slab.Packets, File the number of the file.
	Packet, File int
}

// Data returns the captured bytes of packet i. They are valid as long as the
// slab is held and must not be written to.
func (s *Slab) Data(i int) []byte {
	p := &s.Packets[i]
	return s.Bytes[p.Offset : p.Offset+p.Captured : p.Offset+p.Captured]
}

// Info is what a source knows of itself. It is complete once Read has
// returned io.EOF.
type Info struct {
	// Format is the container and its compression: pcap, pcapng, pcap+gzip, …, live.
	Format string
	// Links lists the link types of the capture in order of first appearance.
	Links []LinkType
	// Warning tells why the capture ended before its end, or is empty.
	Warning string
	// Dropped counts packets that the capturing side lost; meaningful only if DroppedKnown.
	Dropped      int64
	DroppedKnown bool
	// Consumed is how many bytes of the file as stored have been read, for progress.
	Consumed int64
}

// Source yields the packets of one capture in order. It is not safe for
// concurrent use, except that Info may be called at any time.
type Source interface {
	// Read replaces the contents of s by the next packets, at least one. It
	// returns io.EOF when there are none left. How the packets are cut into
	// slabs depends on the capture's bytes alone, never on time or on the
	// size of the system's reads. Any other error is an error of reading and
	// ends the source; a capture that is merely cut off or damaged ends with
	// io.EOF and Info().Warning.
	//
	// A Live source cuts slabs by time too, and gives empty ones with a Clock
	// where no packets come.
	Read(s *Slab) error
	Info() Info
	Close() error
}
