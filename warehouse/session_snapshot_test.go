package warehouse

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// TestLogsAreReadWhenNeeded opens a session for a statement about another table. The log of
// flows is read later, but as it was, and what is wrong with it is said then.
func TestLogsAreReadWhenNeeded(t *testing.T) {
	house, _ := pair(t)
	other := flowsTable()
	other.Name = "Other"
	open := func(first string) (*Session, error) {
		return OpenSession(t.Context(), house.dir, []*schema.Table{flowsTable(), other}, SessionOptions{First: first})
	}
	s, err := open("FROM other")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	log := delta.Open(filepath.Join(house.dir, "flows"))
	house.commit(log, delta.Commit{Adds: []delta.Add{house.file("2026-11-24", "tcp", "c", fmt.Sprintf(someRows, 7))}})
	expect(t, s, "SELECT count(*) FROM other", "0")
	expect(t, s, "SELECT count(*) FROM flows", "8")
	if snapshot := snapshotOf(t, s, "flows"); snapshot.Version != 1 || snapshotOf(t, s, "Other") != nil {
		t.Errorf("flows is seen at version %d, want 1", snapshot.Version)
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "SELECT count(*) FROM flows", "15")

	if err := os.WriteFile(filepath.Join(house.dir, "flows", "_delta_log", "00000000000000000001.json"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, first := range []string{"", "FROM flows", "FROM inverted, Flows", "SHOW TABLES"} {
		if damaged, err := open(first); err == nil {
			damaged.Close()
			t.Errorf("a session for %q opens a damaged log", first)
		}
	}
	s, err = open("SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	expect(t, s, "SELECT 1", "1")
	if err := s.Exec(t.Context(), "FROM flows"); err == nil {
		t.Error("a statement reads a table with a damaged log")
	}
}

// TestLeaveRemovesWhatItMade leaves a session that was to copy.
func TestLeaveRemovesWhatItMade(t *testing.T) {
	house, _ := small(t)
	dir := t.TempDir()
	s, err := OpenSession(t.Context(), house.dir, []*schema.Table{flowsTable()}, SessionOptions{ReadOnly: true, CopyDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Leave()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
