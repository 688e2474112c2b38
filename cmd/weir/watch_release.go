package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"weir/extract/capture"
)

// release moves or deletes the files that are in and not needed any more, if
// that is asked for, and forgets those that are gone.
func (w *watcher) release() {
	var left []watchFile
	for _, f := range w.state.Done {
		seen := w.spool.seen[string(f.Path)]
		if seen == nil {
			continue
		}
		if seen.watchStamp != f.watchStamp || !w.command.Delete && w.command.MoveTo == "" || seen.ignored {
			left = append(left, f)
			continue
		}
		if err := w.remove(f); err != nil {
			left = append(left, f)
			if !seen.failed {
				seen.failed = true
				w.log.tell("failed", "weir: "+err.Error(), map[string]any{"path": string(f.Path), "error": err.Error()})
			}
		}
	}
	w.state.Done = left
}

// remove takes a file away, unless it has changed since it was looked at.
func (w *watcher) remove(f watchFile) error {
	path := w.pathOf(f)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if (watchStamp{Bytes: info.Size(), Modified: info.ModTime().UnixNano()}) != f.watchStamp {
		return nil // another file, which will be looked at
	}
	if w.command.Delete {
		return os.Remove(path)
	}
	return moveFile(path, filepath.Join(w.command.MoveTo, string(f.Path)), f.ID)
}

// moveFile moves a capture, to another file system too. Where another capture has the name, it
// gets a number; where the same is, nothing is moved.
func moveFile(from, to, id string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("move %s: %w", from, err)
	}
	free := to
	for n := 1; ; n++ {
		if _, err := os.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			break
		}
		if there, err := capture.Identify(free); err == nil && there.ID == id {
			return os.Remove(from)
		}
		free = to + "." + strconv.Itoa(n)
	}
	err := os.Rename(from, free)
	if errors.Is(err, syscall.EXDEV) {
		err = copyAway(from, free)
	}
	if err != nil {
		return fmt.Errorf("move %s: %w", from, err)
	}
	return nil
}

// copyAway copies a file to another file system and removes it.
func copyAway(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".weir-*.part")
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		os.Remove(out.Name())
		return err
	}
	return os.Remove(from)
}
