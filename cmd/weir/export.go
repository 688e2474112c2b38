package main

import (
	"errors"
	"time"

	"weir/queries"
	"weir/queries/output"
)

// exportCommand writes a part of the flows.
type exportCommand struct {
	Path      string `arg:"" name:"output" help:"File to write, its extension telling the format, or - for standard output."`
	selection `embed:""`
	momentFlags
}

// Help ends the command's help.
func (exportCommand) Help() string {
	return examples(
		"weir export flows.xlsx --split-by protocol", "flows_tcp.xlsx, flows_udp.xlsx, flows_dns.xlsx, ...",
		"weir export big.csv --from 2026-03-14 --to 2026-03-15 --limit 1000", "the 1000 largest flows of a day",
		"weir export flows.csv --as cicflowmeter --service http", "with the names and the number text of that tool",
		"weir export conn.log --as zeek", "a log that zeek-cut and Zeek's other tools read",
		`weir export - --format ndjson --where "dst_port = 443" --columns src_ip,dst_ip,total_bytes | jq .`, "into a pipe",
	) + "\n\n" + exitStatuses
}

// Run writes the export.
func (c *exportCommand) Run(a *app) error {
	e, err := c.export()
	if err != nil {
		return err
	}
	if c.SplitBy != "" && c.Path == "-" {
		return usage("--split-by makes several files, which cannot go to standard output: name a file")
	}
	f := formatFlags{Format: c.Format, Output: c.Path, Force: c.Force}
	f.Format = dialectFormat(e.As, f)
	target, err := f.target(a, output.Options{SafeCells: c.SafeCells})
	if err != nil {
		return err
	}
	s, err := a.openAt(c.momentFlags)
	if err != nil {
		return err
	}
	defer a.leave(s)
	written, err := e.Run(a.ctx, s, target)
	err = selectionError(err)
	switch {
	case c.Path == "-":
	case a.json:
		err = errors.Join(err, writeJSON(a.out, exportedFiles(written)))
	default:
		for _, w := range written {
			a.say("%s: %s", output.Printable(w.Path), count(w.Rows, "flow"))
		}
	}
	return err
}

// exported is the result of an export into files, as --json prints it.
type exported struct {
	Outputs []outputFile `json:"outputs"`
	Flows   int64        `json:"flows"`
}

func exportedFiles(written []output.Written) exported {
	e := exported{Outputs: []outputFile{}}
	for _, w := range written {
		e.Outputs = append(e.Outputs, outputFile{w.Path, w.Rows})
		e.Flows += w.Rows
	}
	return e
}

// instant reads a UTC time as people write it; empty is the zero time.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return queries.ParseTime(text)
}
