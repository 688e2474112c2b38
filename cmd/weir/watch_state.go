package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	"weir/extract"
)

// watchState is what a watch has to know to go on after it was stopped, or
// killed at any moment. It is kept in a file in the warehouse, which is written
// before the captures of a plan are metered and after they are committed. What
// is committed is decided by the warehouse alone; the file says in which order
// captures are metered and which flows were open before the plan. So whatever of a plan is in,
// metering it again gives the same rows, and those that are in are left out.
type watchState struct {
	Directory string `json:"directory"`
	Match     string `json:"match,omitempty"`
	// Settings are those of metering. Open flows have been metered by them.
	Settings json.RawMessage `json:"settings"`
	// Session names the series of captures; it is empty between two of them.
	Session string `json:"session"`
	// Intervals are the captures metered before the plan, Packets their
	// packets, and Latest the latest time in them, nanoseconds since 1970-01-01 UTC.
	Intervals int64 `json:"intervals"`
	Packets   int64 `json:"packets"`
	Latest    int64 `json:"latest"`
	// Open are the flows that were open before the plan, and Kept the captures
	// with their packets, in the order in which they were metered.
	Open extract.OpenFlows `json:"open"`
	Kept []watchFile       `json:"kept,omitempty"`
	// Plan are the captures that are being metered; with Ending all flows end
	// after them.
	Plan   []watchFile `json:"plan,omitempty"`
	Ending bool        `json:"ending,omitempty"`
	// Done are files that are in and that no open flow needs, as long as they lie there.
	Done []watchFile `json:"done,omitempty"`

	path string
	lock *os.File
}

// watchFile is a capture of the directory.
type watchFile struct {
	// Path is below the directory.
	Path filePath `json:"path"`
	watchStamp
	ID string `json:"id"`
	// First is the number of its first packet in the series, and Latest its latest
	// time, once it is metered.
	First  int64 `json:"first,omitempty"`
	Latest int64 `json:"latest,omitempty"`
}

// filePath is a path whose bytes need not be UTF-8.
type filePath string

// MarshalText escapes what is no plain character.
func (p filePath) MarshalText() ([]byte, error) { return []byte(url.PathEscape(string(p))), nil }

// UnmarshalText reads what MarshalText has written.
func (p *filePath) UnmarshalText(text []byte) error {
	s, err := url.PathUnescape(string(text))
	*p = filePath(s)
	return err
}

// watchStamp tells whether a file is as it was.
type watchStamp struct {
	Bytes    int64 `json:"bytes"`
	Modified int64 `json:"modified"` // nanoseconds since 1970-01-01 UTC
}

// openWatchState takes the state of a directory, which may be empty, for this
// process alone.
func (a *app) openWatchState(dir, match string) (*watchState, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	home := filepath.Join(a.warehouse, liveDir)
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, fmt.Errorf("note what is watched: %w", err)
	}
	sum := sha256.Sum256([]byte(real + "\x00" + match))
	name := "watch-" + regexp.MustCompile(`[^\w.@+-]`).ReplaceAllString(filepath.Base(real), "_") + "-" + hex.EncodeToString(sum[:6])
	s := &watchState{path: filepath.Join(home, name+".json")}
	if s.lock, err = lockFile(filepath.Join(home, name+".lock")); err != nil {
		return nil, fmt.Errorf("another weir watches %s for this warehouse: %w", dir, err)
	}
	text, err := os.ReadFile(s.path)
	if err == nil {
		err = json.Unmarshal(text, s)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.close()
		return nil, fmt.Errorf("read what was noted of %s: %w; without %s a new series begins, and flows that were open are lost", dir, err, s.path)
	}
	s.Directory, s.Match = real, match
	return s, nil
}

// write writes the state so that it is there whole, or the one before it, after
// a crash of the machine too.
func (s *watchState) write() error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("note what is watched: %w", err)
	}
	f, err := os.Create(s.path + ".new")
	if err != nil {
		return fmt.Errorf("note what is watched: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("note what is watched: %w", err)
	}
	if err := os.Rename(f.Name(), s.path); err != nil {
		return fmt.Errorf("note what is watched: %w", err)
	}
	return syncDirectory(filepath.Dir(s.path))
}

// syncDirectory makes a rename in a directory last. Systems that cannot do so
// are left to their own order.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("note what is watched: %w", err)
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

func (s *watchState) close() { _ = s.lock.Close() }
