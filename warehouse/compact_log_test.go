package warehouse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
)

// age makes all files of all logs two days old.
func age(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "_delta_log", "*"))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-48 * time.Hour)
	for _, f := range files {
		if err := os.Chtimes(f, old, old); err != nil {
			t.Fatal(err)
		}
	}
}

// logFiles counts the log files of a table.
func logFiles(t *testing.T, dir, table string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, table, "_delta_log", "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// TestReclaimCleansTheLog removes what is older than it is to be kept, and no
// sooner; what can still be asked is asked.
func TestReclaimCleansTheLog(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 23, 10)
	want := allRows(t, dir)
	h := openHouse(t, dir)
	before := logFiles(t, dir, "flows")
	reclaim := func(o ReclaimOptions) Reclaimed {
		t.Helper()
		all, err := h.Reclaim(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return all[1]
	}
	for _, o := range []ReclaimOptions{{}, {KeepLog: 1}, {KeepLog: LeastKeepLog}} {
		if r := reclaim(o); r.Log != 0 || logFiles(t, dir, "flows") != before {
			t.Errorf("%+v: %d young log files removed", o, r.Log)
		}
	}
	age(t, dir)
	for _, o := range []ReclaimOptions{{}, {KeepLog: LeastKeepLog, Grace: 72 * time.Hour}, {KeepLog: LeastKeepLog, OrphansOnly: true}} {
		if r := reclaim(o); r.Log != 0 || logFiles(t, dir, "flows") != before {
			t.Errorf("%+v: %d log files removed", o, r.Log)
		}
	}
	if r := reclaim(ReclaimOptions{KeepLog: LeastKeepLog, DryRun: true}); r.Log != 21 || logFiles(t, dir, "flows") != before {
		t.Errorf("%d log files to be removed, want 20 and a checkpoint", r.Log)
	}
	if r := reclaim(ReclaimOptions{KeepLog: LeastKeepLog}); r.Log != 21 || logFiles(t, dir, "flows") != before-21 {
		t.Errorf("%d log files removed of %d, and %d are left", r.Log, before, logFiles(t, dir, "flows"))
	}
	if got := allRows(t, dir); got != want {
		t.Error("rows are not what they were")
	}
	if has, err := openHouse(t, dir).Has("many003"); !has || err != nil {
		t.Errorf("a capture is no longer known: %v", err)
	}
	ingestMany(t, dir, 24, 10)
	_, err := h.AtVersion("flows", 7)
	if !errors.Is(err, delta.ErrCleaned) || !strings.Contains(err.Error(), "version 7 of flows: older entries of the log were removed (compact --keep-log); the log begins with version 20 of ") {
		t.Errorf("a version that is gone: %v", err)
	}
	if versions, err := h.AtVersion("flows", 21); err != nil || versions["dns"] != 21 {
		t.Errorf("a version that is there: %v, %v", versions, err)
	}
	if _, err := h.AsOf(time.Now().Add(-time.Hour)); !errors.Is(err, delta.ErrCleaned) {
		t.Errorf("a time before: %v", err)
	}
	for _, s := range h.stores {
		for _, err := range s.log.Check() {
			t.Error(err)
		}
	}
}

// TestDropsAreRemembered lets the entry go that says that rows were dropped.
func TestDropsAreRemembered(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 12, 10)
	h := openHouse(t, dir)
	dropped := func() bool {
		t.Helper()
		v := &verifier{Warehouse: openHouse(t, dir), snapshots: map[string]*delta.Snapshot{}, result: &Verification{}}
		if err := v.logs(); err != nil {
			t.Fatal(err)
		}
		yes, err := v.rowsDropped(t.Context(), "flows")
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	clean := func() {
		t.Helper()
		age(t, dir)
		if all, err := openHouse(t, dir).Reclaim(t.Context(), ReclaimOptions{KeepLog: LeastKeepLog}); err != nil || all[1].Log == 0 {
			t.Fatalf("%+v: %v", all, err)
		}
	}
	if clean(); dropped() {
		t.Error("rows were dropped by the cleaning of the log")
	}
	day, _ := time.Parse(time.DateOnly, testDay)
	if done, err := h.Expire(t.Context(), ExpireOptions{Before: day.AddDate(0, 0, 1), Tables: []string{"flows"}}); err != nil || done[0].Rows != 120 {
		t.Fatalf("%+v: %v", done, err)
	}
	if !dropped() {
		t.Error("the log does not tell that rows of files from before its beginning were dropped")
	}
	ingestMany(t, dir, 30, 10)
	if clean(); !dropped() {
		t.Error("that rows were dropped is forgotten")
	}
}
