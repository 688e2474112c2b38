package event

import (
	"encoding/hex"

	"weir/extract/decode"
	"weir/warehouse/schema"
)

// Flow is what event rows say of the flow that carried them.
type Flow struct {
	// UID is the flow's flow_uid.
	UID [16]byte
	// CaptureID is the capture's identity.
	CaptureID string
	// Unit is, unless nil, the capture id that rows have instead, as it stands
	// when a row is written: of the interval of a live capture.
	Unit   *string
	Family decode.Family
	// Initiator and Responder are the flow's endpoints; ports are meaningful
	// only if Ports.
	Initiator, Responder         [16]byte
	InitiatorPort, ResponderPort uint16
	Ports                        bool
}

// captureID returns the capture id of a row that is written now.
func (f *Flow) captureID() string {
	if f.Unit != nil {
		return *f.Unit
	}
	return f.CaptureID
}

// Stamp places a message in its capture.
type Stamp struct {
	// Time is the time of the packet that completed the message's first part
	// of interest, nanoseconds since 1970-01-01 UTC.
	Time int64
	// Packet is that packet's number in the capture.
	Packet int64
}

// Head is the beginning of every event: embed it.
type Head struct {
	Flow Flow
	// Stamp is of the first message of the row.
	Stamp Stamp
	// Turned tells that the client of the event is the flow's responder.
	Turned bool
}

// EventHead returns the head itself, so that what embeds it is an Event.
func (h *Head) EventHead() *Head { return h }

// Key returns the key by which the event's row is ordered.
func (h *Head) Key() schema.Key { return schema.Key{Time: h.Stamp.Time, Packet: h.Stamp.Packet} }

// Event is a row of an event table.
type Event interface{ EventHead() *Head }

// Fields declares the columns that every event table begins with.
func Fields[E Event]() []schema.Field[E] {
	type column = schema.Column
	addr := func(name, doc string, client bool) schema.Field[E] {
		return schema.NullStr(column{Name: name, Encoding: schema.Dict, Stats: true, Doc: doc}, func(dst []byte, e E) ([]byte, bool) {
			h := e.EventHead()
			a := h.Flow.Responder
			if client != h.Turned {
				a = h.Flow.Initiator
			}
			return decode.AppendAddr(dst, h.Flow.Family, a), true
		})
	}
	port := func(name, doc string, client bool) schema.Field[E] {
		return schema.NullInt(column{Name: name, Type: schema.UInt16, Stats: true, Doc: doc}, func(e E) (int64, bool) {
			h := e.EventHead()
			p := h.Flow.ResponderPort
			if client != h.Turned {
				p = h.Flow.InitiatorPort
			}
			return int64(p), h.Flow.Ports
		})
	}
	return []schema.Field[E]{
		schema.PartitionBy[E](column{Name: "date", Type: schema.Date, Doc: "Partition column. UTC date of time."}),
		schema.Int(column{Name: "time", Type: schema.Timestamp, Unit: "UTC, us", Encoding: schema.Delta, Stats: true, Doc: "First message of the row."},
			func(e E) int64 { return schema.Micros(e.EventHead().Stamp.Time) }),
		schema.Str(column{Name: "flow_uid", Encoding: schema.Hash, Doc: "The flow that carried it."},
			func(dst []byte, e E) []byte { return hex.AppendEncode(dst, e.EventHead().Flow.UID[:]) }),
		schema.Str(column{Name: "capture_id", Encoding: schema.Dict, Doc: "Joins to captures."},
			func(dst []byte, e E) []byte { return append(dst, e.EventHead().Flow.captureID()...) }),
		addr("src_ip", "Client address.", true),
		port("src_port", "Client port.", true),
		addr("dst_ip", "Server address.", false),
		port("dst_port", "Server port.", false),
	}
}
