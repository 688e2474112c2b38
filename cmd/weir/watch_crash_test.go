package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/extract"
	"weir/warehouse"
)

// crashing is a watch that stops where a test wants it to, as if it was killed there.
func (r *rotated) crashing(t *testing.T, house string, crash func(w *watcher)) {
	t.Helper()
	c := &watchCommand{Dir: r.spool, Config: extract.DefaultConfig()}
	a := &app{ctx: t.Context(), warehouse: house, tables: extract.NewCatalogues(), streams: streams{err: &strings.Builder{}}}
	h, err := warehouse.Open(house, a.tables.Tables())
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	w, err := c.prepare(a, h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.state.close()
	if err := errors.Join(w.resume(), w.spool.look(true, time.Now())); err != nil {
		t.Fatal(err)
	}
	w.examine()
	plan, err := w.plan()
	if err := errors.Join(err, w.note(plan, false)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.meterAll(); err != nil {
		t.Fatal(err)
	}
	crash(w)
}

// TestWatchCrashes stops a watch before a commit, between the commits of two
// tables, and between the commit and the note of it. The next run brings the rows of
// all files at once.
func TestWatchCrashes(t *testing.T) {
	for name, crash := range map[string]func(t *testing.T, house string, w *watcher){
		"before the commit": func(*testing.T, string, *watcher) {},
		"within the commit": func(t *testing.T, house string, w *watcher) {
			log := filepath.Join(house, "captures", "_delta_log")
			if err := errors.Join(os.Rename(log, log+"x"), os.WriteFile(log, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
			if w.commit() == nil {
				t.Error("the commit has not failed")
			}
			if err := errors.Join(os.Remove(log), os.Rename(log+"x", log)); err != nil {
				t.Fatal(err)
			}
		},
		"after the commit": func(t *testing.T, _ string, w *watcher) {
			if err := w.commit(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRotated(t, 30, 6)
			house := filepath.Join(t.TempDir(), "house")
			for i := range r.parts {
				r.put(t, i)
				if i%2 == 1 {
					r.crashing(t, house, func(w *watcher) { crash(t, house, w) })
				}
			}
			// The last run is with another number of workers, which changes nothing.
			must(t, "watch", "-w", house, r.spool, "--final", "--workers", "3")
			r.sameSeries(t, house)
		})
	}
}

// TestWatchStateKeepsNames: names that are not UTF-8 are the same when they are read again.
func TestWatchStateKeepsNames(t *testing.T) {
	want := watchFile{Path: "a\xffb/%20 ü.pcap", watchStamp: watchStamp{Bytes: 1, Modified: 2}, ID: "x", First: 3, Latest: 4}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got watchFile
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%+v, %v, from %s", got, err, text)
	}
}
