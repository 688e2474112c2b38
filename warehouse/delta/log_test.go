package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "flows")
	l := Open(dir)
	if _, err := l.Snapshot(Latest); !errors.Is(err, ErrNoTable) {
		t.Errorf("no table: %v", err)
	}
	if _, err := l.Commit(Commit{}); !errors.Is(err, ErrNoTable) {
		t.Errorf("commit to no table: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening touched the directory: %v", err)
	}
	s, err := l.Create(MetadataOf(testTable()))
	if err != nil || s.Version != 0 || s.Protocol != (Protocol{1, 2}) || s.Metadata.ID == "" || s.Metadata.CreatedTime == 0 || time.Since(s.Time) > time.Minute {
		t.Fatalf("created %+v, %v", s, err)
	}
	again, err := Open(dir).Create(Metadata{Name: "other"})
	if err != nil || again.Metadata.ID != s.Metadata.ID {
		t.Errorf("created again as %+v, %v", again, err)
	}
}

func TestVersions(t *testing.T) {
	l := newTable(t)
	for i := 1; i <= 23; i++ {
		appendPart(t, l, i)
	}
	mustCommit(t, l, Commit{Operation: "OPTIMIZE", Adds: []Add{partAdd(100)}, Removes: []Remove{{Path: partAdd(1).Path}, {Path: partAdd(20).Path}}})
	for _, version := range []int64{0, 1, 9, 10, 15, 23, 24} {
		want := int(version)
		if version == 24 {
			want = 22
		}
		for name, log := range map[string]*Log{"writer": l, "fresh": Open(l.Dir())} {
			s, err := log.Snapshot(version)
			if err != nil {
				t.Fatal(err)
			}
			if s.Version != version || len(s.Files) != want || len(s.Txns()) != min(int(version), 23) {
				t.Errorf("%s, version %d: %d, %d files, %d txns", name, version, s.Version, len(s.Files), len(s.Txns()))
			}
			if _, ok := s.Txn("capture-10"); ok != (version >= 10) {
				t.Errorf("%s, version %d: txn of version 10 is %v", name, version, ok)
			}
		}
	}
	if _, err := l.Snapshot(25); !errors.Is(err, ErrNoVersion) {
		t.Errorf("future version: %v", err)
	}
	if line := readLog(t, l, 24); strings.Contains(line, `"dataChange":true`) {
		t.Errorf("a commit without data change says otherwise: %s", line)
	}
	history, err := l.History()
	if err != nil || len(history) != 25 || history[24].Operation != "OPTIMIZE" || history[24].Removes != 2 || history[3].Parameters["mode"] != "Append" ||
		history[3].Adds != 1 || history[3].Txns != 1 || history[3].Rows != 10 || history[3].Version != 3 {
		t.Errorf("history %+v, %v", history, err)
	}
}

func TestSnapshotsStay(t *testing.T) {
	l := newTable(t)
	old := appendPart(t, l, 1)
	mustCommit(t, l, Commit{Adds: []Add{partAdd(2)}, Removes: []Remove{{Path: partAdd(1).Path}}, Txns: []Txn{{AppID: "capture-1", Version: 2}}})
	if len(old.Files) != 1 || old.Files[0].Path != partAdd(1).Path {
		t.Errorf("the old snapshot changed: %+v", old.Files)
	}
	if v, _ := old.Txn("capture-1"); v != 1 {
		t.Errorf("the old snapshot has txn version %d", v)
	}
}

func TestConflicts(t *testing.T) {
	l, other := newTable(t), (*Log)(nil)
	other = Open(l.Dir())
	appendPart(t, l, 1)
	appendPart(t, other, 2)
	before := appendPart(t, l, 3)
	var txn *TxnConflictError
	_, err := other.Commit(Commit{Adds: []Add{partAdd(9)}, Txns: []Txn{{AppID: "new", Version: 1}, {AppID: "capture-3", Version: 1}, {AppID: "capture-2", Version: 0}}})
	if !errors.As(err, &txn) || !reflect.DeepEqual(txn.AppIDs, []string{"capture-3", "capture-2"}) {
		t.Errorf("txn conflict: %v", err)
	}
	var remove *RemoveConflictError
	_, err = other.Commit(Commit{Removes: []Remove{{Path: partAdd(1).Path}, {Path: "gone"}}})
	if !errors.As(err, &remove) || !reflect.DeepEqual(remove.Paths, []string{"gone"}) {
		t.Errorf("remove conflict: %v", err)
	}
	m := MetadataOf(testTable())
	m.Schema[4].Type = "string"
	var columns *SchemaConflictError
	if _, err = other.Commit(Commit{Metadata: &m}); !errors.As(err, &columns) || columns.Column != "bytes" {
		t.Errorf("schema conflict: %v", err)
	}
	for _, c := range []Commit{
		{Txns: []Txn{{AppID: "x", Version: 1}, {AppID: "x", Version: 2}}}, {Txns: []Txn{{}}},
		{Adds: []Add{{Path: ""}}}, {Adds: []Add{{Path: "/abs"}}}, {Adds: []Add{{Path: "a"}, {Path: "a"}}},
	} {
		if _, err := l.Commit(c); err == nil {
			t.Errorf("accepted %+v", c)
		}
	}
	if s, err := l.Snapshot(Latest); err != nil || s.Version != before.Version {
		t.Errorf("a refused commit wrote something: version %d, %v", s.Version, err)
	}
	if s := mustCommit(t, l, Commit{Txns: []Txn{{AppID: "capture-3", Version: 2}}}); s.Version != before.Version+1 {
		t.Errorf("version %d", s.Version)
	}
}

func TestSchemaGrows(t *testing.T) {
	l := newTable(t)
	other := Open(l.Dir())
	a, b := MetadataOf(testTable()), MetadataOf(testTable())
	a.Schema = append(a.Schema, Column{Name: "from_a", Type: "long"})
	b.Schema = append(b.Schema[:5:5], Column{Name: "from_b", Type: "long"})
	b.Configuration = map[string]string{"x": "y"}
	first := mustCommit(t, l, Commit{Metadata: &a})
	s := mustCommit(t, other, Commit{Metadata: &b})
	n := len(MetadataOf(testTable()).Schema)
	if len(s.Metadata.Schema) != n+2 || s.Metadata.Schema[n].Name != "from_a" || s.Metadata.Schema[n+1].Name != "from_b" || !s.Metadata.Schema[n].Nullable {
		t.Errorf("columns %+v", s.Metadata.Schema)
	}
	if s.Metadata.ID != first.Metadata.ID || s.Metadata.Configuration["x"] != "y" || s.Metadata.Configuration[FormatProperty] != "1" {
		t.Errorf("metadata %+v", s.Metadata)
	}
	mustCommit(t, l, Commit{Metadata: &a})
	if strings.Contains(readLog(t, l, 3), "metaData") {
		t.Error("unchanged metadata is written again")
	}
}

// A table keeps the order of its partition columns, whatever the program's is now;
// other columns are a conflict.
func TestPartitionColumnsKeepTheirOrder(t *testing.T) {
	l := newTable(t)
	turned, fewer := MetadataOf(testTable()), MetadataOf(testTable())
	turned.PartitionColumns = []string{"protocol", "date"}
	fewer.PartitionColumns = []string{"date"}
	s := mustCommit(t, l, Commit{Metadata: &turned, Adds: []Add{partAdd(1)}})
	if !slices.Equal(s.Metadata.PartitionColumns, []string{"date", "protocol"}) || strings.Contains(readLog(t, l, 1), "metaData") {
		t.Errorf("partition columns %v, log %s", s.Metadata.PartitionColumns, readLog(t, l, 1))
	}
	var conflict *SchemaConflictError
	if _, err := l.Commit(Commit{Metadata: &fewer}); !errors.As(err, &conflict) {
		t.Errorf("fewer partition columns: %v", err)
	}
}

func TestNullPartition(t *testing.T) {
	l := newTable(t)
	a := partAdd(1)
	a.PartitionValues = map[string]string{"date": "2026-11-22", "protocol": ""}
	mustCommit(t, l, Commit{Adds: []Add{a}})
	if !strings.Contains(readLog(t, l, 1), `"protocol":null`) {
		t.Errorf("log %s", readLog(t, l, 1))
	}
	s, err := Open(l.Dir()).Snapshot(Latest)
	if v, ok := s.Files[0].PartitionValues["protocol"]; err != nil || v != "" || !ok {
		t.Errorf("%+v, %v", s.Files, err)
	}
}

func TestProtocol(t *testing.T) {
	for line, write := range map[string]bool{
		`{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}`:                                                          false,
		`{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":[]}}`: false,
		`{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["domainMetadata"]}}`:                      true,
	} {
		l := newTable(t)
		appendPart(t, l, 1)
		if err := os.WriteFile(l.commitFile(2), []byte(line+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		_, readErr := l.Snapshot(Latest)
		_, writeErr := l.Commit(Commit{})
		var protocol *ProtocolError
		if !errors.As(writeErr, &protocol) || protocol.Write != write || (readErr == nil) != write {
			t.Errorf("%s: read %v, write %v", line, readErr, writeErr)
		}
		if _, err := l.Snapshot(1); err != nil {
			t.Errorf("the version before: %v", err)
		}
	}
}

func TestDamage(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"no JSON":       {"{\"txn\":{\"appId\":\"a\",\"version\":1}}\n{\"add\":\n", 2},
		"bad path":      {"{\"add\":{\"path\":\"a%zz\",\"partitionValues\":{},\"size\":1}}\n", 1},
		"huge size":     {"\n{\"add\":{\"path\":\"a\",\"partitionValues\":{},\"size\":99999999999999999999}}\n", 2},
		"negative size": {"{\"add\":{\"path\":\"a\",\"partitionValues\":{},\"size\":-1}}\n", 1},
		"vector":        {"{\"add\":{\"path\":\"a\",\"partitionValues\":{},\"size\":1,\"deletionVector\":{\"storageType\":\"u\"}}}\n", 1},
		"empty":         {"", 0},
		"cut short":     {"{\"commitInfo\":{\"weirActions\":2}}\n", 0},
		"cut in a line": {"{\"txn\":{\"appId\":\"a\",", 1},
	} {
		l := newTable(t)
		if err := os.WriteFile(l.commitFile(1), []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := l.Snapshot(Latest)
		var damage *DamagedError
		if !errors.As(err, &damage) || damage.File != l.commitFile(1) || damage.Line != c.line {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGap(t *testing.T) {
	l := newTable(t)
	for i := 1; i <= 5; i++ {
		appendPart(t, l, i)
	}
	os.Remove(l.commitFile(3))
	_, err := Open(l.Dir()).Snapshot(Latest)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%020d.json", 3)) {
		t.Errorf("a missing log file: %v", err)
	}
}

func TestAppendOnly(t *testing.T) {
	l := Open(filepath.Join(t.TempDir(), "t"))
	m := MetadataOf(testTable())
	m.Configuration["delta.appendOnly"] = "true"
	if _, err := l.Create(m); err != nil {
		t.Fatal(err)
	}
	appendPart(t, l, 1)
	if _, err := l.Commit(Commit{DataChange: true, Removes: []Remove{{Path: partAdd(1).Path}}}); err == nil {
		t.Error("rows removed from an append-only table")
	}
	mustCommit(t, l, Commit{Adds: []Add{partAdd(2)}, Removes: []Remove{{Path: partAdd(1).Path}}})
}

func TestFixedVersionStands(t *testing.T) {
	l := newTable(t)
	for i := 1; i <= 13; i++ {
		appendPart(t, l, i)
	}
	read, err := Open(l.Dir()).Fix()
	if err != nil {
		t.Fatal(err)
	}
	for i := 14; i <= 23; i++ {
		appendPart(t, l, i)
	}
	if s, err := read(); err != nil || s.Version != 13 {
		t.Errorf("fixed at 13: %v, %v", s, err)
	}
	if _, err := Open(t.TempDir()).Fix(); !errors.Is(err, ErrNoTable) {
		t.Errorf("no log: %v", err)
	}
	if err := os.Remove(l.commitFile(22)); err != nil {
		t.Fatal(err)
	}
	damaged := (*DamagedError)(nil)
	if _, err := Open(l.Dir()).Snapshot(23); !errors.As(err, &damaged) || damaged.File != l.commitFile(22) {
		t.Errorf("a gap before the version asked for: %v", err)
	}
}
