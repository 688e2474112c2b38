package delta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// CommitInfo tells how a version came about. Programs are free in what they
// record, so all but the version and the counts may be empty.
type CommitInfo struct {
	Version    int64
	Time       time.Time
	Operation  string
	Parameters map[string]string
	// Engine names the program that committed.
	Engine string
	Tags   map[string]string
	// Adds, Removes and Txns count the actions; Rows and RowsRemoved are the
	// numbers of rows in the files added and removed as far as the log says.
	Adds, Removes, Txns int
	Rows, RowsRemoved   int64
}

// wireInfo is the commitInfo action.
type wireInfo struct {
	Timestamp  int64             `json:"timestamp"`
	Operation  string            `json:"operation"`
	Parameters map[string]string `json:"operationParameters"`
	Blind      bool              `json:"isBlindAppend"`
	Engine     string            `json:"engineInfo"`
	TxnID      string            `json:"txnId"`
	Tags       map[string]string `json:"tags,omitempty"`
	// Actions is the number of lines of the file, by which a file cut short
	// is told from a whole one. Only this program writes it.
	Actions int `json:"weirActions"`
}

// decodeInfo reads what it can of a commitInfo.
func decodeInfo(raw json.RawMessage) wireInfo {
	var w wireInfo
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return w
	}
	field := func(name string, into any) {
		if v, ok := fields[name]; ok && json.Unmarshal(v, into) != nil {
			return // another program's idea of this field
		}
	}
	field("timestamp", &w.Timestamp)
	field("operation", &w.Operation)
	field("engineInfo", &w.Engine)
	field("txnId", &w.TxnID)
	field("tags", &w.Tags)
	field("weirActions", &w.Actions)
	var params map[string]json.RawMessage
	field("operationParameters", &params)
	for name, v := range params {
		if w.Parameters == nil {
			w.Parameters = make(map[string]string, len(params))
		}
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		w.Parameters[name] = text
	}
	return w
}

// History returns the commits whose log files are still there, oldest first.
func (l *Log) History() ([]CommitInfo, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	history := make([]CommitInfo, 0, len(list.commits))
	err = l.eachCommit(list, func(c CommitInfo) bool {
		history = append(history, c)
		return true
	})
	return history, err
}

// LosesRows reports whether a commit up to a version removed more rows than it
// added: the rows were dropped, not put elsewhere.
func (l *Log) LosesRows(ctx context.Context, upTo int64) (bool, error) {
	list, err := l.list()
	if err != nil {
		return false, err
	}
	loses := false
	err = l.eachCommit(list, func(c CommitInfo) bool {
		loses = c.Version <= upTo && c.Removes > 0 && c.RowsRemoved > c.Rows
		return !loses && c.Version < upTo && ctx.Err() == nil
	})
	return loses, cmp.Or(err, ctx.Err())
}

// eachCommit visits the commits whose log files are still there, oldest first,
// as long as visit returns true.
func (l *Log) eachCommit(list listing, visit func(CommitInfo) bool) error {
	rows := l.rowsBefore(list)
	for _, version := range list.commits {
		a, err := l.readCommit(version)
		if err != nil {
			return fmt.Errorf("read history of %s: %w", l.dir, err)
		}
		c := a.describe(version)
		for i := range a.removes {
			c.RowsRemoved += rows[a.removes[i].Path]
			delete(rows, a.removes[i].Path)
		}
		for i := range a.adds {
			rows[a.adds[i].Path] = max(0, a.adds[i].Stats.NumRecords)
		}
		if !visit(c) {
			break
		}
	}
	return nil
}

// rowsBefore returns the rows of the files that a log whose beginning was
// removed does not tell of: those of its oldest checkpoint.
func (l *Log) rowsBefore(list listing) map[string]int64 {
	rows := map[string]int64{}
	for i := len(list.checkpoints) - 1; i >= 0 && !list.complete(); i-- {
		s, err := l.readCheckpoint(list.checkpoints[i])
		if err != nil {
			continue
		}
		for _, f := range s.Files {
			rows[f.Path] = max(0, f.Stats.NumRecords)
		}
		break
	}
	return rows
}

// VersionAt returns the last version that was committed at or before a time.
// It returns ErrNoVersion if the table is younger, and ErrCleaned if its log no
// longer reaches back. Clocks of different machines may disagree: a version never
// counts as older than the one before it.
func (l *Log) VersionAt(t time.Time) (int64, error) {
	history, err := l.History()
	if err != nil {
		return 0, err
	}
	version := int64(-1)
	var latest time.Time
	for _, c := range history {
		if c.Time.After(latest) {
			latest = c.Time
		}
		if latest.After(t) {
			break
		}
		version = c.Version
	}
	if version < 0 && len(history) > 0 && history[0].Version > 0 {
		return 0, fmt.Errorf("table %s at %s: %w; the log begins with version %d of %s", l.table, t.UTC().Format(time.RFC3339),
			ErrCleaned, history[0].Version, history[0].Time.Format(time.RFC3339))
	}
	if version < 0 {
		return 0, fmt.Errorf("table %s at %s: %w", l.table, t.UTC().Format(time.RFC3339Nano), ErrNoVersion)
	}
	return version, nil
}

func (a *actions) describe(version int64) CommitInfo {
	c := CommitInfo{Version: version, Operation: a.info.Operation, Parameters: a.info.Parameters, Engine: a.info.Engine,
		Tags: a.info.Tags, Adds: len(a.adds), Removes: len(a.removes), Txns: len(a.txns)}
	if a.info.Timestamp != 0 {
		c.Time = time.UnixMilli(a.info.Timestamp).UTC()
	}
	for i := range a.adds {
		c.Rows += max(0, a.adds[i].Stats.NumRecords)
	}
	return c
}
