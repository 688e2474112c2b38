package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"weir/extract/capture"
)

// examine finds out of each finished file whether it is a capture, and when it begins.
func (w *watcher) examine() {
	taken := w.taken()
	for _, f := range w.spool.seen {
		if w.ctx.Err() != nil {
			return
		}
		if !f.finished || f.ignored || f.examined {
			continue
		}
		if x, ok := taken[f.path]; ok && (x.watchStamp == f.watchStamp || w.hasGrown(f, x)) {
			continue
		}
		var err error
		if f.begins, f.any, err = capture.Begins(filepath.Join(w.command.Dir, f.path), f.Bytes); err != nil {
			w.passOver(f, err)
			continue
		}
		f.examined, f.failed = true, false
	}
}

// passOver tells of a file that is not taken in, once. One that cannot be read is
// tried again.
func (w *watcher) passOver(f *spoolFile, err error) {
	var not *capture.NotCaptureError
	switch {
	case w.ctx.Err() != nil, errors.Is(err, fs.ErrNotExist):
	case errors.As(err, &not):
		f.ignored = true
		if w.verbose || w.log.json {
			w.log.tell("ignored", "ignored   "+err.Error(), map[string]any{"path": f.path, "reason": err.Error()})
		}
	case !f.failed:
		f.failed = true
		w.log.tell("failed", "weir: "+err.Error(), map[string]any{"path": f.path, "error": err.Error()})
	}
}

// identify reads the file of a capture once, and tells whether it is to be taken in. One
// that has changed meanwhile is not finished.
func (w *watcher) identify(f *spoolFile) (wanted bool, err error) {
	if f.id == "" {
		id, err := w.hash(filepath.Join(w.command.Dir, f.path))
		if err != nil {
			f.examined = false
			w.passOver(f, err)
			return false, nil
		}
		if id.Bytes != f.Bytes {
			f.finished, f.examined, f.since = false, false, time.Now()
			return false, nil
		}
		f.id = id.ID
	}
	have, err := w.house.Has(f.id)
	if have && err == nil {
		w.result.Skipped++
		w.state.Done = append(w.state.Done, watchFile{Path: filePath(f.path), watchStamp: f.watchStamp, ID: f.id})
	}
	return !have, err
}

// hasGrown tells of a file that was taken in and has been appended to since: what is new of
// it is not taken in.
func (w *watcher) hasGrown(f *spoolFile, before watchFile) bool {
	path := w.pathOf(before)
	id, err := capture.IdentifyPrefix(path, before.Bytes)
	if err != nil || id.ID != before.ID || before.Bytes > f.Bytes {
		return false
	}
	f.ignored = true
	if before.Bytes < f.Bytes {
		f.failed = true
		w.tellWarning(fmt.Sprintf("%s was written to after it was taken in: its last %d bytes are not in; a longer --settle waits for them", path, f.Bytes-before.Bytes))
	}
	return true
}
