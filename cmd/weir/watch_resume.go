package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/decode"
)

// resume makes the flows again that were open when the last run ended, from the
// captures that are kept for that, and finishes what that run had planned.
func (w *watcher) resume() error {
	s := w.state
	if s.Session == "" {
		return nil
	}
	w.begin(s.Session)
	err := w.remake()
	if err == nil {
		err = w.replan()
	}
	var lost *lostError
	if !errors.As(err, &lost) {
		return err
	}
	w.tellWarning(fmt.Sprintf("%s: %s that were open, of %s, are lost", lost.why, count(int64(len(s.Open.Flows)), "flow"), count(s.Open.Packets, "packet")))
	return w.startOver()
}

// lostError says why open flows cannot be made again.
type lostError struct{ why string }

func (e *lostError) Error() string { return e.why }

// remake makes the open flows again.
func (w *watcher) remake() error {
	var again []extract.Metered
	for _, f := range w.state.Kept {
		path := w.pathOf(f)
		if w.unchanged(f) != nil {
			return &lostError{path + " is gone or is another file now"}
		}
		again = append(again, extract.Metered{Name: sourceName(path), Open: func() (capture.Source, error) { return capture.OpenPrefix(path, f.Bytes) }})
	}
	first := w.state.Packets
	if len(w.state.Kept) > 0 {
		first = w.state.Kept[0].First
	}
	err := w.series.Resume(w.ctx, w.state.Open, first, w.state.Packets, again)
	if errors.Is(err, extract.ErrNotResumed) {
		return &lostError{err.Error()}
	}
	return err
}

// replan carries out what was planned, but for files that did not come in and are gone.
func (w *watcher) replan() error {
	var plan []watchFile
	for _, f := range w.state.Plan {
		if w.unchanged(f) == nil {
			plan = append(plan, f)
			continue
		}
		path := w.pathOf(f)
		ours, err := w.isOurs(f.ID)
		if err != nil {
			return err
		}
		if ours {
			return &lostError{path + " is gone or is another file now"}
		}
		w.tellWarning(path + " was about to be taken in, and is gone or is another file now")
	}
	if len(plan) == 0 && !w.state.Ending {
		w.state.Plan = nil
		return nil
	}
	return w.carryOut(plan, w.state.Ending)
}

// startOver begins a new series: what is in stays, and what is not comes in anew.
func (w *watcher) startOver() error {
	s := w.state
	for _, f := range slices.Concat(s.Kept, s.Plan) {
		have, err := w.house.Has(f.ID)
		if err != nil {
			return err
		}
		if have {
			s.Done = append(s.Done, f)
		}
	}
	*s = watchState{Directory: s.Directory, Match: s.Match, Settings: s.Settings, Done: s.Done, path: s.path, lock: s.lock}
	return s.write()
}

// isOurs tells whether a capture is in as one of this series.
func (w *watcher) isOurs(id string) (bool, error) {
	have, err := w.house.Has(id)
	if err != nil || !have {
		return false, err
	}
	s, err := w.open()
	if err != nil {
		return false, err
	}
	defer s.Close()
	rows, err := s.Query(context.Background(), "SELECT count(*) FROM captures WHERE capture_id = ? AND (settings->>'session') = ?", id, w.state.Session)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	ours := false
	for rows.Next() {
		ours = rows.Chunk().Vectors[0].Int64[0] > 0
	}
	return ours, rows.Err()
}

// settle notes what is in after a plan, and which captures are kept: those from the
// first one on that an open flow began in, or whose fragments may go on.
func (w *watcher) settle(c *carried) error {
	s := w.state
	ended := s.Ending
	s.Plan, s.Ending = nil, false
	s.Intervals, s.Latest = c.intervals, c.latest
	s.Done = append(s.Done, c.foreign...)
	s.Kept = append(s.Kept, c.metered...)
	if ended {
		done := append(s.Done, s.Kept...)
		*s = watchState{Directory: s.Directory, Match: s.Match, Settings: s.Settings, Done: done, path: s.path, lock: s.lock}
		w.series = nil
		return s.write()
	}
	s.Packets, s.Open = w.series.Packets(), w.series.Open()
	needed := s.Packets
	if len(s.Open.Flows) > 0 {
		needed = s.Open.Flows[0].Packet
	}
	n := 0
	for n < len(s.Kept) && s.endOf(n) <= needed && s.Latest-s.Kept[n].Latest > int64(decode.FragmentLife) {
		n++
	}
	s.Done, s.Kept = append(s.Done, s.Kept[:n]...), slices.Clone(s.Kept[n:])
	return s.write()
}

// endOf returns the number of the packet after those of a kept capture.
func (s *watchState) endOf(n int) int64 {
	if n+1 < len(s.Kept) {
		return s.Kept[n+1].First
	}
	return s.Packets
}
