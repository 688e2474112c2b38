package decode

// Family says what kind of addresses a key holds.
type Family uint8

// Families of keys.
const (
	Ethernet Family = iota // MAC addresses, in the first 6 bytes
	ARP                    // IPv4 protocol addresses of ARP or RARP, in the first 4 bytes
	IPv4                   // in the first 4 bytes
	IPv6
)

// Key identifies a flow: both directions of a conversation have the equal
// key. A is the smaller endpoint (address, then port). Unused bytes are zero,
// so keys compare with ==.
type Key struct {
	A, B         [16]byte
	PortA, PortB uint16
	// EtherType of Ethernet keys; 0 where it is unknown or 802.3 LLC.
	EtherType uint16
	Family    Family
	// Protocol is the IP protocol number; 0 for ARP and Ethernet.
	Protocol uint8
	// Ports tells whether the ports mean something: false for portless
	// protocols, later fragments without their first, and broken transport headers.
	Ports bool
	// Path holds the tunnel names, outermost in the highest used bits.
	Path Path
	// VNI is the network identifier where the innermost tunnel is VXLAN or Geneve, else 0.
	VNI uint32
}

// Reject says why a packet is part of no flow.
type Reject uint8

// Reasons of rejection, the columns rejected_… of captures. Accepted is none.
const (
	Accepted Reject = iota
	Truncated
	Malformed
	UnsupportedLink
	NotData
	Rejects // the number of reasons, Accepted included
)

// Header is what the meter needs to know of one packet.
type Header struct {
	Key  Key
	Hash uint64 // of Key; picks the shard and the bucket, never decides equality
	// Time is the packet's timestamp, nanoseconds since 1970-01-01 UTC.
	Time int64
	// Payload holds the captured bytes of the transport payload; it may be
	// shorter than PayloadLen, and is valid as long as the packet's slab.
	Payload []byte
	// FrameLen is the length on the wire, IPLen, PayloadLen and HeaderLen
	// (transport header) are lengths by the headers, in bytes (metering rule 4).
	FrameLen, IPLen, PayloadLen uint32
	TunnelID                    uint32
	Seq, Ack                    uint32
	HeaderLen                   uint16
	Window                      uint16
	// Flags holds the TCP flags: bit 0 FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, bit 8 AE.
	Flags uint16
	MSS   uint16
	VLAN  uint16
	// SrcMAC and DstMAC are the outer frame's.
	SrcMAC, DstMAC [6]byte
	TTL, DSCP      uint8
	WindowScale    uint8
	ICMPType       uint8
	ICMPCode       uint8
	Reject         Reject
	// Reverse tells that the packet's source is Key.B. It is false where both
	// endpoints are equal.
	Reverse        bool
	Fragment       bool // a fragment at any IP layer
	TCP            bool // Flags, Seq, Ack and Window are valid
	HasTransport   bool // the transport header was there and whole
	HasMSS         bool
	HasWindowScale bool
	HasICMP        bool
	HasVLAN        bool
	HasSrcMAC      bool
	HasDstMAC      bool
	HasTunnelID    bool
	HasEtherType   bool // Key.EtherType is known
}

// TCP flag bits of Header.Flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)
