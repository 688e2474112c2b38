package warehouse

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// Absent is the version in SessionOptions.Versions of a table that did not
// exist at the time asked for. Its view is empty.
const Absent int64 = math.MinInt64

// ErrNoMoment says that the warehouse had no table at the time asked for.
var ErrNoMoment = errors.New("the warehouse did not exist then")

// ErrReclaimed says that a version can no longer be read, because data files
// that later versions have not were removed.
var ErrReclaimed = errors.New("files of this version were removed when their grace period was over (compact --grace)")

// reclaimed returns ErrReclaimed if a file of a pinned snapshot is gone.
func (s *Session) reclaimed(t *schema.Table, snap *delta.Snapshot) error {
	for _, f := range snap.Files {
		path := filepath.Join(s.dir, t.Name, filepath.FromSlash(f.Path))
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("version %d of %s: %w", snap.Version, t.Name, ErrReclaimed)
		}
	}
	return nil
}

// Change is a commit to one of the tables.
type Change struct {
	Table string
	delta.CommitInfo
}

// History returns the commits to all tables whose logs still have them, in
// the order of time and, at equal times, of the tables.
func (w *Warehouse) History() ([]Change, error) {
	var all []Change
	found := false
	for _, s := range w.stores {
		history, err := s.log.History()
		if errors.Is(err, delta.ErrNoTable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = true
		for _, c := range history {
			all = append(all, Change{s.table.Name, c})
		}
	}
	if !found {
		return nil, fmt.Errorf("%w at %s", ErrNoWarehouse, w.dir)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return a.Time.Compare(b.Time) })
	return all, nil
}

// AsOf returns the version that each table had at a time: the last one
// committed at or before it.
func (w *Warehouse) AsOf(t time.Time) (map[string]int64, error) {
	versions := map[string]int64{}
	exists, any := false, false
	for _, s := range w.stores {
		v, err := s.log.VersionAt(t)
		switch {
		case errors.Is(err, delta.ErrNoTable):
			v = Absent
		case errors.Is(err, delta.ErrNoVersion):
			v, any = Absent, true
		case err != nil:
			return nil, err
		default:
			exists, any = true, true
		}
		versions[s.table.Name] = v
	}
	switch {
	case !any:
		return nil, fmt.Errorf("%w at %s", ErrNoWarehouse, w.dir)
	case !exists:
		return nil, fmt.Errorf("%s: %w", t.UTC().Format(time.RFC3339Nano), ErrNoMoment)
	}
	return versions, nil
}

// AtVersion returns the version that each table had while one of them was at
// the given version. Of tables that ingest commits to before that one it is
// the last at the time of the version, so that rows refer to rows that are
// there; of those after it, the last before the version that followed, so that
// what was ingested with the version is complete.
func (w *Warehouse) AtVersion(table string, version int64) (map[string]int64, error) {
	at := slices.IndexFunc(w.stores, func(s *tableStore) bool { return s.table.Name == table })
	if at < 0 {
		return nil, fmt.Errorf("there is no table %s", table)
	}
	history, err := w.stores[at].log.History()
	if errors.Is(err, delta.ErrNoTable) {
		return nil, fmt.Errorf("%w at %s", ErrNoWarehouse, w.dir)
	}
	if err != nil {
		return nil, err
	}
	i, ok := slices.BinarySearchFunc(history, version, func(c delta.CommitInfo, v int64) int { return cmp.Compare(c.Version, v) })
	if !ok && len(history) > 0 && version >= 0 && version < history[0].Version {
		return nil, fmt.Errorf("version %d of %s: %w (compact --keep-log); the log begins with version %d of %s", version, table,
			delta.ErrCleaned, history[0].Version, history[0].Time.Format(time.RFC3339))
	}
	if !ok {
		last := int64(-1)
		if len(history) > 0 {
			last = history[len(history)-1].Version
		}
		return nil, fmt.Errorf("version %d of %s, whose last is %d: %w", version, table, last, delta.ErrNoVersion)
	}
	begin := history[i].Time
	end := time.Unix(1<<40, 0) // no version follows
	if i+1 < len(history) {
		end = history[i+1].Time.Add(-time.Millisecond) // times are in milliseconds
	}
	versions := map[string]int64{}
	for j, s := range w.stores {
		moment := begin
		if j > at {
			moment = end
		}
		v, err := s.log.VersionAt(moment)
		switch {
		case j == at:
			v = version
		case errors.Is(err, delta.ErrNoTable), errors.Is(err, delta.ErrNoVersion):
			v = Absent
		case err != nil:
			return nil, err
		}
		versions[s.table.Name] = v
	}
	return versions, nil
}
