package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"time"

	"weir/extract"
	"weir/warehouse"
)

// liveState is a file in the warehouse that is there while a capture runs, and
// stays if it is killed. It is locked by the one that runs.
type liveState struct {
	path  string
	lock  *os.File
	notes liveNotes
	err   atomic.Pointer[error]
}

// liveNotes are what the file holds.
type liveNotes struct {
	Source  string    `json:"source"`
	Session string    `json:"session"`
	Process int       `json:"process"`
	Started time.Time `json:"started"`
	// Settled is when the last interval was committed.
	Settled time.Time `json:"settled"`
	// Pending is the interval that is being committed.
	Pending *extract.Capture `json:"pending,omitempty"`
	// From, CSV and CSVBytes are what is needed to append its flows to the file.
	From     time.Time `json:"from"`
	CSV      string    `json:"csv,omitempty"`
	CSVBytes int64     `json:"csv_bytes,omitempty"`
}

// liveDir is the directory of such files in a warehouse. It is no table.
const liveDir = "_live"

// openState takes the file of these interfaces on this host. Where the capture
// before was killed, it brings to an end what that one had begun to commit, and
// returns what to say of it in the first row.
func (l *liveCapture) openState() (*liveState, string, error) {
	dir := filepath.Join(l.warehouse, liveDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, "", fmt.Errorf("note the capture: %w", err)
	}
	name := regexp.MustCompile(`[^\w.@+-]`).ReplaceAllString(l.source, "_")
	s := &liveState{path: filepath.Join(dir, name+".json")}
	var err error
	if s.lock, err = lockFile(filepath.Join(dir, name+".lock")); err != nil {
		return nil, "", fmt.Errorf("another capture of %s writes to this warehouse: %w", l.source, err)
	}
	warning, err := l.recover(s)
	if err != nil {
		s.close()
		return nil, "", err
	}
	now := time.Now()
	s.notes = liveNotes{Source: l.source, Session: l.session, Process: os.Getpid(), Started: now, Settled: now}
	return s, warning, s.write()
}

// recover reads what a killed capture has left.
func (l *liveCapture) recover(s *liveState) (string, error) {
	text, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what the last capture has noted: %w", err)
	}
	var old liveNotes
	if err := json.Unmarshal(text, &old); err != nil {
		return "the capture before this one was killed while it noted its state: packets between its last commit and this one are lost", nil
	}
	settled := old.Settled
	if old.Pending != nil {
		whole, err := l.complete(&old)
		if err != nil {
			return "", err
		}
		if whole {
			settled = old.Pending.IngestedAt
		}
	}
	return fmt.Sprintf("the capture before this one (session %s, since %s) was killed: what it metered after %s is lost",
		old.Session, old.Started.UTC().Format(time.RFC3339), settled.UTC().Format(time.RFC3339)), nil
}

// complete finishes the commit of a killed capture, if its flows are in: the row in
// captures, and the flows in the CSV. It tells whether the interval is whole.
func (l *liveCapture) complete(old *liveNotes) (bool, error) {
	row := old.Pending
	have, err := l.house.Has(row.ID)
	if err != nil {
		return false, err
	}
	if !have {
		if row.Stats.Flows > 0 {
			if in, err := l.house.HasRows(l.tables.Flows.Table.Name, row.ID); err != nil || !in {
				return false, err
			}
		}
		row.Info.Warning = "the capture was killed while this interval was committed; all of it is in"
		w := l.house.NewWriter(warehouse.WriterOptions{Workers: 1})
		defer w.Close()
		if err := w.Begin(row.ID); err != nil {
			return false, err
		}
		if err := row.AppendTo(w, l.tables); err != nil {
			return false, errors.Join(err, w.Abort())
		}
		if err := errors.Join(w.End(), w.Commit(context.Background())); err != nil {
			return false, err
		}
	}
	if l.csv == nil || l.csv.path != old.CSV {
		return true, nil
	}
	if err := l.csv.cut(old.CSVBytes); err != nil {
		return false, err
	}
	return true, l.csv.append(l.app, row.ID, row.Stats.Flows, old.From)
}

// pend notes the interval that is about to be committed.
func (s *liveState) pend(c *liveCommit, csv *liveCSV) error {
	s.notes.Pending, s.notes.From = c.row, c.from
	if csv != nil {
		size, err := csv.size()
		if err != nil {
			return err
		}
		s.notes.CSV, s.notes.CSVBytes = csv.path, size
	}
	return s.write()
}

// settle notes that it is.
func (s *liveState) settle() error {
	s.notes.Settled, s.notes.Pending = s.notes.Pending.IngestedAt, nil
	return s.write()
}

func (s *liveState) write() error {
	text, err := json.Marshal(s.notes)
	if err != nil {
		return fmt.Errorf("note the state of the capture: %w", err)
	}
	fresh := s.path + ".new"
	if err := os.WriteFile(fresh, text, 0o644); err != nil {
		return fmt.Errorf("note the state of the capture: %w", err)
	}
	return os.Rename(fresh, s.path)
}

// finish takes the file away: the capture was stopped as it should be.
func (s *liveState) finish() error { return os.Remove(s.path) }

func (s *liveState) close() {
	if s.lock != nil {
		_ = s.lock.Close()
		s.lock = nil
	}
}

// fail keeps the first error of the committer.
func (s *liveState) fail(err error) { s.err.CompareAndSwap(nil, &err) }

func (s *liveState) failure() error {
	if err := s.err.Load(); err != nil {
		return *err
	}
	return nil
}
