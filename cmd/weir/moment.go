package main

import (
	"weir/extract/dialect"
	"weir/warehouse"
)

// momentFlags choose a past state of the warehouse.
type momentFlags struct {
	Version *int64 `xor:"moment" placeholder:"N" help:"Ask version N of the flows table, with the other tables as they were then (weir status --history)."`
	AsOf    string `xor:"moment" placeholder:"TIME" help:"Ask the warehouse as it was at this time (UTC): 2026-03-14, 2026-03-14T09:30:00, ..."`
}

// versions returns the version to read each table at, nil for the latest.
func (m momentFlags) versions(a *app) (map[string]int64, error) {
	if m.Version == nil && m.AsOf == "" {
		return nil, nil
	}
	at, err := instant(m.AsOf)
	if err != nil {
		return nil, usage("--as-of: %v", err)
	}
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return nil, err
	}
	defer house.Close()
	if m.Version == nil {
		return house.AsOf(at)
	}
	if *m.Version < 0 {
		return nil, usage("--version must be at least 0, not %d", *m.Version)
	}
	return house.AtVersion(a.tables.Flows.Table.Name, *m.Version)
}

// openAt opens a session for exports of the state that the flags choose.
func (a *app) openAt(m momentFlags) (*warehouse.Session, error) {
	versions, err := m.versions(a)
	if err != nil {
		return nil, err
	}
	return warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(), warehouse.SessionOptions{Dialects: dialect.All(), Versions: versions, InOrder: true, Ahead: filesAhead})
}
