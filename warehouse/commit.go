package warehouse

import (
	"errors"
	"fmt"
	"slices"

	"weir/warehouse/delta"
)

// rowSource is where a commit has its data files from.
type rowSource interface {
	// files returns temporary files with the rows that captures have in a
	// table, but for the captures not wanted, and the captures with such rows.
	files(store int, without map[string]bool) (files []*dataFile, captures []string, err error)
	// complete makes everything ready that does not depend on the logs.
	complete() error
	// abort removes the files that were not handed out.
	abort()
}

// complete implements rowSource: files of a group are written table by table.
func (g *group) complete() error { return nil }

// abort implements rowSource.
func (g *group) abort() {}

// commit commits captures to all tables, and returns those that another
// writer had brought to the last one before.
func (w *Writer) commit(captures []string, rows rowSource) (already map[string]bool, err error) {
	defer rows.abort()
	if err := rows.complete(); err != nil {
		return nil, fmt.Errorf("write capture %s: %w", captures[0], err)
	}
	for i, s := range w.warehouse.stores {
		c := tableCommit{store: s, index: i, captures: captures, parts: w.parts, rows: rows, last: i == len(w.warehouse.stores)-1}
		if already, err = c.run(); err != nil {
			return nil, fmt.Errorf("commit to %s: %w", s.table.Name, err)
		}
	}
	return already, nil
}

// tableCommit is the commit of captures to one table.
type tableCommit struct {
	store    *tableStore
	index    int
	captures []string
	parts    map[string][]string // what captures are made of
	rows     rowSource
	last     bool // the table whose transactions decide
}

// run commits the rows of those captures that the table does not have, and
// returns the captures that it has.
func (c *tableCommit) run() (map[string]bool, error) {
	have := map[string]bool{}
	snapshot, err := c.store.log.Snapshot(delta.Latest)
	if err != nil {
		return nil, err
	}
	for _, id := range c.captures {
		if _, ok := snapshot.Txn(id); ok {
			have[id] = true
		}
	}
	for {
		known := len(have)
		err := c.try(have)
		var conflict *delta.TxnConflictError
		if !errors.As(err, &conflict) {
			return have, err
		}
		// Another writer was faster with some of them: leave these out.
		for _, id := range conflict.AppIDs {
			have[id] = true
		}
		if len(have) == known {
			return nil, err
		}
	}
}

// try commits the captures that are not in have. After a conflict nothing is left behind.
func (c *tableCommit) try(have map[string]bool) error {
	files, captures, err := c.rows.files(c.index, have)
	if err != nil {
		return err
	}
	if c.last {
		captures = captures[:0:0]
		for _, id := range c.captures {
			if !have[id] {
				captures = append(captures, id)
			}
		}
	}
	if len(captures) == 0 {
		return nil
	}
	adds, err := c.store.place(files, fileTag(c.captures[0]))
	if err != nil {
		return err
	}
	metadata := delta.MetadataOf(c.store.table)
	commit := delta.Commit{
		Operation:  "WRITE",
		Parameters: map[string]string{"mode": "Append"},
		Adds:       adds,
		Metadata:   &metadata,
		DataChange: true,
	}
	for {
		commit.Txns = c.transactions(captures, have)
		_, err = c.store.log.Commit(commit)
		var conflict *delta.TxnConflictError
		if !errors.As(err, &conflict) || slices.ContainsFunc(conflict.AppIDs, func(id string) bool { return slices.Contains(captures, id) }) {
			break
		}
		for _, part := range conflict.AppIDs { // someone has ingested it alone meanwhile
			have[part] = true
		}
	}
	if errors.Is(err, delta.ErrOutcomeUnknown) {
		// The files may be visible, so they stay whatever the log tells.
		return c.resolve(err, captures, adds)
	}
	if err != nil {
		removeFiles(files)
	}
	return err
}

// transactions returns those of the captures, and on the last table of what
// they are made of as far as it is not there.
func (c *tableCommit) transactions(captures []string, have map[string]bool) []delta.Txn {
	ids := slices.Clone(captures)
	for _, id := range captures {
		for _, part := range c.parts[id] {
			if c.last && !have[part] && !slices.Contains(ids, part) {
				ids = append(ids, part)
			}
		}
	}
	txns := make([]delta.Txn, len(ids))
	for i, id := range ids {
		txns[i] = delta.Txn{AppID: id, Version: 1}
	}
	return txns
}

// resolve finds out whether a commit took place.
func (c *tableCommit) resolve(unknown error, captures []string, adds []delta.Add) error {
	snapshot, err := c.store.log.Snapshot(delta.Latest)
	if err != nil {
		return errors.Join(unknown, err)
	}
	for _, id := range captures {
		if _, ok := snapshot.Txn(id); !ok {
			return unknown
		}
	}
	for _, a := range adds {
		if _, ok := snapshot.File(a.Path); !ok {
			return unknown
		}
	}
	return nil
}
