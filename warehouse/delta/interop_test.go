package delta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/schema"
)

// python runs a script with delta-rs and returns what it prints.
func python(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import deltalake, pyarrow").CombinedOutput(); err != nil {
		t.Skipf("python3 with deltalake and pyarrow is not available: %v %s", err, out)
	}
	// Leaving at once avoids an abort in the threads of the libraries at exit.
	script += "\nsys.stdout.flush()\nimport os\nos._exit(0)\n"
	cmd := exec.Command("python3", append([]string{"-c", script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, stderr.String())
	}
	return out
}

// dataRow is a row of the small table shared with delta-rs.
type dataRow struct {
	ID    int64    `parquet:"id"`
	Text  string   `parquet:"text"`
	Start int64    `parquet:"start,timestamp(microsecond)"`
	List  []string `parquet:"list,optional,list"`
}

func dataTable() *schema.Table {
	return &schema.Table{Name: "small", Columns: []schema.Column{
		{Name: "date", Type: schema.Date, Partition: true},
		{Name: "protocol", Type: schema.Text, Partition: true, Nullable: true},
		{Name: "id", Type: schema.Int64, Doc: "Number.", Unit: "count"},
		{Name: "text", Type: schema.Text},
		{Name: "start", Type: schema.Timestamp},
		{Name: "list", Type: schema.TextList, Nullable: true},
	}}
}

const dataStart = 1795343355000123

// writeData writes a file of two rows and returns its add.
func writeData(t *testing.T, dir string, i int, protocol string) Add {
	t.Helper()
	rows := []dataRow{
		{ID: int64(2 * i), Text: fmt.Sprint("row ", 2*i), Start: dataStart + int64(i), List: []string{"a", "b"}},
		{ID: int64(2*i + 1), Text: strings.Repeat("é", 40), Start: dataStart + int64(i) + 1},
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.Compression(&parquet.Zstd)); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("date=2026-11-22/protocol=%s/part %d%%.parquet", protocol, i)
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, path), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return Add{Path: path, PartitionValues: map[string]string{"date": "2026-11-22", "protocol": strings.Trim(protocol, "-")},
		Size: int64(b.Len()), ModificationTime: 1795343355000,
		Stats: Stats{NumRecords: 2,
			Min:       map[string]any{"id": int64(2 * i), "text": fmt.Sprint("row ", 2*i), "start": int64(dataStart + i)},
			Max:       map[string]any{"id": int64(2*i + 1), "text": strings.Repeat("é", 40), "start": int64(dataStart + i + 1)},
			NullCount: map[string]int64{"id": 0, "text": 0, "start": 0, "list": 1}}}
}

const readScript = `
import json, sys
from deltalake import DeltaTable
d = DeltaTable(sys.argv[1])
rows = d.to_pyarrow_table().sort_by("id").to_pylist()
old = DeltaTable(sys.argv[1], version=12)
few = d.to_pyarrow_table(filters=[("id", ">=", 46)])
print(json.dumps({
  "version": d.version(), "files": len(d.file_uris()),
  "ids": [r["id"] for r in rows], "protocols": sorted({str(r["protocol"]) for r in rows}),
  "dates": sorted({str(r["date"]) for r in rows}),
  "text": rows[1]["text"], "list": rows[0]["list"], "nolist": rows[1]["list"],
  "start": [rows[0]["start"].timestamp(), str(rows[0]["start"].tzinfo)],
  "txns": [d.transaction_version("capture-%d" % i) for i in range(1, 26)],
  "history": [[h.get("version"), h["operation"], h["operationParameters"].get("mode")] for h in d.history()],
  "old": [old.version(), len(old.file_uris()), old.to_pyarrow_table().num_rows],
  "few": sorted(few.column("id").to_pylist()),
  "types": {f.name: json.loads(f.type.to_json()) for f in d.schema().fields},
  "comment": {f.name: f.metadata for f in d.schema().fields}["id"],
  "protocol": [d.protocol().min_reader_version, d.protocol().min_writer_version],
  "name": d.metadata().name, "format": d.metadata().configuration.get("weir.format"),
  "partitions": d.metadata().partition_columns,
}))
`

// shareTable writes a table of 25 commits: 25 appends of two rows, the fifth
// of which also removes the file of the third.
func shareTable(t *testing.T) *Log {
	t.Helper()
	l := Open(filepath.Join(t.TempDir(), "small"))
	if _, err := l.Create(MetadataOf(dataTable())); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 25; i++ {
		protocol := []string{"tcp", "udp", "-"}[i%3] // "-" stands for null
		c := Commit{Operation: "WRITE", Parameters: map[string]string{"mode": "Append"}, DataChange: true,
			Adds: []Add{writeData(t, l.Dir(), i, protocol)}, Txns: []Txn{{AppID: fmt.Sprint("capture-", i), Version: int64(i)}}}
		if i == 5 {
			c.Removes = []Remove{{Path: "date=2026-11-22/protocol=tcp/part 3%.parquet"}}
		}
		mustCommit(t, l, c)
	}
	return l
}

func TestDeltaRsReads(t *testing.T) {
	l := shareTable(t)
	if err := l.CheckpointError(); err != nil {
		t.Fatal(err)
	}
	check := func(name string) {
		t.Run(name, func(t *testing.T) {
			var got map[string]any
			if err := json.Unmarshal(python(t, readScript, l.Dir()), &got); err != nil {
				t.Fatal(err)
			}
			var ids, txns, history []any
			for i := 1; i <= 25; i++ {
				if i != 3 {
					ids = append(ids, float64(2*i), float64(2*i+1))
				}
				txns = append(txns, float64(i))
				if name == "whole" {
					history = append(history, []any{float64(26 - i), "WRITE", "Append"})
				}
			}
			want := map[string]any{
				"version": 25.0, "files": 24.0, "ids": ids, "protocols": []any{"None", "tcp", "udp"}, "dates": []any{"2026-11-22"},
				"text": strings.Repeat("é", 40), "list": []any{"a", "b"}, "nolist": nil,
				"start": []any{1795343355.000124, "UTC"}, "txns": txns, "old": []any{12.0, 11.0, 22.0}, "few": []any{46.0, 47.0, 48.0, 49.0, 50.0, 51.0},
				"types": map[string]any{"date": "date", "protocol": "string", "id": "long", "text": "string", "start": "timestamp",
					"list": map[string]any{"type": "array", "elementType": "string", "containsNull": false}},
				"comment": map[string]any{"comment": "Number.", "weir.unit": "count"}, "protocol": []any{1.0, 2.0},
				"name": "small", "format": "1", "partitions": []any{"date", "protocol"},
			}
			if name == "whole" {
				want["history"] = append(history, []any{0.0, "CREATE TABLE", nil})
			} else {
				delete(got, "history")
			}
			for k, v := range want {
				if !reflect.DeepEqual(got[k], v) {
					t.Errorf("%s is %v, want %v", k, got[k], v)
				}
			}
		})
	}
	check("whole")
	// Without the log files up to the checkpoints, delta-rs has to read these.
	for v := int64(0); v <= 9; v++ {
		if err := os.Remove(l.commitFile(v)); err != nil {
			t.Fatal(err)
		}
	}
	check("from checkpoints")
}

const appendScript = `
import sys, datetime
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake, Transaction, CommitProperties
utc = datetime.timezone.utc
schema = pa.schema([
  pa.field("date", pa.date32(), nullable=False), pa.field("protocol", pa.string()), pa.field("id", pa.int64(), nullable=False),
  pa.field("text", pa.string(), nullable=False), pa.field("start", pa.timestamp("us", "UTC"), nullable=False),
  pa.field("list", pa.list_(pa.field("element", pa.string(), nullable=False)))])
def rows(i):
  return pa.table({"date": [datetime.date(2026, 11, 23)], "protocol": ["a:b %/c"], "id": [1000 + i], "text": ["x"],
    "start": [datetime.datetime(2026, 11, 23, tzinfo=utc)], "list": [["q"]]}, schema=schema)
for i in range(int(sys.argv[2])):
  write_deltalake(sys.argv[1], rows(i), mode="append", partition_by=["date", "protocol"],
    commit_properties=CommitProperties(app_transactions=[Transaction("rs-%d" % i, 7)]))
d = DeltaTable(sys.argv[1])
d.delete("id = 1000")
DeltaTable(sys.argv[1]).create_checkpoint()
write_deltalake(sys.argv[1], rows(99), mode="append")
`

// checkForeign checks what appendScript has added to a table that had a
// number of files and tombstones at a version.
func checkForeign(t *testing.T, s *Snapshot, version int64, files, tombstones int) {
	t.Helper()
	if s.Version != version+6 || len(s.Files) != files+4 {
		t.Errorf("version %d with %d files, want %d with %d", s.Version, len(s.Files), version+6, files+4)
	}
	if v, ok := s.Txn("rs-3"); v != 7 || !ok {
		t.Errorf("txn rs-3 is %d, %v", v, ok)
	}
	found := 0
	for _, f := range s.Files {
		if f.PartitionValues["protocol"] != "a:b %/c" {
			continue
		}
		found++
		lo, hi, ok := f.Stats.TimestampBounds("start")
		if f.Stats.NumRecords != 1 || !ok || lo != 1795392000000000 || hi != lo+999 || f.Stats.Min["id"] == int64(1000) {
			t.Errorf("statistics %+v", f.Stats)
		}
	}
	if found != 4 || len(s.Tombstones()) != tombstones+1 {
		t.Errorf("%d files of delta-rs, %d tombstones; want 4 and %d", found, len(s.Tombstones()), tombstones+1)
	}
}

func TestReadsDeltaRs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "theirs")
	l := Open(dir)
	python(t, appendScript, dir, "4")
	s, err := l.Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	checkForeign(t, s, -1, 0, 0)
	for _, f := range s.Files {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path))); err != nil {
			t.Errorf("path in the log does not lead to the file: %v", err)
		}
	}
	for v := int64(0); v < 4; v++ {
		os.Remove(l.commitFile(v))
	}
	again, err := Open(dir).Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Files, s.Files) || !reflect.DeepEqual(again.Metadata, s.Metadata) {
		t.Errorf("read from the checkpoint of delta-rs:\n%+v\nfrom its log:\n%+v", again, s)
	}
	// Our commit on top of theirs.
	mustCommit(t, l, Commit{Operation: "WRITE", DataChange: true, Adds: []Add{writeData(t, dir, 1, "tcp")}})
	history, err := l.History()
	if err != nil || history[0].Operation != "DELETE" || history[0].Engine == "" || history[len(history)-1].Rows != 2 {
		t.Errorf("history %+v, %v", history, err)
	}
}

func TestDeltaRsAppendsToOurs(t *testing.T) {
	l := shareTable(t)
	python(t, appendScript, l.Dir(), "4")
	s, err := l.Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	checkForeign(t, s, 25, 24, 1)
	fresh, err := Open(l.Dir()).Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fresh.Files, s.Files) || !reflect.DeepEqual(fresh.Txns(), s.Txns()) {
		t.Error("followed and freshly read snapshots differ")
	}
}
