package warehouse

import (
	"context"
	"errors"
	"maps"
	"time"

	"weir/warehouse/delta"
)

const (
	// DefaultKeepLog is how long log files stay, as the Delta protocol has it.
	DefaultKeepLog = 30 * 24 * time.Hour
	// LeastKeepLog is the least of it. A writer that read the log, stood still
	// for longer, and then committed, could take the number of a version that was
	// removed meanwhile.
	LeastKeepLog = 24 * time.Hour
)

// droppedProperty is set in a table whose log no longer tells that rows were
// dropped, which Verify has to know.
const droppedProperty = "weir.rowsDropped"

// cleanLog removes log files that are old and that a checkpoint stands for.
func (s *tableStore) cleanLog(ctx context.Context, o ReclaimOptions, r *Reclaimed) error {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if errors.Is(err, delta.ErrNoTable) {
		return nil
	}
	if err != nil {
		return err
	}
	if snapshot.Metadata.KeepsLog() {
		return nil
	}
	keep := o.KeepLog
	if keep == 0 {
		var ok bool
		if keep, ok = snapshot.Metadata.LogRetention(); !ok {
			keep = DefaultKeepLog
		}
	}
	version, files, err := s.log.Superfluous(time.Now().Add(-max(keep, o.Grace, LeastKeepLog)))
	if err != nil || files == 0 {
		return err
	}
	r.Log = int64(files)
	if o.DryRun {
		return nil
	}
	if err := s.rememberDrops(ctx, snapshot, version); err != nil {
		return err
	}
	files, err = s.log.RemoveBefore(ctx, version)
	r.Log = int64(files)
	return err
}

// rememberDrops sets the property if rows were dropped up to a version.
func (s *tableStore) rememberDrops(ctx context.Context, snapshot *delta.Snapshot, version int64) error {
	if snapshot.Metadata.Configuration[droppedProperty] != "" {
		return nil
	}
	dropped, err := s.log.LosesRows(ctx, version)
	if err != nil || !dropped {
		return err
	}
	metadata := snapshot.Metadata
	metadata.Configuration = maps.Clone(metadata.Configuration)
	if metadata.Configuration == nil {
		metadata.Configuration = map[string]string{}
	}
	metadata.Configuration[droppedProperty] = "true"
	_, err = s.log.Commit(delta.Commit{Operation: "SET TBLPROPERTIES", Parameters: map[string]string{droppedProperty: "true"}, Metadata: &metadata})
	return err
}
