package queries

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/queries/document"
	"weir/warehouse"
)

// Status says what is in a warehouse, by the logs of its tables alone save
// for the list of captures.
type Status struct {
	Tables   []TableStatus   `json:"tables"`
	Captures []CaptureStatus `json:"captures"`
}

// TableStatus describes the live files of a table.
type TableStatus struct {
	Table string `json:"table"`
	// Version is the log's version, -1 if the table does not exist yet.
	Version    int64             `json:"version"`
	Files      int64             `json:"files"`
	Rows       int64             `json:"rows"`
	Bytes      int64             `json:"bytes"`
	Partitions []PartitionStatus `json:"partitions"`
}

// PartitionStatus describes the live files of a partition.
type PartitionStatus struct {
	// Partition is the directory, such as "date=2026-11-22/protocol=tcp";
	// empty in a table without partitions.
	Partition string `json:"partition"`
	Files     int64  `json:"files"`
	Rows      int64  `json:"rows"`
	Bytes     int64  `json:"bytes"`
}

// CaptureStatus describes a capture that is in.
type CaptureStatus struct {
	CaptureID  string     `json:"capture_id"`
	Source     string     `json:"source"`
	Packets    int64      `json:"packets"`
	Flows      int64      `json:"flows"`
	IngestedAt *time.Time `json:"ingested_at"`
}

// MakeStatus reads the status of the session's snapshot.
func MakeStatus(ctx context.Context, s *warehouse.Session) (*Status, error) {
	status := &Status{Captures: []CaptureStatus{}}
	for _, t := range s.Tables() {
		ts := TableStatus{Table: t.Name, Version: -1, Partitions: []PartitionStatus{}}
		snap, err := s.Snapshot(t.Name)
		if err != nil {
			return nil, err
		}
		if snap != nil {
			ts.Version = snap.Version
			partitions := map[string]*PartitionStatus{}
			for _, f := range snap.Files {
				dir := f.Path[:max(strings.LastIndexByte(f.Path, '/'), 0)]
				p := partitions[dir]
				if p == nil {
					p = &PartitionStatus{Partition: dir}
					partitions[dir] = p
				}
				p.Files, p.Rows, p.Bytes = p.Files+1, p.Rows+max(0, f.Stats.NumRecords), p.Bytes+f.Size
			}
			for _, dir := range slices.Sorted(maps.Keys(partitions)) {
				p := partitions[dir]
				ts.Files, ts.Rows, ts.Bytes = ts.Files+p.Files, ts.Rows+p.Rows, ts.Bytes+p.Bytes
				ts.Partitions = append(ts.Partitions, *p)
			}
		}
		status.Tables = append(status.Tables, ts)
	}
	if _, err := tableOf(s, "captures"); err != nil {
		return status, nil
	}
	err := eachRow(ctx, s, "SELECT capture_id, source, packets, flows, ingested_at FROM captures ORDER BY ingested_at, capture_id", nil, func(r record) {
		status.Captures = append(status.Captures, CaptureStatus{r.text(0), r.text(1), r.int(2), r.int(3), r.time(4)})
	})
	if err != nil {
		return nil, fmt.Errorf("list the captures: %w", err)
	}
	return status, nil
}

// shownCaptures is how many captures the text lists: the last ones.
const shownCaptures = 20

// WriteText writes the status as people read it.
func (s *Status) WriteText(w io.Writer) error {
	var b strings.Builder
	rows := [][]string{{"table", "version", "partitions", "files", "rows", "size"}}
	for _, t := range s.Tables {
		rows = append(rows, []string{t.Table, document.Thousands(t.Version), document.Thousands(int64(len(t.Partitions))), document.Thousands(t.Files), document.Thousands(t.Rows), document.Bytes(t.Bytes)})
	}
	writeTexts(&b, 1, rows)
	for _, t := range s.Tables {
		if len(t.Partitions) < 2 {
			continue
		}
		rows = [][]string{{"partition", "files", "rows", "size"}}
		for _, p := range t.Partitions {
			rows = append(rows, []string{p.Partition, document.Thousands(p.Files), document.Thousands(p.Rows), document.Bytes(p.Bytes)})
		}
		writeListing(&b, "Partitions of "+t.Table, 1, rows)
	}
	captures := s.Captures[max(0, len(s.Captures)-shownCaptures):]
	rows = [][]string{{"capture", "id", "ingested (UTC)", "packets", "flows"}}
	for _, c := range captures {
		when := ""
		if c.IngestedAt != nil {
			when = c.IngestedAt.Format("2006-01-02 15:04:05")
		}
		rows = append(rows, []string{c.Source, c.CaptureID, when, document.Thousands(c.Packets), document.Thousands(c.Flows)})
	}
	title := "Captures"
	if hidden := len(s.Captures) - len(captures); hidden > 0 {
		title = fmt.Sprintf("Captures (the last %d of %s)", len(captures), document.Thousands(int64(len(s.Captures))))
	}
	writeListing(&b, title, 3, rows)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeListing(b *strings.Builder, title string, texts int, rows [][]string) {
	fmt.Fprintf(b, "\n%s\n", title)
	if len(rows) == 1 {
		b.WriteString("  none\n")
		return
	}
	writeTexts(b, texts, rows)
}

// writeTexts writes rows in columns: the first ones flush left, the others,
// which are numbers, flush right.
func writeTexts(b *strings.Builder, texts int, rows [][]string) {
	right := make([]bool, len(rows[0]))
	for i := texts; i < len(right); i++ {
		right[i] = true
	}
	document.WriteRows(b, rows, right)
}
