package main

import (
	"encoding/json"
	"io"

	"weir/queries"
	"weir/queries/output"
)

// reportCommand sums up the warehouse.
type reportCommand struct {
	Output string `short:"o" placeholder:"FILE" default:"-" help:"File to write instead of standard output."`
	Force  bool   `help:"Replace an existing file."`
	Top    int    `default:"10" help:"How many talkers, conversations and ports to list."`
}

// Help ends the command's help.
func (reportCommand) Help() string {
	return examples(
		"weir report", "what is in the warehouse",
		"weir report --json | jq .protocols", "as data",
	) + "\n\n" + exitStatuses
}

// Run prints the report.
func (c *reportCommand) Run(a *app) error {
	if c.Top < 1 {
		return usage("--top must be at least 1, not %d", c.Top)
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := queries.MakeReport(a.ctx, s, queries.ReportOptions{Top: c.Top})
	if err != nil {
		return err
	}
	return output.WriteFile(output.Target{Path: c.Output, Force: c.Force, Stdout: a.out}, func(w io.Writer) error {
		if a.json {
			return writeJSON(w, r)
		}
		return r.WriteText(w)
	})
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
