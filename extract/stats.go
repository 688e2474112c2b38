package extract

import (
	"sync/atomic"

	"weir/extract/decode"
)

// Stats are the sums over one capture.
type Stats struct {
	// Packets counts the records read, Bytes their lengths on the wire.
	Packets, Bytes int64
	// Flows counts the rows of the table flows.
	Flows int64
	// Evicted counts those of them that ended because of the memory limit, or
	// because too many were open.
	Evicted int64
	// Unread counts the rows whose application layer a parser failed at.
	Unread int64
	// Rejected counts the packets that are part of no flow, by reason;
	// Rejected[decode.Accepted] counts those that are.
	Rejected [decode.Rejects]int64
	// First and Last are the earliest and the latest timestamp, nanoseconds
	// since 1970-01-01 UTC; meaningless without packets.
	First, Last int64
}

// InFlows returns the number of packets that are part of a flow. Packets is
// InFlows plus all rejections (metering rule 2).
func (s *Stats) InFlows() int64 { return s.Rejected[decode.Accepted] }

// Progress counts what a running pipeline has done. It may be read at any time.
type Progress struct {
	// Bytes are the packets' lengths on the wire.
	Packets, Bytes, Flows atomic.Int64
}
