package delta

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Snapshot is the state of a table at one version. It is immutable.
type Snapshot struct {
	Version int64
	// Time is when the version was committed, by the clock of who did.
	Time     time.Time
	Metadata Metadata
	Protocol Protocol
	// Files are the live files, sorted by path.
	Files []Add
	// removed are the tombstones, sorted by path.
	removed []Remove
	txns    *txnTable
	types   map[string]string
}

// Txn returns the version of an application's last transaction, or false if
// there is none.
func (s *Snapshot) Txn(appID string) (int64, bool) {
	txn, ok := s.txns.get(appID, s.Version)
	return txn.Version, ok
}

// Txns returns the last transactions of all applications, sorted by name.
func (s *Snapshot) Txns() []Txn {
	txns := s.txns.all(s.Version)
	slices.SortFunc(txns, func(a, b Txn) int { return strings.Compare(a.AppID, b.AppID) })
	return txns
}

// Tombstones returns the files removed lately, sorted by path: at least those
// of the last seven days.
func (s *Snapshot) Tombstones() []Remove { return s.removed }

// File returns the live file of that path, or false.
func (s *Snapshot) File(path string) (Add, bool) {
	i, ok := slices.BinarySearchFunc(s.Files, path, func(a Add, p string) int { return strings.Compare(a.Path, p) })
	if !ok {
		return Add{}, false
	}
	return s.Files[i], true
}

// live reports whether a file is part of the table.
func (s *Snapshot) live(path string) bool {
	_, ok := s.File(path)
	return ok
}

// replay collects the commits after a snapshot.
type replay struct {
	base    *Snapshot
	version int64
	time    time.Time
	meta    *Metadata
	proto   *Protocol
	// files holds the last action on each path.
	files map[string]fileAction
	txns  []versionTxns
}

type fileAction struct {
	add    *Add
	remove *Remove
}

type versionTxns struct {
	at   int64
	txns []Txn
}

func newReplay(base *Snapshot) *replay {
	return &replay{base: base, version: base.Version, time: base.Time, files: map[string]fileAction{}}
}

// apply adds the next version.
func (r *replay) apply(version int64, a *actions) {
	r.version = version
	r.time = time.Time{}
	if a.info.Timestamp != 0 {
		r.time = time.UnixMilli(a.info.Timestamp).UTC()
	}
	if a.metadata != nil {
		r.meta = a.metadata
	}
	if a.protocol != nil {
		r.proto = a.protocol
	}
	if len(a.txns) > 0 {
		r.txns = append(r.txns, versionTxns{version, a.txns})
	}
	adds, removes := a.adds, a.removes
	for _, isAdd := range a.order {
		if isAdd {
			r.files[adds[0].Path] = fileAction{add: &adds[0]}
			adds = adds[1:]
			continue
		}
		r.files[removes[0].Path] = fileAction{remove: &removes[0]}
		removes = removes[1:]
	}
}

// snapshot returns the state after the commits applied.
func (r *replay) snapshot(table string) (*Snapshot, error) {
	if r.version == r.base.Version {
		return r.base, nil
	}
	s := *r.base
	s.Version, s.Time = r.version, r.time
	if r.meta != nil {
		s.Metadata, s.types = *r.meta, r.meta.types()
	}
	if r.proto != nil {
		s.Protocol = *r.proto
	}
	if err := s.check(table); err != nil {
		return nil, err
	}
	r.mergeFiles(&s)
	for _, v := range r.txns {
		s.txns.add(v.txns, v.at)
	}
	return &s, nil
}

// check refuses what this package does not read.
func (s *Snapshot) check(table string) error {
	switch {
	case s.Protocol.MinReaderVersion == 0:
		return fmt.Errorf("table %s: the log up to version %d has no protocol", table, s.Version)
	case s.Protocol.MinReaderVersion != readerVersion:
		return &ProtocolError{Table: table, Protocol: s.Protocol}
	case s.types == nil:
		return fmt.Errorf("table %s: the log up to version %d has no metadata", table, s.Version)
	}
	return nil
}

// mergeFiles puts the changed files in place among the others.
func (r *replay) mergeFiles(s *Snapshot) {
	if len(r.files) == 0 {
		return
	}
	var adds []Add
	var removes []Remove
	for _, f := range r.files {
		if f.add != nil {
			adds = append(adds, *f.add)
		} else {
			removes = append(removes, *f.remove)
		}
	}
	sortAdds(adds)
	sortRemoves(removes)
	changed := func(path string) bool { _, ok := r.files[path]; return ok }
	s.Files = mergeSorted(s.Files, adds, func(a *Add) string { return a.Path }, changed)
	s.removed = mergeSorted(s.removed, removes, func(r *Remove) string { return r.Path }, changed)
}

// mergeSorted merges two lists sorted by path and drops the entries of the
// first that have changed.
func mergeSorted[T any](old, added []T, path func(*T) string, changed func(string) bool) []T {
	merged := make([]T, 0, len(old)+len(added))
	for i := range old {
		p := path(&old[i])
		for len(added) > 0 && path(&added[0]) < p {
			merged, added = append(merged, added[0]), added[1:]
		}
		if !changed(p) {
			merged = append(merged, old[i])
		}
	}
	return append(merged, added...)
}

func sortAdds(adds []Add) {
	slices.SortFunc(adds, func(a, b Add) int { return strings.Compare(a.Path, b.Path) })
}

func sortRemoves(removes []Remove) {
	slices.SortFunc(removes, func(a, b Remove) int { return strings.Compare(a.Path, b.Path) })
}
