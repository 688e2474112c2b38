package delta

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"weir/warehouse/schema"
)

// testTable has a column of every type.
func testTable() *schema.Table {
	return &schema.Table{Name: "flows", Columns: []schema.Column{
		{Name: "date", Type: schema.Date, Partition: true, Doc: "Day."},
		{Name: "protocol", Type: schema.Text, Partition: true},
		{Name: "start_time", Type: schema.Timestamp, Doc: "Start.", Stats: true},
		{Name: "ip", Type: schema.Text, Doc: "Address \"of\" <client>."},
		{Name: "bytes", Type: schema.UInt64, Unit: "bytes", Doc: "Volume."},
		{Name: "port", Type: schema.UInt16},
		{Name: "ttl", Type: schema.UInt8, Nullable: true},
		{Name: "packets", Type: schema.UInt32},
		{Name: "offset", Type: schema.Int64},
		{Name: "rate", Type: schema.Double, Nullable: true},
		{Name: "closed", Type: schema.Bool, Nullable: true},
		{Name: "names", Type: schema.TextList, Nullable: true},
		{Name: "ports", Type: schema.UInt16List, Nullable: true},
		{Name: "marks", Type: schema.Int64List, Nullable: true},
		{Name: "derived", Type: schema.Double, SQL: "bytes / 2"},
	}}
}

func newTable(t testing.TB) *Log {
	t.Helper()
	l := Open(filepath.Join(t.TempDir(), "flows"))
	if _, err := l.Create(MetadataOf(testTable())); err != nil {
		t.Fatal(err)
	}
	return l
}

// partAdd is an add of a made-up file number i.
func partAdd(i int) Add {
	return Add{
		Path:             fmt.Sprintf("date=2026-11-22/protocol=tcp/part-%06d.parquet", i),
		PartitionValues:  map[string]string{"date": "2026-11-22", "protocol": "tcp"},
		Size:             int64(1000 + i),
		ModificationTime: 1795343355000,
		Stats: Stats{NumRecords: 10, Min: map[string]any{"bytes": int64(i), "ip": "10.0.0.1"},
			Max: map[string]any{"bytes": int64(i + 9), "ip": "10.0.0.9"}, NullCount: map[string]int64{"ttl": 3}},
	}
}

func mustCommit(t testing.TB, l *Log, c Commit) *Snapshot {
	t.Helper()
	s, err := l.Commit(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// appendPart commits file number i with a txn of its own.
func appendPart(t testing.TB, l *Log, i int) *Snapshot {
	t.Helper()
	return mustCommit(t, l, Commit{Operation: "WRITE", Parameters: map[string]string{"mode": "Append"}, DataChange: true,
		Adds: []Add{partAdd(i)}, Txns: []Txn{{AppID: fmt.Sprint("capture-", i), Version: 1}}})
}

func readLog(t testing.TB, l *Log, version int64) string {
	t.Helper()
	b, err := os.ReadFile(l.commitFile(version))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
