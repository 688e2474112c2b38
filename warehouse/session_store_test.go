package warehouse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// flowsTable is a small table of the shape of flows.
func flowsTable() *schema.Table {
	return &schema.Table{Name: "flows", Columns: []schema.Column{
		{Name: "src_ip", Type: schema.Text, Nullable: true, Stats: true},
		{Name: "src_port", Type: schema.UInt16, Nullable: true, Stats: true},
		{Name: "protocol", Type: schema.Text, Partition: true},
		{Name: "double_ratio", Type: schema.Double, SQL: "ratio * 2"},
		{Name: "date", Type: schema.Date, Partition: true},
		{Name: "start_time", Type: schema.Timestamp, Stats: true},
		{Name: "fwd_packets", Type: schema.Int64},
		{Name: "bwd_packets", Type: schema.Int64},
		{Name: "ratio", Type: schema.Double, SQL: "fwd_packets / NULLIF(bwd_packets, 0)"},
		{Name: "added_later", Type: schema.Text, Nullable: true},
	}}
}

// store is a warehouse under construction.
type store struct {
	t   *testing.T
	dir string
	db  *Session
}

func newStore(t *testing.T) *store {
	t.Helper()
	db, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &store{t: t, dir: filepath.Join(t.TempDir(), "it's [a] house*"), db: db}
}

// log creates the table's log if need be.
func (s *store) log(columns ...string) *delta.Log {
	s.t.Helper()
	types := map[string]string{"src_ip": "string", "src_port": "integer", "protocol": "string", "date": "date",
		"start_time": "timestamp", "fwd_packets": "long", "bwd_packets": "long", "added_later": "string"}
	meta := delta.Metadata{PartitionColumns: []string{"date", "protocol"}}
	for _, c := range columns {
		meta.Schema = append(meta.Schema, delta.Column{Name: c, Type: types[c], Nullable: true})
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "flows"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	log := delta.Open(filepath.Join(s.dir, "flows"))
	if _, err := log.Create(meta); err != nil {
		s.t.Fatal(err)
	}
	return log
}

var firstColumns = []string{"src_ip", "src_port", "protocol", "date", "start_time", "fwd_packets", "bwd_packets"}

// file writes the rows of a query as a data file and returns its entry.
func (s *store) file(date, protocol, name, sql string) delta.Add {
	s.t.Helper()
	path := fmt.Sprintf("date=%s/protocol=%s/%s.parquet", date, protocol, name)
	full := filepath.Join(s.dir, "flows", path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Exec(s.t.Context(), fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, ROW_GROUP_SIZE 10000)", sql, QuoteText(full))); err != nil {
		s.t.Fatal(err)
	}
	info, err := os.Stat(full)
	if err != nil {
		s.t.Fatal(err)
	}
	return delta.Add{Path: path, PartitionValues: map[string]string{"date": date, "protocol": protocol},
		Size: info.Size(), ModificationTime: time.Now().UnixMilli()}
}

func (s *store) commit(log *delta.Log, c delta.Commit) {
	s.t.Helper()
	if _, err := log.Commit(c); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) open() *Session {
	s.t.Helper()
	session, err := OpenSession(s.t.Context(), s.dir, []*schema.Table{flowsTable()}, SessionOptions{Threads: 2})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(session.Close)
	return session
}

const someRows = `SELECT '10.0.0.' || i AS src_ip, i::INTEGER AS src_port,
	TIMESTAMPTZ '2026-11-22 00:00:00+00' + to_milliseconds(i) AS start_time, i AS fwd_packets, i %% 3 AS bwd_packets FROM range(%d) t(i)`

// small returns a session over 5 TCP and 3 UDP rows of two days.
func small(t *testing.T) (*store, *Session) {
	s := newStore(t)
	s.commit(s.log(firstColumns...), delta.Commit{Adds: []delta.Add{
		s.file("2026-11-22", "tcp", "a", fmt.Sprintf(someRows, 5)),
		s.file("2026-11-23", "udp", "b", fmt.Sprintf(someRows, 3)),
	}})
	return s, s.open()
}

func snapshotOf(t *testing.T, s *Session, table string) *delta.Snapshot {
	t.Helper()
	snapshot, err := s.Snapshot(table)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// answer returns the rows of a query as text, cells joined by |.
func answer(t *testing.T, s *Session, sql string, args ...any) string {
	t.Helper()
	rows, err := s.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			var cells []string
			for j, c := range rows.Columns() {
				cells = append(cells, cellText(c.Kind, c.Elem, &rows.Chunk().Vectors[j], i))
			}
			lines = append(lines, strings.Join(cells, "|"))
		}
	}
	if rows.Err() != nil {
		t.Fatalf("%s: %v", sql, rows.Err())
	}
	return strings.Join(lines, "\n")
}

func cellText(kind, elem Kind, v *schema.Vector, i int) string {
	if v.Null(i) {
		return "NULL"
	}
	switch kind {
	case Integer, Date, Timestamp:
		return fmt.Sprint(v.Int64[i])
	case Double:
		return fmt.Sprint(v.Float64[i])
	case Bool:
		return fmt.Sprint(v.Bool[i])
	case List:
		var items []string
		for j := v.Offsets[i]; j < v.Offsets[i+1]; j++ {
			items = append(items, cellText(elem, Text, v.Elem, int(j)))
		}
		return "[" + strings.Join(items, " ") + "]"
	default:
		return string(v.Text(i))
	}
}

func expect(t *testing.T, s *Session, sql, want string, args ...any) {
	t.Helper()
	if got := answer(t, s, sql, args...); got != want {
		t.Errorf("%s\n got: %s\nwant: %s", sql, got, want)
	}
}
