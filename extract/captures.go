package extract

import (
	"fmt"
	"strings"
	"time"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/warehouse/schema"
)

// Capture is a row of the table captures: what is known of one capture.
type Capture struct {
	ID, Source, Path string
	FileBytes        int64
	Info             capture.Info
	Stats            Stats
	Settings         string // metering options, JSON
	Version          string // of the program
	IngestedAt       time.Time
}

// Warning tells what is not as it should be with the capture, and with what was read
// of it; empty if nothing is.
func (c *Capture) Warning() string {
	if c.Stats.Unread == 0 {
		return c.Info.Warning
	}
	unread := fmt.Sprintf("a fault of this program kept it from reading the application layer of %d flows", c.Stats.Unread)
	return strings.TrimPrefix(c.Info.Warning+"; "+unread, "; ")
}

// AppendTo appends the row to the sink.
func (c *Capture) AppendTo(sink Sink, tables *Catalogues) error {
	batch, err := sink.Batch(tables.Captures.Table)
	if err != nil {
		return err
	}
	var key schema.Key
	if c.Stats.Packets > 0 {
		key.Time = c.Stats.First
	}
	tables.Captures.Append(batch, []*Capture{c}, []schema.Key{key})
	return sink.Grown(batch)
}

// captures returns the table captures.
func captures() *schema.Catalogue[*Capture] {
	type column = schema.Column
	// File names need not be UTF-8, but Parquet's text must be: no reader takes a
	// file that holds other bytes.
	text := func(name, doc string, value func(*Capture) string) schema.Field[*Capture] {
		return schema.Str(column{Name: name, Doc: doc}, func(dst []byte, c *Capture) []byte {
			return append(dst, strings.ToValidUTF8(value(c), "\uFFFD")...)
		})
	}
	count := func(name, unit, doc string, value func(*Capture) int64) schema.Field[*Capture] {
		return schema.Int(column{Name: name, Type: schema.Int64, Unit: unit, Doc: doc}, value)
	}
	rejected := func(name, doc string, reason decode.Reject) schema.Field[*Capture] {
		return count(name, "packets", doc, func(c *Capture) int64 { return c.Stats.Rejected[reason] })
	}
	instant := func(name, doc string, value func(*Capture) int64) schema.Field[*Capture] {
		return schema.NullInt(column{Name: name, Type: schema.Timestamp, Unit: "UTC, us", Doc: doc, Stats: true},
			func(c *Capture) (int64, bool) { return schema.Micros(value(c)), c.Stats.Packets > 0 })
	}
	return schema.NewCatalogue("captures", []schema.Field[*Capture]{
		text("capture_id", "Content identity: equal bytes give the equal id, whatever the file is called.", func(c *Capture) string { return c.ID }),
		text("source", "Base name, or interface@host.", func(c *Capture) string { return c.Source }),
		text("path", "As given.", func(c *Capture) string { return c.Path }),
		count("file_bytes", "bytes", "As stored, compressed or not.", func(c *Capture) int64 { return c.FileBytes }),
		text("format", "pcap, pcapng, live, end (of what weir watch has read); with +gzip, +zstd.", func(c *Capture) string { return c.Info.Format }),
		schema.List(column{Name: "link_types", Type: schema.TextList, Doc: "Link types of the capture, in order of first appearance."},
			func(elem *schema.Vector, c *Capture) bool {
				for _, l := range c.Info.Links {
					elem.AppendString(l.String(), true)
				}
				return true
			}),
		count("packets", "packets", "Records read.", func(c *Capture) int64 { return c.Stats.Packets }),
		count("bytes", "bytes", "Sum of frame lengths on the wire.", func(c *Capture) int64 { return c.Stats.Bytes }),
		count("flows", "rows", "Rows of flows that the capture gave.", func(c *Capture) int64 { return c.Stats.Flows }),
		instant("first_time", "Earliest packet; null without packets.", func(c *Capture) int64 { return c.Stats.First }),
		instant("last_time", "Latest packet; null without packets.", func(c *Capture) int64 { return c.Stats.Last }),
		count("packets_in_flows", "packets", "packets = packets_in_flows + the four below.", func(c *Capture) int64 { return c.Stats.InFlows() }),
		rejected("rejected_truncated", "Packets whose captured bytes end inside a header that is needed.", decode.Truncated),
		rejected("rejected_malformed", "Packets whose headers contradict themselves.", decode.Malformed),
		rejected("rejected_unsupported_link", "Packets of a link type that is not read.", decode.UnsupportedLink),
		rejected("rejected_not_data", "802.11 management and control frames and the like.", decode.NotData),
		schema.NullInt(column{Name: "dropped", Type: schema.Int64, Unit: "packets", Doc: "Live capture: dropped by kernel or ring; pcapng: interface statistics; null if unknown."},
			func(c *Capture) (int64, bool) { return c.Info.Dropped, c.Info.DroppedKnown }),
		schema.NullStr(column{Name: "warning", Doc: "Cut-off tail and the like; null if clean."},
			func(dst []byte, c *Capture) ([]byte, bool) {
				warning := c.Warning()
				return append(dst, warning...), warning != ""
			}),
		text("settings", "Metering options, JSON.", func(c *Capture) string { return c.Settings }),
		text("weir_version", "Version of the program that ingested the capture.", func(c *Capture) string { return c.Version }),
		schema.Int(column{Name: "ingested_at", Type: schema.Timestamp, Unit: "UTC, us", Doc: "When the capture was ingested."},
			func(c *Capture) int64 { return c.IngestedAt.UnixMicro() }),
	})
}
