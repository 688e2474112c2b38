package main

import (
	"weir/queries/output"
	"weir/warehouse"
)

// formatFlags choose how a result is written and where to.
type formatFlags struct {
	Format string `enum:",table,csv,tsv,json,ndjson,markdown,xlsx,parquet" placeholder:"NAME" default:"" help:"table, csv, tsv, json, ndjson, markdown, xlsx or parquet. Default: table on a terminal, csv elsewhere, or as the extension of --output says."`
	Output string `short:"o" placeholder:"FILE" default:"-" help:"File to write instead of standard output."`
	Force  bool   `help:"Replace an existing file."`

	SafeCells bool `help:"Write an apostrophe before CSV cells that a spreadsheet would take for a formula."`
}

// print answers a query into the file, or to standard output.
func (f formatFlags) print(a *app, s *warehouse.Session, q output.Query, o output.Options) error {
	target, err := f.target(a, o)
	if err != nil {
		return err
	}
	_, err = output.Run(a.ctx, s, q, target)
	return err
}

// target returns what the flags say. Tables are clipped to the terminal only
// where they go to one.
func (f formatFlags) target(a *app, o output.Options) (output.Target, error) {
	t := output.Target{Path: f.Output, Force: f.Force, Stdout: a.out, Options: o}
	t.Options.SafeCells = o.SafeCells || f.SafeCells
	var err error
	switch {
	case f.Format != "":
		t.Format, err = output.ParseFormat(f.Format)
	case f.Output != "-":
		if t.Format, err = output.FormatOf(f.Output); err != nil && a.json {
			t.Format, err = output.JSON, nil
		}
	case a.json:
		t.Format = output.JSON
	case a.width > 0:
		t.Format = output.Table
	default:
		t.Format = output.CSV
	}
	if err != nil {
		return t, usage("%v", err)
	}
	if f.Output == "-" {
		if t.Format.Binary() && a.width > 0 {
			return t, usage("%s is not for a terminal: name a file with --output", t.Format)
		}
		if a.width > 0 {
			t.Options.Width, t.Options.Color = a.width, a.color
		}
	}
	return t, nil
}
