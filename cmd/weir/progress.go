package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"weir/extract"
)

// progress is the line that tells how far an ingest has come: bytes done of
// the total, packets per second, flows, time left. It is shown on a terminal
// only.
type progress struct {
	bar      *progressbar.ProgressBar
	counters *extract.Progress
	started  time.Time
	done     int64 // bytes of the captures that are finished
	stop     chan struct{}
	stopped  chan struct{}
}

const progressInterval = 150 * time.Millisecond

// startProgress shows the line until finish is called. It does nothing where
// messages do not go to a terminal.
func (a *app) startProgress(total int64, counters *extract.Progress) *progress {
	p := &progress{counters: counters, started: time.Now()}
	if !a.live || a.json {
		return p
	}
	p.bar = progressbar.NewOptions64(max(1, total),
		progressbar.OptionSetWriter(a.err),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(progressInterval),
		progressbar.OptionSetWidth(24),
		progressbar.OptionClearOnFinish(),
	)
	return p
}

// watch updates the line while a capture is read; consumed tells how many of
// its bytes have been.
func (p *progress) watch(consumed func() int64) {
	if p.bar == nil {
		return
	}
	p.stop, p.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(p.stopped)
		tick := time.NewTicker(progressInterval)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.show(p.done + consumed())
			}
		}
	}()
}

// passed ends watch: that many bytes are finished.
func (p *progress) passed(bytes int64) {
	p.done += bytes
	if p.bar == nil {
		return
	}
	if p.stop != nil {
		close(p.stop)
		<-p.stopped
		p.stop = nil
	}
	p.show(p.done)
}

func (p *progress) show(bytes int64) {
	packets := p.counters.Packets.Load()
	rate := float64(packets) / time.Since(p.started).Seconds()
	p.bar.Describe(fmt.Sprintf("%s packets (%s/s), %s flows", humanize.Comma(packets), humanize.SIWithDigits(rate, 1, ""), humanize.Comma(p.counters.Flows.Load())))
	_ = p.bar.Set64(min(bytes, p.bar.GetMax64()-1))
}

// finish takes the line away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
