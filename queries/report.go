package queries

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// Report sums up a warehouse. It is plain data: bytes and counts are raw,
// times are UTC.
type Report struct {
	Captures      Captures       `json:"captures"`
	Flows         Volume         `json:"flows"`
	Protocols     []Protocol     `json:"protocols"`
	Talkers       []Talker       `json:"top_talkers"`
	Conversations []Conversation `json:"top_conversations"`
	Ports         []Port         `json:"top_ports"`
	EndReasons    []EndReason    `json:"end_reasons"`
}

// Captures sums up what was read.
type Captures struct {
	Captures       int64 `json:"captures"`
	FileBytes      int64 `json:"file_bytes"`
	Packets        int64 `json:"packets"`
	Bytes          int64 `json:"bytes"`
	PacketsInFlows int64 `json:"packets_in_flows"`
	// The packets that are in no flow, by reason.
	Truncated       int64 `json:"rejected_truncated"`
	Malformed       int64 `json:"rejected_malformed"`
	UnsupportedLink int64 `json:"rejected_unsupported_link"`
	NotData         int64 `json:"rejected_not_data"`
	// FirstTime and LastTime are nil without packets.
	FirstTime *time.Time `json:"first_time"`
	LastTime  *time.Time `json:"last_time"`
}

// Volume counts flows and what they carried; bytes are frame lengths.
type Volume struct {
	Flows   int64 `json:"flows"`
	Packets int64 `json:"packets"`
	Bytes   int64 `json:"bytes"`
}

// Protocol is the volume of a protocol.
type Protocol struct {
	Protocol string `json:"protocol"`
	Volume
}

// Talker is an address with what it sent and received.
type Talker struct {
	IP       string `json:"ip"`
	Flows    int64  `json:"flows"`
	Packets  int64  `json:"packets"`
	Sent     int64  `json:"sent_bytes"`
	Received int64  `json:"received_bytes"`
}

// Conversation is a pair of addresses with the bytes each way.
type Conversation struct {
	A       string `json:"a"`
	B       string `json:"b"`
	Flows   int64  `json:"flows"`
	Packets int64  `json:"packets"`
	AToB    int64  `json:"a_to_b_bytes"`
	BToA    int64  `json:"b_to_a_bytes"`
}

// Port is the volume to a port of responders.
type Port struct {
	Port     int64  `json:"port"`
	Protocol string `json:"protocol"`
	Volume
}

// EndReason is the volume of the flows that ended for a reason.
type EndReason struct {
	Reason string `json:"end_reason"`
	Volume
}

// ReportOptions adjust the report.
type ReportOptions struct {
	// Top is how many talkers, conversations and ports are listed; 0 means 10.
	Top int
}

// MakeReport asks the warehouse for its report.
func MakeReport(ctx context.Context, s *warehouse.Session, o ReportOptions) (*Report, error) {
	if o.Top == 0 {
		o.Top = 10
	}
	saved, err := ReportQueries()
	if err != nil {
		return nil, err
	}
	asked := asker{ctx: ctx, session: s, saved: saved, top: o.Top}
	r := &Report{Protocols: []Protocol{}, Talkers: []Talker{}, Conversations: []Conversation{}, Ports: []Port{}, EndReasons: []EndReason{}}
	asked.each("captures", func(row record) {
		r.Captures = Captures{row.int(0), row.int(1), row.int(2), row.int(3), row.int(4),
			row.int(5), row.int(6), row.int(7), row.int(8), row.time(9), row.time(10)}
	})
	asked.each("flows", func(row record) { r.Flows = row.volume(0) })
	asked.each("protocols", func(row record) { r.Protocols = append(r.Protocols, Protocol{row.text(0), row.volume(1)}) })
	asked.each("talkers", func(row record) {
		r.Talkers = append(r.Talkers, Talker{row.text(0), row.int(1), row.int(2), row.int(3), row.int(4)})
	})
	asked.each("conversations", func(row record) {
		r.Conversations = append(r.Conversations, Conversation{row.text(0), row.text(1), row.int(2), row.int(3), row.int(4), row.int(5)})
	})
	asked.each("ports", func(row record) { r.Ports = append(r.Ports, Port{row.int(0), row.text(1), row.volume(2)}) })
	asked.each("end_reasons", func(row record) { r.EndReasons = append(r.EndReasons, EndReason{row.text(0), row.volume(1)}) })
	return r, asked.err
}

// asker runs the queries of a report; its first error sticks.
type asker struct {
	ctx     context.Context
	session *warehouse.Session
	saved   []Saved
	top     int
	err     error
}

func (a *asker) each(name string, use func(record)) {
	if a.err != nil {
		return
	}
	i := slices.IndexFunc(a.saved, func(q Saved) bool { return q.Name == name })
	if i < 0 {
		a.err = fmt.Errorf("report: it has no query %s", name)
		return
	}
	values := map[string]string{}
	if a.saved[i].has("top") {
		values["top"] = strconv.Itoa(a.top)
	}
	args, err := a.saved[i].Args(values)
	if err != nil {
		a.err = fmt.Errorf("report: %w", err)
		return
	}
	if err := eachRow(a.ctx, a.session, a.saved[i].SQL, args, use); err != nil {
		a.err = fmt.Errorf("report, %s: %w", name, err)
	}
}

// record is a row of a result; it is valid within eachRow's callback.
type record struct {
	vectors []schema.Vector
	row     int
}

func (r record) int(i int) int64 {
	if r.vectors[i].Null(r.row) {
		return 0
	}
	return r.vectors[i].Int64[r.row]
}

func (r record) text(i int) string { return string(r.vectors[i].Text(r.row)) }

func (r record) time(i int) *time.Time {
	if r.vectors[i].Null(r.row) {
		return nil
	}
	t := time.UnixMicro(r.vectors[i].Int64[r.row]).UTC()
	return &t
}

// volume returns the three columns from i on.
func (r record) volume(i int) Volume { return Volume{r.int(i), r.int(i + 1), r.int(i + 2)} }

func eachRow(ctx context.Context, s *warehouse.Session, sql string, args []any, use func(record)) error {
	rows, err := s.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			use(record{rows.Chunk().Vectors, i})
		}
	}
	return rows.Err()
}
