package main

import (
	"context"
	"time"

	"github.com/dustin/go-humanize"

	"weir/warehouse"
)

// compactGrace is how long files that compaction has replaced stay, for queries
// that read them.
const compactGrace = 15 * time.Minute

// compactor makes few files of the many that frequent commits leave.
type compactor struct {
	house *warehouse.Warehouse
	every time.Duration
	log   *liveLog
}

// run compacts now and then, until the context ends. It works on one core, beside metering.
func (c *compactor) run(ctx context.Context) {
	if c.every <= 0 {
		return
	}
	// The first time is soon, since a program that is often started again would
	// never come to it otherwise.
	const soon = time.Minute
	timer := time.NewTimer(min(soon, c.every))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			c.compact(ctx)
			timer.Reset(c.every)
		}
	}
}

// compact does so once. It is no reason to end a capture that it fails.
func (c *compactor) compact(ctx context.Context) {
	began := time.Now()
	done, err := c.house.Compact(ctx, warehouse.CompactOptions{Workers: 1})
	if err == nil {
		_, err = c.house.Reclaim(ctx, warehouse.ReclaimOptions{Grace: compactGrace})
	}
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		c.log.tell("compact_failed", "weir: compact: "+err.Error(), map[string]any{"error": err.Error()})
		return
	}
	var before, after int64
	for _, d := range done {
		before, after = before+d.FilesBefore, after+d.FilesAfter
	}
	if before > 0 && (c.log.json || c.log.verbose) {
		c.log.tell("compacted", "compacted "+humanize.Comma(before)+" files to "+humanize.Comma(after),
			map[string]any{"files_before": before, "files_after": after, "seconds": time.Since(began).Seconds()})
	}
}
