package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// ExpireOptions says what Expire drops.
type ExpireOptions struct {
	// Before is the first date that stays. Its time of day does not count.
	Before time.Time
	// Tables are the names of the tables to expire; none means all that have
	// a date but the last, which says which captures are ingested.
	Tables []string
	// DryRun only counts.
	DryRun bool
}

// Expired counts what Expire dropped from a table, or with DryRun would.
type Expired struct {
	Table      string `json:"table"`
	Partitions int64  `json:"partitions"`
	Files      int64  `json:"files"`
	Rows       int64  `json:"rows"`
	Bytes      int64  `json:"bytes"`
	// Version is the one without these rows, or the present one if there were none.
	Version int64 `json:"version"`
}

// ExpireOperation is what the commits of Expire are called.
const ExpireOperation = "EXPIRE"

// Expire drops the partitions of dates before a date, in one commit per table.
// The files stay until Reclaim, and so does the memory of what was ingested: a
// capture whose flows have expired is not taken in again.
func (w *Warehouse) Expire(ctx context.Context, o ExpireOptions) ([]Expired, error) {
	stores, err := w.chosen(o.Tables)
	if err != nil {
		return nil, err
	}
	var all []Expired
	for _, s := range stores {
		date, ok := dateOf(s.table)
		switch {
		case !ok && len(o.Tables) > 0:
			return all, fmt.Errorf("table %s is not partitioned by date and cannot expire", s.table.Name)
		case !ok, len(o.Tables) == 0 && s == w.stores[len(w.stores)-1]:
			continue
		}
		if err := ctx.Err(); err != nil {
			return all, err
		}
		e, err := s.expire(date, o)
		if errors.Is(err, delta.ErrNoTable) {
			continue
		}
		if err != nil {
			return all, fmt.Errorf("expire %s: %w", s.table.Name, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// dateOf returns the name of the column that parts a table by date.
func dateOf(t *schema.Table) (string, bool) {
	for _, c := range t.Partitions() {
		if c.Type == schema.Date {
			return c.Name, true
		}
	}
	return "", false
}

// conflictTries is how often a commit is made anew because another program
// has removed a file that it removes.
const conflictTries = 20

// expire drops the partitions of one table. Whoever else removes files at the
// same time, to compact them say, makes it look again.
func (s *tableStore) expire(date string, o ExpireOptions) (Expired, error) {
	before := o.Before.UTC().Format(time.DateOnly)
	for try := 1; ; try++ {
		e := Expired{Table: s.table.Name}
		snapshot, err := s.log.Snapshot(delta.Latest)
		if err != nil {
			return e, err
		}
		e.Version = snapshot.Version
		c := delta.Commit{Operation: ExpireOperation, Parameters: map[string]string{"before": before}, DataChange: true}
		var partitions []string
		for _, f := range snapshot.Files {
			// A row without a date has none that could be too old.
			if d := f.PartitionValues[date]; d == "" || d >= before {
				continue
			}
			c.Removes = append(c.Removes, delta.Remove{Path: f.Path, PartitionValues: f.PartitionValues, Size: f.Size, DataChange: true})
			e.Files, e.Rows, e.Bytes = e.Files+1, e.Rows+max(0, f.Stats.NumRecords), e.Bytes+f.Size
			if dir := partitionDir(s.table, s.partitionOf(f)); !slices.Contains(partitions, dir) {
				partitions = append(partitions, dir)
			}
		}
		e.Partitions = int64(len(partitions))
		if len(c.Removes) == 0 || o.DryRun {
			return e, nil
		}
		after, err := s.log.Commit(c)
		if err == nil {
			e.Version = after.Version
			return e, nil
		}
		if try == conflictTries || !errors.As(err, new(*delta.RemoveConflictError)) {
			return e, err
		}
	}
}
