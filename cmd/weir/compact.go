package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"weir/warehouse"
)

// compactCommand makes few large files of many small ones, and small ones of those written in haste.
type compactCommand struct {
	Table   []string      `placeholder:"NAME" help:"Only these tables."`
	Grace   time.Duration `default:"15m" help:"Remove files that left their table longer ago. Until then older versions can be asked (--version, --as-of), and queries under way find their files."`
	KeepLog string        `placeholder:"SPAN" help:"Remove log entries that are older and that a checkpoint stands for: 30d, 12w, 36h. Older versions can no longer be asked, and are not in the history. At least 1d. Default: the table's delta.logRetentionDuration, or 30d."`
	Size    int64         `name:"file-mb" default:"256" help:"Size of the files to be made, in MB. Files below half of it are small."`
	Workers int           `placeholder:"N" help:"Columns read and written at once. Default: one per core."`
	DryRun  bool          `help:"Only tell what would be done."`
}

// Help ends the command's help.
func (compactCommand) Help() string {
	return examples(
		"weir compact", "now and then, while ingest and queries go on",
		"weir compact --dry-run", "how much there is to do",
		"weir compact --grace 720h", "keep a month of versions to look back at",
		"weir compact --keep-log 7d", "keep the log of a week, where there are commits each second",
		"weir compact --grace 0s", "give the disk space back at once, if no query is running",
	) + "\n\n" + `Files that ingest wrote are rewritten even where they stand alone or are large, once:
they come out a good deal smaller.

What a crash leaves behind, temporary and uncommitted files, goes too, once its
writer is dead. So do log entries older than --keep-log, and with them what
weir status --history tells of that time.

` + exitStatuses
}

// keepLog returns how long log entries stay, 0 if the table is to say.
func (c *compactCommand) keepLog() (time.Duration, error) {
	if c.KeepLog == "" {
		return 0, nil
	}
	span, err := parseSpan(c.KeepLog)
	if err == nil && span < warehouse.LeastKeepLog {
		err = fmt.Errorf("%s is less than a day, for which programs at work may need the log", c.KeepLog)
	}
	if err != nil {
		return 0, usage("--keep-log: %v", err)
	}
	return span, nil
}

// compactResult is what --json prints.
type compactResult struct {
	DryRun    bool                  `json:"dry_run"`
	Compacted []warehouse.Compacted `json:"compacted"`
	Reclaimed []warehouse.Reclaimed `json:"reclaimed"`
}

// Run compacts, and then removes what nobody needs.
func (c *compactCommand) Run(a *app) error {
	if c.Grace < 0 || c.Size < 1 || c.Workers < 0 {
		return usage("--grace and --workers must not be negative, --file-mb at least 1")
	}
	keepLog, err := c.keepLog()
	if err != nil {
		return err
	}
	house, err := a.house(c.Table)
	if err != nil {
		return err
	}
	defer house.Close()
	result := compactResult{DryRun: c.DryRun}
	var failed error
	result.Compacted, failed = house.Compact(a.ctx, warehouse.CompactOptions{Tables: c.Table, FileBytes: c.Size << 20, Workers: c.Workers, Loose: true, DryRun: c.DryRun})
	if a.ctx.Err() == nil {
		result.Reclaimed, err = house.Reclaim(a.ctx, warehouse.ReclaimOptions{Tables: c.Table, Grace: c.Grace, KeepLog: keepLog, DryRun: c.DryRun})
		if failed == nil {
			failed = err
		}
	}
	if a.json {
		err = writeJSON(a.out, result)
	} else {
		err = result.writeText(a)
	}
	if failed != nil {
		return failed
	}
	return err
}

func (r compactResult) writeText(a *app) error {
	for _, c := range r.Compacted {
		if c.FilesBefore == 0 {
			continue
		}
		text := fmt.Sprintf("%s: %s of %s with %s", c.Table, count(c.FilesBefore, "file"), count(c.Partitions, "partition"), count(c.Rows, "row"))
		if !r.DryRun {
			text += fmt.Sprintf(" rewritten as %s, %s to %s", humanize.Comma(c.FilesAfter), humanize.Bytes(uint64(c.BytesBefore)), humanize.Bytes(uint64(c.BytesAfter)))
		}
		fmt.Fprintln(a.out, text)
	}
	verb := "removed"
	if r.DryRun {
		verb = "to be removed"
	}
	var none warehouse.Reclaimed
	for _, g := range r.Reclaimed {
		if g.Removed+g.Orphans > 0 {
			fmt.Fprintf(a.out, "%s: %s no longer in use (%s) and %s never committed (%s) %s\n", g.Table,
				count(g.Removed, "file"), humanize.Bytes(uint64(g.RemovedBytes)), count(g.Orphans, "file"), humanize.Bytes(uint64(g.OrphanBytes)), verb)
		}
		if g.Log > 0 {
			fmt.Fprintf(a.out, "%s: %s of the log, older than --keep-log, %s\n", g.Table, count(g.Log, "file"), verb)
		}
		none.Kept += g.Kept
	}
	if none.Kept > 0 {
		a.say("%s in no table kept: within the grace period, or of a writer at work", count(none.Kept, "file"))
	}
	return nil
}

// house opens the warehouse that has to be there, and checks the names of tables.
func (a *app) house(tables []string) (*warehouse.Warehouse, error) {
	for _, name := range tables {
		known := false
		for _, t := range a.tables.Tables() {
			known = known || t.Name == name
		}
		if !known {
			return nil, usage("there is no table %s", name)
		}
	}
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return nil, err
	}
	exists, err := house.Exists()
	if err == nil && !exists {
		err = fmt.Errorf("%w at %s: run `weir ingest PATH...` to make one", warehouse.ErrNoWarehouse, a.warehouse)
	}
	return house, err
}
