package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/warehouse"
)

// changedError says that a file is no longer what it was when it was looked at.
type changedError struct{ path string }

func (e *changedError) Error() string { return e.path + " changed while it was read" }

// A plan is what is committed together: not more than so many files and bytes, but one
// file at least.
const (
	planFiles = 256
	planBytes = 1 << 30
)

// plan returns the captures to take in next. Those that are in are noted to be.
func (w *watcher) plan() ([]watchFile, error) {
	var plan []watchFile
	var bytes int64
	taken := w.taken()
	for _, f := range w.spool.inOrder() {
		if taken[f.path].watchStamp == f.watchStamp {
			continue
		}
		if bytes += f.Bytes; len(plan) == planFiles || len(plan) > 0 && bytes > planBytes {
			break
		}
		wanted, err := w.identify(f)
		if err != nil {
			return nil, err
		}
		// The same bytes again wait until it is known what became of them.
		same := func(x watchFile) bool { return x.ID == f.id }
		if wanted && !slices.ContainsFunc(plan, same) {
			plan = append(plan, watchFile{Path: filePath(f.path), watchStamp: f.watchStamp, ID: f.id})
		}
	}
	return plan, nil
}

// taken returns the files that are in, by path.
func (w *watcher) taken() map[string]watchFile {
	taken := make(map[string]watchFile, len(w.state.Done)+len(w.state.Kept))
	for _, f := range slices.Concat(w.state.Done, w.state.Kept) {
		taken[string(f.Path)] = f
	}
	return taken
}

// carryOut meters the captures of a plan and commits them; at last it ends all
// flows if that is asked for.
func (w *watcher) carryOut(plan []watchFile, ending bool) error {
	if err := w.note(plan, ending); err != nil {
		return err
	}
	c, failure := w.meterAll()
	if err := errors.Join(failure, w.commit()); err != nil {
		return err
	}
	return w.settle(c)
}

// note notes what is about to be done, before anything of it is.
func (w *watcher) note(plan []watchFile, ending bool) error {
	if w.state.Session == "" {
		sum := sha256.Sum256([]byte("series of captures\n" + plan[0].ID))
		w.begin(hex.EncodeToString(sum[:16]))
	}
	w.state.Plan, w.state.Ending = plan, ending
	return w.state.write()
}

// carried is what has become of a plan.
type carried struct {
	intervals, latest int64 // as in watchState, after it
	metered, foreign  []watchFile
}

// meterAll meters the captures of the plan.
func (w *watcher) meterAll() (*carried, error) {
	c := &carried{intervals: w.state.Intervals, latest: w.state.Latest}
	for _, f := range w.state.Plan {
		m := &measure{watchFile: f, interval: c.intervals + 1, before: c.latest}
		if err := w.meter(m); err != nil {
			return c, err
		}
		if m.foreign {
			c.foreign = append(c.foreign, f)
			continue
		}
		c.intervals, c.latest = m.interval, max(c.latest, m.Latest)
		c.metered = append(c.metered, m.watchFile)
	}
	if w.state.Ending {
		return c, w.finish(c.intervals + 1)
	}
	return c, nil
}

// measure is one capture of a plan.
type measure struct {
	watchFile
	interval int64 // its number in the series
	before   int64 // the latest time before it
	foreign  bool  // it turned out that something else has brought it in
}

// meter meters a capture. Of one that is in already only the open flows are wanted.
func (w *watcher) meter(m *measure) error {
	path := w.pathOf(m.watchFile)
	began := time.Now()
	sink, err := w.sinkFor(m)
	if err != nil || m.foreign {
		return err
	}
	m.First = w.series.Packets()
	source, err := capture.OpenPrefix(path, m.Bytes)
	if err != nil {
		return errors.Join(err, w.drop(sink))
	}
	w.unit = m.ID
	name := sourceName(path)
	interval, err := w.series.Meter(w.ctx, name, source, sink)
	info := source.Info()
	if err = errors.Join(err, source.Close()); err == nil {
		err = w.unchanged(m.watchFile)
	}
	if err != nil {
		return errors.Join(err, w.drop(sink))
	}
	if interval.Packets > 0 {
		m.Latest = interval.Last
	}
	if sink != w.writer {
		return nil
	}
	row := &extract.Capture{ID: m.ID, Source: name, Path: path, FileBytes: m.Bytes, Info: info, Stats: interval.Stats, Version: w.version, IngestedAt: time.Now()}
	w.warn(row, m)
	if err := w.add(row, m.interval, interval.OpenPackets); err != nil {
		return err
	}
	w.tellTaken(row, time.Since(began))
	return nil
}

// sinkFor begins a capture. One that an earlier run has committed is metered for the
// flows that are open after it, and one that another command has is passed over.
func (w *watcher) sinkFor(m *measure) (extract.Sink, error) {
	err := w.writer.Begin(m.ID)
	if !errors.Is(err, warehouse.ErrIngested) {
		return w.writer, err
	}
	ours, err := w.isOurs(m.ID)
	if m.foreign = !ours; err == nil && m.foreign {
		w.result.Skipped++
	}
	return extract.Nowhere(), err
}

// drop aborts the capture that was begun for a sink.
func (w *watcher) drop(sink extract.Sink) error {
	if sink != w.writer {
		return nil
	}
	return w.writer.Abort()
}

// seriesSettings are what the column settings holds of a capture of a series,
// as liveSettings of an interval.
type seriesSettings struct {
	extract.Config
	Session     string `json:"session"`
	Interval    int64  `json:"interval"`
	OpenPackets int64  `json:"open_packets"`
}

// add ends a capture with its row of captures.
func (w *watcher) add(row *extract.Capture, interval, open int64) error {
	settings, err := json.Marshal(seriesSettings{Config: w.command.Config, Session: w.state.Session, Interval: interval, OpenPackets: open})
	if err != nil {
		return errors.Join(fmt.Errorf("encode settings: %w", err), w.writer.Abort())
	}
	row.Settings = string(settings)
	if err := row.AppendTo(w.writer, w.tables); err != nil {
		return errors.Join(err, w.writer.Abort())
	}
	if err := w.writer.End(); err != nil {
		return err
	}
	w.result.Flows += row.Stats.Flows
	w.result.Packets += row.Stats.Packets
	w.result.Bytes += row.Stats.Bytes
	if row.FileBytes > 0 {
		w.result.Captures++
	}
	return nil
}

// warn puts what is to be said of a capture into its row.
func (w *watcher) warn(row *extract.Capture, m *measure) {
	const disorder = time.Second // which a sensor's own writing explains
	if early := time.Duration(m.before - row.Stats.First); row.Stats.Packets > 0 && m.First > 0 && m.before-int64(disorder) > row.Stats.First {
		w.tellWarning(fmt.Sprintf("%s begins %v before the end of what came in before it: its packets are counted after that", row.Path, early.Round(time.Millisecond)))
	}
	if w.warning != "" {
		row.Info.Warning = strings.TrimPrefix(row.Info.Warning+"; "+w.warning, "; ")
		w.warning = ""
	}
}

// finish ends all open flows, as an interval without packets.
func (w *watcher) finish(interval int64) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "end of a series\n%s\n%d", w.state.Session, interval))
	w.unit = hex.EncodeToString(sum[:16])
	var sink extract.Sink = w.writer
	if err := w.writer.Begin(w.unit); errors.Is(err, warehouse.ErrIngested) {
		sink = extract.Nowhere()
	} else if err != nil {
		return err
	}
	i, err := w.series.Finish(w.ctx, sink)
	if err != nil || i.Flows == 0 {
		return errors.Join(err, w.drop(sink))
	}
	if sink != w.writer {
		return nil
	}
	row := &extract.Capture{
		ID: w.unit, Source: filepath.Base(w.state.Directory), Path: w.command.Dir, Info: capture.Info{Format: "end"},
		Stats: i.Stats, Version: w.version, IngestedAt: time.Now(),
	}
	return w.add(row, interval, i.OpenPackets)
}

// commit commits all captures that are complete. An interrupt does not prevent it.
func (w *watcher) commit() error {
	err := w.writer.Commit(context.Background())
	for _, o := range w.writer.Outcomes() {
		if o.Already {
			err = errors.Join(err, fmt.Errorf("another program took in capture %s at the same time: start again", o.CaptureID))
		}
		if o.Err != nil && err == nil {
			err = o.Err
		}
	}
	return err
}

// unchanged tells whether the bytes of a file are still those that were there.
// More may have been appended.
func (w *watcher) unchanged(f watchFile) error {
	path := w.pathOf(f)
	info, err := os.Stat(path)
	if err != nil {
		return &changedError{path}
	}
	if (watchStamp{Bytes: info.Size(), Modified: info.ModTime().UnixNano()}) == f.watchStamp {
		return nil
	}
	if id, err := capture.IdentifyPrefix(path, f.Bytes); err != nil || id.ID != f.ID {
		return &changedError{path}
	}
	return nil
}

func (w *watcher) pathOf(f watchFile) string { return filepath.Join(w.command.Dir, string(f.Path)) }

// tellTaken tells of a capture that is metered.
func (w *watcher) tellTaken(row *extract.Capture, took time.Duration) {
	if !w.log.json && !w.verbose {
		return
	}
	var o outcome
	o.Path, o.Status, o.Seconds = row.Path, ingested, took.Seconds()
	o.take(row)
	w.log.tell(ingested, o.String(), map[string]any{
		"path": row.Path, "capture_id": row.ID, "packets": o.Packets, "bytes": o.Bytes, "flows": o.Flows,
		"packets_in_flows": o.PacketsInFlows, "warning": o.Warning, "seconds": o.Seconds,
	})
}
