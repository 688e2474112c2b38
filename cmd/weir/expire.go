package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"weir/warehouse"
)

// expireCommand drops old days.
type expireCommand struct {
	Before string   `xor:"age" required:"" placeholder:"DATE" help:"Drop the days before this one (UTC)."`
	Keep   string   `xor:"age" required:"" placeholder:"SPAN" help:"Drop the days that are wholly older: 90d, 12w, 36h."`
	Table  []string `placeholder:"NAME" help:"Only these tables. Default: all but captures."`
	DryRun bool     `help:"Only tell what would be dropped."`
}

// Help ends the command's help.
func (expireCommand) Help() string {
	return examples(
		"weir expire --keep 90d", "drop the days older than 90 days",
		"weir expire --before 2026-01-01 --table dns --table http", "the events of last year, but not the flows",
		"weir expire --keep 30d && weir compact --grace 0s", "and give the disk space back at once",
	) + "\n\n" + `A row belongs to the day on which it begins. The list of captures stays, and a
capture whose flows have expired is not taken in again: it is still known.
The files are removed by weir compact, after its grace period; until then the
versions before can be asked with --version and --as-of.

` + exitStatuses
}

// Run drops the days.
func (c *expireCommand) Run(a *app) error {
	before, err := c.before(time.Now())
	if err != nil {
		return err
	}
	house, err := a.house(c.Table)
	if err != nil {
		return err
	}
	defer house.Close()
	done, err := house.Expire(a.ctx, warehouse.ExpireOptions{Before: before, Tables: c.Table, DryRun: c.DryRun})
	if a.json {
		if wrong := writeJSON(a.out, struct {
			Before string              `json:"before"`
			DryRun bool                `json:"dry_run"`
			Tables []warehouse.Expired `json:"tables"`
		}{before.Format(time.DateOnly), c.DryRun, done}); err == nil {
			err = wrong
		}
		return err
	}
	verb := "dropped"
	if c.DryRun {
		verb = "to be dropped"
	}
	for _, e := range done {
		fmt.Fprintf(a.out, "%s: %s in %s of %s (%s) before %s %s\n", e.Table, count(e.Rows, "row"), count(e.Files, "file"),
			count(e.Partitions, "partition"), humanize.Bytes(uint64(e.Bytes)), before.Format(time.DateOnly), verb)
	}
	return err
}

// before returns the first day that stays.
func (c *expireCommand) before(now time.Time) (time.Time, error) {
	if c.Before != "" {
		t, err := time.Parse(time.DateOnly, c.Before)
		if err != nil {
			return t, usage("--before: %q is no date such as 2026-01-01", c.Before)
		}
		return t, nil
	}
	span, err := parseSpan(c.Keep)
	if err != nil {
		return now, usage("--keep: %v", err)
	}
	return now.Add(-span).UTC().Truncate(24 * time.Hour), nil
}

// parseSpan reads a duration, with days (d) and weeks (w) beside Go's units.
func parseSpan(text string) (time.Duration, error) {
	for unit, hours := range map[string]int64{"d": 24, "w": 7 * 24} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			n, err := strconv.ParseInt(number, 10, 32)
			if err != nil || n < 0 || n > 100_000/hours*24 {
				return 0, fmt.Errorf("%q is no span of time such as 90d", text)
			}
			return time.Duration(n*hours) * time.Hour, nil
		}
	}
	span, err := time.ParseDuration(text)
	if err != nil || span < 0 {
		return 0, fmt.Errorf("%q is no span of time such as 90d, 12w or 36h", text)
	}
	return span, nil
}
