package delta

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// engine is what commitInfo names as the program that committed.
const engine = "weir"

// Create makes the table: version 0 with protocol and metadata. If the table
// exists, or another process creates it first, its latest snapshot is
// returned instead.
func (l *Log) Create(m Metadata) (*Snapshot, error) {
	l.committing.Lock()
	defer l.committing.Unlock()
	s, err := l.refresh()
	if !errors.Is(err, ErrNoTable) {
		return s, err
	}
	now := l.now().UnixMilli()
	if m.ID == "" {
		m.ID = newID()
	}
	if m.CreatedTime == 0 {
		m.CreatedTime = now
	}
	wm, err := encodeMetadata(m)
	if err != nil {
		return nil, fmt.Errorf("create table %s: %w", l.table, err)
	}
	info := &wireInfo{Timestamp: now, Operation: "CREATE TABLE", Parameters: map[string]string{}}
	data, err := encodeActions([]wireAction{{CommitInfo: info}, {Protocol: &wireProtocol{readerVersion, writerVersion}}, {Metadata: wm}})
	if err != nil {
		return nil, fmt.Errorf("create table %s: %w", l.table, err)
	}
	if err := l.makeDir(); err != nil {
		return nil, fmt.Errorf("create table %s: %w", l.table, err)
	}
	if err := l.publishOnce(data, l.commitFile(0)); err != nil {
		return nil, fmt.Errorf("create table %s: %w", l.table, err)
	}
	return l.refresh()
}

// makeDir makes the directory of the log, durably.
func (l *Log) makeDir() error {
	if err := l.fs.MkdirAll(l.dir); err != nil {
		return err
	}
	if err := l.fs.SyncDir(l.table); err != nil {
		return err
	}
	return l.fs.SyncDir(filepath.Dir(filepath.Clean(l.table)))
}

// publishOnce publishes a file whose loss of the race does not matter.
func (l *Log) publishOnce(data []byte, name string) error {
	temp, err := l.writeTemp(data)
	if err != nil {
		return err
	}
	defer l.fs.Remove(temp)
	_, err = l.publish(temp, name, data)
	return err
}

// Commit appends the next version and returns the table as of it. See the
// package comment for conflicts and errors. An empty commit is written too.
func (l *Log) Commit(c Commit) (*Snapshot, error) {
	l.committing.Lock()
	defer l.committing.Unlock()
	base, err := l.refresh()
	if err != nil {
		return nil, err
	}
	w := &pending{log: l}
	defer w.discard()
	for {
		if err := w.prepare(c, base); err != nil {
			return nil, fmt.Errorf("commit to table %s: %w", l.table, err)
		}
		next := base.Version + 1
		won, err := l.publish(w.temp, l.commitFile(next), w.data)
		if err != nil {
			return nil, fmt.Errorf("commit version %d of table %s: %w", next, l.table, err)
		}
		if won {
			return l.committed(base, w.data)
		}
		last := base.Version
		if base, err = l.refresh(); err != nil {
			return nil, err
		}
		if base.Version == last {
			return nil, fmt.Errorf("commit version %d of table %s: the log file exists but cannot be found", next, l.table)
		}
	}
}

// committed takes the commit just published into the cache, by way of the
// bytes that other readers see, and writes a checkpoint if one is due.
func (l *Log) committed(base *Snapshot, data []byte) (*Snapshot, error) {
	version := base.Version + 1
	a, err := decodeActions(l.commitFile(version), data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	r := newReplay(base)
	r.apply(version, a)
	s, err := r.snapshot(l.table)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	l.mu.Lock()
	if l.latest.Version < version {
		l.latest = s
	}
	l.mu.Unlock()
	if version%checkpointInterval == 0 {
		err := l.writeCheckpoint(s)
		l.mu.Lock()
		l.checkpointErr = err
		l.mu.Unlock()
		l.sweep()
	}
	return s, nil
}

// pending is a commit on its way. Its file is written once and again only if
// another writer changes what it has to say.
type pending struct {
	log      *Log
	data     []byte
	temp     string
	metadata string // the schema and properties that data was written for
}

func (w *pending) discard() {
	if w.temp != "" {
		w.log.fs.Remove(w.temp)
	}
	w.temp = ""
}

// prepare checks the commit against the table and writes its temporary file.
func (w *pending) prepare(c Commit, base *Snapshot) error {
	if err := checkCommit(w.log.table, c, base); err != nil {
		return err
	}
	var meta *wireMetadata
	types := base.types
	if c.Metadata != nil {
		merged, changed, err := base.Metadata.merge(*c.Metadata)
		if err != nil {
			return err
		}
		if changed {
			types = merged.types()
			if meta, err = encodeMetadata(merged); err != nil {
				return err
			}
		}
	}
	state := ""
	if meta != nil {
		state = fmt.Sprint(meta.SchemaString, meta.Configuration)
	}
	if w.temp != "" && state == w.metadata {
		return nil
	}
	w.discard()
	data, err := encodeCommit(c, meta, types, w.log.now().UnixMilli())
	if err != nil {
		return err
	}
	w.data, w.metadata = data, state
	w.temp, err = w.log.writeTemp(data)
	return err
}

// checkCommit looks for conflicts with the table as it is.
func checkCommit(table string, c Commit, base *Snapshot) error {
	if base.Protocol.MinWriterVersion > writerVersion {
		return &ProtocolError{Table: table, Protocol: base.Protocol, Write: true}
	}
	seen := make(map[string]bool, len(c.Txns))
	var known, gone []string
	for _, t := range c.Txns {
		if t.AppID == "" || seen[t.AppID] {
			return fmt.Errorf("txn %q is empty or there twice", t.AppID)
		}
		seen[t.AppID] = true
		if have, ok := base.Txn(t.AppID); ok && have >= t.Version {
			known = append(known, t.AppID)
		}
	}
	if len(known) > 0 {
		return &TxnConflictError{AppIDs: known}
	}
	for _, r := range c.Removes {
		if !base.live(r.Path) {
			gone = append(gone, r.Path)
		}
	}
	if len(gone) > 0 {
		return &RemoveConflictError{Paths: gone}
	}
	if losesRows(c) && strings.EqualFold(base.Metadata.Configuration["delta.appendOnly"], "true") {
		return errors.New("the table's property delta.appendOnly forbids to remove rows")
	}
	return checkPaths(c)
}

// losesRows reports whether a commit removes more than it puts elsewhere.
func losesRows(c Commit) bool {
	for i := range c.Removes {
		if c.DataChange || c.Removes[i].DataChange {
			return true
		}
	}
	return false
}

// checkPaths refuses paths that no reader could take for a data file of the
// table, and a path named twice.
func checkPaths(c Commit) error {
	seen := make(map[string]bool, len(c.Adds)+len(c.Removes))
	check := func(path string) error {
		if path == "" || path[0] == '/' || seen[path] {
			return fmt.Errorf("path %q is empty, absolute or there twice", path)
		}
		seen[path] = true
		return nil
	}
	for i := range c.Adds {
		if err := check(c.Adds[i].Path); err != nil {
			return err
		}
	}
	for i := range c.Removes {
		if err := check(c.Removes[i].Path); err != nil {
			return err
		}
	}
	return nil
}

// encodeCommit writes the log file of a commit.
func encodeCommit(c Commit, meta *wireMetadata, types map[string]string, now int64) ([]byte, error) {
	params := c.Parameters
	if params == nil {
		params = map[string]string{}
	}
	list := []wireAction{{CommitInfo: &wireInfo{Timestamp: now, Operation: c.Operation, Parameters: params, Tags: c.Tags,
		Blind: len(c.Removes) == 0}}}
	if meta != nil {
		list = append(list, wireAction{Metadata: meta})
	}
	for _, t := range c.Txns {
		if t.LastUpdated == 0 {
			t.LastUpdated = now
		}
		list = append(list, wireAction{Txn: &wireTxn{AppID: t.AppID, Version: t.Version, LastUpdated: t.LastUpdated}})
	}
	for _, r := range c.Removes {
		if r.DeletionTimestamp == 0 {
			r.DeletionTimestamp = now
		}
		r.DataChange = r.DataChange || c.DataChange
		list = append(list, wireAction{Remove: encodeRemove(r)})
	}
	for _, a := range c.Adds {
		list = append(list, wireAction{Add: encodeAdd(a, types, c.DataChange)})
	}
	return encodeActions(list)
}

// encodeActions writes the lines of a log file, whose first is commitInfo.
func encodeActions(list []wireAction) ([]byte, error) {
	info := list[0].CommitInfo
	info.Engine, info.TxnID, info.Actions = engine, newID(), len(list)
	var b []byte
	for _, a := range list {
		var err error
		if b, err = jsonLine(b, a); err != nil {
			return nil, err
		}
	}
	return b, nil
}
