package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse"
)

// TestCaptureCompletesInterval: of an interval that a kill has cut between the commits
// of two tables, the next capture commits the rest, and says so.
func TestCaptureCompletesInterval(t *testing.T) {
	dir := t.TempDir()
	a := &app{ctx: t.Context(), warehouse: dir, tables: extract.NewCatalogues(), streams: streams{err: &strings.Builder{}}}
	house, err := warehouse.Open(dir, a.tables.Tables())
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	source, err := capture.Open(moduleFile("testdata", "captures", "web-dns-http.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	const id = "0123456789abcdef0123456789abcdef"
	w := house.NewWriter(warehouse.WriterOptions{})
	if err := w.Begin(id); err != nil {
		t.Fatal(err)
	}
	stats, err := extract.NewPipeline(extract.DefaultConfig(), a.tables).Run(t.Context(), &flow.Origin{ID: id, Source: "eth0@host"}, source, w)
	if err != nil {
		t.Fatal(err)
	}
	row := &extract.Capture{ID: id, Source: "eth0@host", Info: capture.Info{Format: "live"}, Stats: stats, Settings: "{}", IngestedAt: time.Now()}
	l := &liveCapture{app: a, house: house, command: &captureCommand{}}
	if whole, err := l.complete(&liveNotes{Pending: row}); whole || err != nil {
		t.Errorf("before any commit: whole %v, %v", whole, err)
	}
	log := filepath.Join(dir, "captures", "_delta_log")
	if err := errors.Join(row.AppendTo(w, a.tables), os.Rename(log, log+"x"), os.WriteFile(log, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if errors.Join(w.End(), w.Commit(t.Context())) == nil {
		t.Fatal("the commit has not failed")
	}
	if err := errors.Join(os.Remove(log), os.Rename(log+"x", log)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds it done
		if whole, err := l.complete(&liveNotes{Pending: row}); !whole || err != nil {
			t.Errorf("after the commit of the flows: whole %v, %v", whole, err)
		}
	}
	if out := must(t, "query", "-w", dir, "SELECT warning, flows = (SELECT count(*) FROM flows) AS even FROM captures"); out != "warning,even\nthe capture was killed while this interval was committed; all of it is in,true\n" {
		t.Errorf("captures: %s", out)
	}
	must(t, "verify", "-w", dir)
}
