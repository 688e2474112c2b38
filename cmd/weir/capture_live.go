package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse"
	"weir/warehouse/schema"
)

// liveCapture is a run of the command. Rows go to one writer while the last
// interval's is committed by another goroutine; if that takes longer than an interval,
// the next one lasts as long.
type liveCapture struct {
	*app
	command  *captureCommand
	house    *warehouse.Warehouse
	pipeline *extract.Pipeline
	live     *capture.Live
	cut      *extract.Live
	log      *liveLog
	csv      *liveCSV
	source   string
	session  string // names this run
	state    *liveState

	unit    string // the interval's capture id
	number  int64  // of the interval, from 1
	writer  *warehouse.Writer
	spare   chan *warehouse.Writer
	commits chan *liveCommit
	busy    atomic.Bool // an interval is being committed
	done    sync.WaitGroup
	drops   int64 // that earlier intervals have told of
	warning string

	committed atomic.Pointer[liveCommitted]
	totals    liveTotals
}

// liveCommit is an interval on its way into the warehouse.
type liveCommit struct {
	writer *warehouse.Writer
	row    *extract.Capture
	from   time.Time // no flow of it starts before
}

// liveCommitted tells of the last commit.
type liveCommitted struct {
	at    time.Time
	flows int64
	took  time.Duration
}

// liveTotals are sums over the intervals that are in.
type liveTotals struct{ intervals, flows, failures atomic.Int64 }

// liveSettings are what the column settings holds of an interval.
type liveSettings struct {
	extract.Config
	Filter string `json:"filter,omitempty"`
	// Session names the run that the interval is of, and Interval counts its intervals.
	Session  string `json:"session"`
	Interval int64  `json:"interval"`
	// OpenPackets counts packets of flows that were open when the interval
	// ended. The flows of an interval hold what was open before it, and its
	// packets in flows, less these.
	OpenPackets int64 `json:"open_packets"`
}

// run captures until the source ends.
func (l *liveCapture) run(source capture.Source) error {
	if err := l.begin(); err != nil {
		return err
	}
	l.cut = &extract.Live{Interval: l.command.FlushInterval, MaxFlows: l.command.MaxFlows, Busy: l.busy.Load, Lead: l.lead, Flush: l.flush}
	if l.command.Top {
		l.cut.Top = topRows
	}
	stopShowing, err := l.show()
	if err != nil {
		return err
	}
	defer stopShowing()
	running, stop := context.WithCancel(context.Background())
	defer stop()
	// Compaction ends as soon as the capture is told to, as it takes the processor.
	beside, stopBeside := context.WithCancel(l.ctx)
	defer stopBeside()
	var watching sync.WaitGroup
	watching.Go(func() { l.watchSignals(running) })
	compact := &compactor{house: l.house, every: l.command.CompactEvery, log: l.log}
	watching.Go(func() { compact.run(beside) })
	origin := &flow.Origin{ID: l.session, Source: l.source, Label: l.command.Label, Unit: &l.unit}
	last, err := l.pipeline.RunLive(context.Background(), origin, source, l, l.cut)
	stopBeside()
	stopShowing()
	if err == nil {
		err = l.end(last)
	} else {
		err = errors.Join(err, l.writer.Abort())
	}
	close(l.commits)
	l.done.Wait()
	stop()
	watching.Wait()
	if failure := l.state.failure(); failure != nil {
		err = errors.Join(failure, err)
	}
	if err != nil {
		return err
	}
	result := l.result()
	l.log.stopped(result)
	if l.app.json {
		err = writeJSON(l.app.out, result)
	}
	return errors.Join(err, l.state.finish())
}

// begin starts the first interval and the committer.
func (l *liveCapture) begin() error {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("name the capture: %w", err)
	}
	l.session = hex.EncodeToString(random[:])
	l.spare = make(chan *warehouse.Writer, 2)
	for range cap(l.spare) {
		l.spare <- l.house.NewWriter(writerOptions(l.command.Config))
	}
	if err := l.next(); err != nil {
		return err
	}
	state, warning, err := l.openState()
	if err != nil {
		return err
	}
	l.state, l.warning = state, warning
	l.commits = make(chan *liveCommit)
	l.done.Go(l.commitAll)
	l.log.started(l)
	return nil
}

// next begins an interval.
func (l *liveCapture) next() error {
	l.number++
	sum := sha256.Sum256(fmt.Appendf(nil, "live capture\n%s\n%s\n%d", l.source, l.session, l.number))
	l.unit = hex.EncodeToString(sum[:16])
	l.writer = <-l.spare
	return l.writer.Begin(l.unit)
}

// Batch implements extract.Sink.
func (l *liveCapture) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	return l.writer.Batch(t, partition...)
}

// Grown implements extract.Sink.
func (l *liveCapture) Grown(b *schema.Batch) error { return l.writer.Grown(b) }

// Amend implements extract.Sink; a live capture amends nothing.
func (l *liveCapture) Amend(t *schema.Table, column, value string, packets schema.Packets) error {
	return l.writer.Amend(t, column, value, packets)
}

// flush ends the interval. One in which nothing has happened goes on.
func (l *liveCapture) flush(i *extract.Interval) error {
	if err := l.state.failure(); err != nil {
		return err
	}
	handed, err := l.hand(i)
	if err != nil || !handed {
		return err
	}
	return l.next()
}

// lead is how long it takes from the end of an interval until it is stored: the last
// commit's time, and what packets may wait in rings and pipeline.
func (l *liveCapture) lead() time.Duration {
	const waiting = 200 * time.Millisecond
	if c := l.committed.Load(); c != nil {
		return c.took + waiting
	}
	return waiting
}

// end commits the last interval.
func (l *liveCapture) end(i *extract.Interval) error {
	handed, err := l.hand(i)
	if err == nil && !handed {
		err = l.writer.Abort()
	}
	return err
}

// hand gives the interval to the committer, if there is anything in it.
func (l *liveCapture) hand(i *extract.Interval) (bool, error) {
	info := l.live.Info()
	dropped := info.Dropped - l.drops
	if i.Packets == 0 && i.Flows == 0 && dropped == 0 && l.warning == "" {
		return false, nil
	}
	info.Dropped, info.Warning = dropped, l.warning
	settings, err := json.Marshal(liveSettings{Config: l.command.Config, Filter: l.command.Filter, Session: l.session, Interval: l.number, OpenPackets: i.OpenPackets})
	if err != nil {
		return false, fmt.Errorf("encode settings: %w", err)
	}
	row := &extract.Capture{
		ID: l.unit, Source: l.source, Path: strings.Join(l.command.Interfaces, "+"), Info: info, Stats: i.Stats,
		Settings: string(settings), Version: l.version, IngestedAt: time.Now(),
	}
	if err := row.AppendTo(l.writer, l.tables); err != nil {
		return false, err
	}
	l.busy.Store(true)
	l.commits <- &liveCommit{writer: l.writer, row: row, from: l.oldest()}
	l.drops += dropped
	l.warning = ""
	return true, nil
}

// oldest is a time before which no flow that is open has started; zero if
// there is none.
func (l *liveCapture) oldest() time.Time {
	m := l.command.Metering
	if m.ActiveTimeout == 0 {
		return time.Time{}
	}
	return time.Now().Add(-m.ActiveTimeout - m.IdleTimeout - 2*l.command.FlushInterval - time.Hour)
}

// commitAll commits intervals until there are no more. The first failure ends the
// capture: what cannot be stored is not metered either.
func (l *liveCapture) commitAll() {
	for c := range l.commits {
		if l.state.failure() == nil {
			if err := l.commit(c); err != nil {
				l.totals.failures.Add(1)
				l.state.fail(err)
				l.live.Stop()
			}
		}
		l.spare <- c.writer
		l.busy.Store(false)
	}
}

func (l *liveCapture) commit(c *liveCommit) error {
	began := time.Now()
	if err := l.state.pend(c, l.csv); err != nil {
		return err
	}
	if err := c.writer.End(); err != nil {
		return fmt.Errorf("commit an interval: %w", err)
	}
	// A stop must not leave the commit half done, so it has no context of the command.
	if err := c.writer.Commit(context.Background()); err != nil {
		return fmt.Errorf("commit an interval: %w", err)
	}
	for _, o := range c.writer.Outcomes() {
		if o.Err != nil {
			return fmt.Errorf("commit an interval: %w", o.Err)
		}
	}
	if l.csv != nil {
		if err := l.csv.append(l.app, c.row.ID, c.row.Stats.Flows, c.from); err != nil {
			return err
		}
	}
	l.totals.intervals.Add(1)
	l.totals.flows.Add(c.row.Stats.Flows)
	l.committed.Store(&liveCommitted{at: time.Now(), flows: c.row.Stats.Flows, took: time.Since(began)})
	l.log.committed(l, c.row, time.Since(began))
	return l.state.settle()
}

// close gives up what is held.
func (l *liveCapture) close() {
	if l.state != nil {
		l.state.close()
	}
}
