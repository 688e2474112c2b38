package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"weir/extract"
	"weir/extract/flow"
	"weir/warehouse"
)

// watcher is a run of the command.
type watcher struct {
	*app
	command  *watchCommand
	house    *warehouse.Warehouse
	pipeline *extract.Pipeline
	writer   *warehouse.Writer
	log      *liveLog
	state    *watchState
	spool    *spool
	series   *extract.Series
	unit     string // the capture id of rows that are written now
	warning  string // for the next row of captures
	hangup   chan os.Signal
	result   watched
}

// watched is the result of a run, as --json prints it.
type watched struct {
	Directory string `json:"directory"`
	Captures  int64  `json:"captures"`
	Skipped   int64  `json:"skipped"`
	Failed    int64  `json:"failed"`
	Packets   int64  `json:"packets"`
	Bytes     int64  `json:"bytes"`
	Flows     int64  `json:"flows"`
	OpenFlows int64  `json:"open_flows"`
	// Unfinished are files that are still written, or may be.
	Unfinished int64 `json:"unfinished"`
}

// prepare takes the state of the directory.
func (c *watchCommand) prepare(a *app, house *warehouse.Warehouse) (*watcher, error) {
	settings, err := json.Marshal(c.Config)
	if err != nil {
		return nil, fmt.Errorf("encode settings: %w", err)
	}
	if c.MoveTo != "" {
		if err := os.MkdirAll(c.MoveTo, 0o755); err != nil {
			return nil, fmt.Errorf("move files: %w", err)
		}
	}
	state, err := a.openWatchState(c.Dir, c.Match)
	if err != nil {
		return nil, err
	}
	if state.Session != "" && !bytes.Equal(state.Settings, settings) {
		defer state.close()
		return nil, usage("flows of %s are open that were metered by other settings, %s: watch it with them, or end these flows with --final first", c.Dir, state.Settings)
	}
	state.Settings = settings
	return &watcher{
		app: a, command: c, house: house, pipeline: extract.NewPipeline(c.Config, a.tables), state: state,
		writer: house.NewWriter(writerOptions(c.Config)), log: newLiveLog(a, c.LogFormat == "json"),
		spool:  &spool{dir: c.Dir, match: c.Match, except: c.MoveTo, settle: c.Settle},
		result: watched{Directory: c.Dir},
	}, nil
}

func (w *watcher) close() {
	_ = w.writer.Close()
	w.state.close()
}

// run watches until the command is over or is interrupted. A file that changes
// while it is read spoils what is in memory, which then is made anew.
func (w *watcher) run() error {
	w.hangup = make(chan os.Signal, 1)
	signal.Notify(w.hangup, syscall.SIGHUP)
	defer signal.Stop(w.hangup)
	w.log.tell("started", "watching "+w.command.Dir+" for "+w.warehouse, map[string]any{"directory": w.command.Dir, "warehouse": w.warehouse})
	running, stop := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	compact := &compactor{house: w.house, every: w.command.CompactEvery, log: w.log}
	beside.Go(func() { compact.run(running) })
	err := w.watch()
	for changed := (*changedError)(nil); errors.As(err, &changed); {
		w.tellWarning(err.Error())
		changed = nil
		err = w.watch()
	}
	stop()
	beside.Wait()
	return w.conclude(err)
}

// watch goes on where the last run has ended, and takes in what there is.
func (w *watcher) watch() error {
	if err := w.resume(); err != nil {
		return err
	}
	for w.ctx.Err() == nil {
		if err := w.spool.look(w.command.Final, time.Now()); err != nil {
			return fmt.Errorf("watch %s: %w", w.command.Dir, err)
		}
		w.examine()
		plan, err := w.plan()
		if err != nil {
			return err
		}
		if len(plan) > 0 {
			if err := w.carryOut(plan, false); err != nil {
				return err
			}
			w.release()
			continue
		}
		w.release()
		switch {
		case w.command.Final:
			return w.end()
		case w.command.Once:
			return nil
		}
		select {
		case <-w.ctx.Done():
		case <-w.hangup:
		case <-time.After(w.command.Poll):
		}
	}
	return nil
}

// end ends all open flows.
func (w *watcher) end() error {
	if w.state.Session == "" || w.ctx.Err() != nil {
		return nil
	}
	if err := w.carryOut(nil, true); err != nil {
		return err
	}
	w.release()
	return nil
}

// begin makes a series that begins with a capture. It is named after that, so
// that flows have the same names on every run.
func (w *watcher) begin(session string) {
	w.state.Session = session
	w.series = w.pipeline.NewSeries(flow.Origin{ID: session, Source: filepath.Base(w.state.Directory), Label: w.command.Label, Unit: &w.unit})
}

// conclude tells the result and turns it into the error of the command.
func (w *watcher) conclude(err error) error {
	r := &w.result
	r.Unfinished = int64(w.spool.unfinished())
	r.OpenFlows = int64(len(w.state.Open.Flows))
	for _, f := range w.spool.seen {
		if f.failed {
			r.Failed++
		}
	}
	if err != nil && w.ctx.Err() == nil {
		return err
	}
	text := fmt.Sprintf("%s, %s, %s; %s open", count(r.Captures, "capture"), count(r.Packets, "packet"), count(r.Flows, "flow"), count(r.OpenFlows, "flow"))
	if r.Skipped > 0 {
		text += fmt.Sprintf("; %s in already", areIn(int(r.Skipped)))
	}
	if r.Unfinished > 0 {
		text += fmt.Sprintf("; %s not finished yet", humanize.Comma(r.Unfinished))
	}
	w.log.tell("stopped", text, map[string]any{"captures": r.Captures, "packets": r.Packets, "bytes": r.Bytes, "flows": r.Flows, "open_flows": r.OpenFlows, "failed": r.Failed, "unfinished": r.Unfinished})
	if w.app.json {
		if err := writeJSON(w.out, r); err != nil {
			return err
		}
	}
	over := w.command.Once || w.command.Final
	switch {
	case over && w.ctx.Err() != nil:
		return &status{exitInterrupted, errors.New("interrupted: run the same command again for the rest")}
	case over && r.Failed > 0 && r.Captures+r.Skipped == 0:
		return &status{exitFailed, errors.New("nothing was taken in")}
	case over && r.Failed > 0:
		return &status{exitPartly, fmt.Errorf("%s failed", count(r.Failed, "file"))}
	}
	return nil
}

// tellWarning tells something that should not be, and goes into the next row of captures too.
func (w *watcher) tellWarning(text string) {
	w.log.tell("warning", "weir: "+text, map[string]any{"warning": text})
	if w.warning != "" {
		w.warning += "; "
	}
	w.warning += text
}
