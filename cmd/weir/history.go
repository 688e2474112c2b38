package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"weir/warehouse"
)

// change is a commit as --json prints it.
type change struct {
	Time         time.Time         `json:"time"`
	Table        string            `json:"table"`
	Version      int64             `json:"version"`
	Operation    string            `json:"operation"`
	Parameters   map[string]string `json:"parameters"`
	Captures     int               `json:"captures"`
	FilesAdded   int               `json:"files_added"`
	FilesRemoved int               `json:"files_removed"`
	RowsAdded    int64             `json:"rows_added"`
	RowsRemoved  int64             `json:"rows_removed"`
}

// history prints the commits to all tables, oldest first.
func (a *app) history() error {
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return err
	}
	defer house.Close()
	all, err := house.History()
	if err != nil {
		return err
	}
	changes := make([]change, 0, len(all))
	for _, c := range all {
		changes = append(changes, change{Time: c.Time, Table: c.Table, Version: c.Version, Operation: c.Operation, Parameters: c.Parameters,
			Captures: c.Txns, FilesAdded: c.Adds, FilesRemoved: c.Removes, RowsAdded: c.Rows, RowsRemoved: c.RowsRemoved})
	}
	if a.json {
		return writeJSON(a.out, changes)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "time (UTC)\ttable\tversion\toperation\tcaptures\tfiles\trows")
	for _, c := range changes {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t+%s -%s\t+%s -%s\n", c.Time.Format("2006-01-02 15:04:05.000"), c.Table, c.Version, c.Operation,
			humanize.Comma(int64(c.Captures)), humanize.Comma(int64(c.FilesAdded)), humanize.Comma(int64(c.FilesRemoved)),
			humanize.Comma(c.RowsAdded), humanize.Comma(c.RowsRemoved))
	}
	return w.Flush()
}
