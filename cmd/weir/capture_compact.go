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

// compactAll makes few files of the many that short intervals leave, now and then,
// until the context ends. It works on one core, beside metering.
func (l *liveCapture) compactAll(ctx context.Context) {
	tick := time.NewTicker(l.command.CompactEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.compact(ctx)
		}
	}
}

// compact does so once. It is no reason to end a capture that it fails.
func (l *liveCapture) compact(ctx context.Context) {
	began := time.Now()
	done, err := l.house.Compact(ctx, warehouse.CompactOptions{Workers: 1})
	if err == nil {
		_, err = l.house.Reclaim(ctx, warehouse.ReclaimOptions{Grace: compactGrace})
	}
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		l.log.tell("compact_failed", "weir: compact: "+err.Error(), map[string]any{"error": err.Error()})
		return
	}
	var before, after int64
	for _, c := range done {
		before, after = before+c.FilesBefore, after+c.FilesAfter
	}
	if before > 0 && (l.log.json || l.verbose) {
		l.log.tell("compacted", "compacted "+humanize.Comma(before)+" files to "+humanize.Comma(after),
			map[string]any{"files_before": before, "files_after": after, "seconds": time.Since(began).Seconds()})
	}
}
