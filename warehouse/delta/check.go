package delta

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Replay reads a version, or with Latest the newest, from the log files
// alone: no checkpoint is believed, and tombstones are all there. It returns
// ErrNoVersion if log files are no longer there.
func (l *Log) Replay(version int64) (*Snapshot, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	if !list.complete() {
		return nil, fmt.Errorf("replay table %s: its first log files: %w", l.table, ErrNoVersion)
	}
	base := &Snapshot{Version: -1, txns: newTxnTable(0)}
	if version == Latest {
		version = list.last()
	}
	s, err := l.follow(base, version)
	if err != nil {
		return nil, fmt.Errorf("replay table %s: %w", l.table, err)
	}
	return s, nil
}

// Check reads the whole log and returns what is wrong with it: files that
// cannot be read, versions that are missing, and checkpoints that say
// something else than the log files up to them. A log whose beginning another program
// has cleaned up is checked from its first checkpoint on.
func (l *Log) Check() []error {
	list, err := l.list()
	if err != nil {
		return []error{err}
	}
	var found []error
	checkpoints := slices.Clone(list.checkpoints)
	slices.Reverse(checkpoints) // oldest first
	base := &Snapshot{Version: -1, txns: newTxnTable(0)}
	if !list.complete() {
		for len(checkpoints) > 0 && base.Version < 0 {
			s, err := l.readCheckpoint(checkpoints[0])
			if err != nil {
				found = append(found, err)
			} else {
				base = s
			}
			checkpoints = checkpoints[1:]
		}
		if base.Version < 0 {
			return append(found, &DamagedError{File: l.commitFile(0), Err: errors.New("missing, and no checkpoint stands for it")})
		}
	}
	for _, c := range checkpoints {
		if c.version < base.Version {
			continue
		}
		s, err := l.follow(base, c.version)
		if err != nil {
			return append(found, err)
		}
		base = s
		have, err := l.readCheckpoint(c)
		if err == nil {
			err = have.same(base)
		}
		if err != nil {
			found = append(found, &DamagedError{File: c.files[0], Err: err})
		}
	}
	if _, err := l.followTo(base, list.last()); err != nil {
		found = append(found, err)
	}
	return found
}

// same returns how a checkpoint differs from the replay of the log.
func (s *Snapshot) same(replay *Snapshot) error {
	if s.Protocol != replay.Protocol {
		return fmt.Errorf("says protocol %+v, the log %+v", s.Protocol, replay.Protocol)
	}
	have, err := encodeSchema(s.Metadata.Schema)
	if err != nil {
		return err
	}
	want, err := encodeSchema(replay.Metadata.Schema)
	if err != nil {
		return err
	}
	if have != want || s.Metadata.ID != replay.Metadata.ID || !maps.Equal(s.Metadata.Configuration, replay.Metadata.Configuration) {
		return errors.New("has other metadata than the log")
	}
	if len(s.Files) != len(replay.Files) {
		return fmt.Errorf("lists %d files, the log %d", len(s.Files), len(replay.Files))
	}
	for i := range s.Files {
		a, b := &s.Files[i], &replay.Files[i]
		if a.Path != b.Path || a.Size != b.Size || a.Stats.NumRecords != b.Stats.NumRecords || !maps.Equal(a.PartitionValues, b.PartitionValues) {
			return fmt.Errorf("differs from the log in file %s", cmp.Or(b.Path, a.Path))
		}
	}
	if a, b := s.Txns(), replay.Txns(); !slices.Equal(a, b) {
		return fmt.Errorf("lists %d transactions, and not the same %d as the log", len(a), len(b))
	}
	for _, r := range s.removed {
		at, ok := slices.BinarySearchFunc(replay.removed, r.Path, func(x Remove, p string) int { return cmp.Compare(x.Path, p) })
		if !ok || replay.removed[at].DeletionTimestamp != r.DeletionTimestamp {
			return fmt.Errorf("lists %s as removed, and the log does not", r.Path)
		}
	}
	return nil
}

// Sweep removes temporary log files of writers that died more than an hour ago.
func (l *Log) Sweep() { l.sweep() }
