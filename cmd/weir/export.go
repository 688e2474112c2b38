package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/warehouse/schema"
)

// exportCommand writes a part of the flows.
type exportCommand struct {
	Path      string   `arg:"" name:"output" help:"File to write, its extension telling the format, or - for standard output."`
	Where     string   `placeholder:"SQL" help:"Only flows for which this SQL condition holds."`
	Columns   []string `placeholder:"NAME" help:"Only these columns, in this order."`
	From      string   `placeholder:"TIME" help:"Only flows that start at this time or later, such as 2026-03-14 or 2026-03-14T09:30:00Z (UTC)."`
	To        string   `placeholder:"TIME" help:"Only flows that start before this time."`
	Protocol  []string `placeholder:"NAME" help:"Only these protocols: tcp, udp, icmp (both versions), arp, dns (by content), ..."`
	Service   []string `placeholder:"NAME" help:"Only these application protocols."`
	As        string   `placeholder:"TOOL" help:"Write the columns of another tool: nexus, cic97, cic2017, cic2018, cicflowmeter, cicflowmeter-py, zeek (conn.log), nfstream or ecs. Conditions stay on our columns."`
	Limit     int64    `placeholder:"N" help:"Only the N flows with the most bytes."`
	SplitBy   string   `placeholder:"COLUMN" help:"A file for each value of the column, <name>_<value>.<ext>. By protocol, DNS gets a file of its own."`
	Format    string   `enum:",table,csv,tsv,json,ndjson,markdown,xlsx,parquet" placeholder:"NAME" default:"" help:"csv, tsv, json, ndjson, markdown, xlsx, parquet or table, instead of what the extension says."`
	Force     bool     `help:"Replace existing files."`
	SafeCells bool     `help:"Write an apostrophe before CSV cells that a spreadsheet would take for a formula."`
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
	e := queries.Export{Where: c.Where, Columns: c.Columns, Protocols: c.Protocol, Services: c.Service, Limit: c.Limit, SplitBy: c.SplitBy}
	if c.Limit < 0 {
		return usage("--limit must be at least 1, or 0 for all flows, not %d", c.Limit)
	}
	var err error
	if e.From, err = instant(c.From); err != nil {
		return usage("--from: %v", err)
	}
	if e.To, err = instant(c.To); err != nil {
		return usage("--to: %v", err)
	}
	f := formatFlags{Format: c.Format, Output: c.Path, Force: c.Force}
	if c.As != "" {
		if e.As, err = dialect.Find(c.As); err != nil {
			return usage("--as: %v", err)
		}
		if len(c.Columns) > 0 {
			return usage("--columns and --as exclude each other")
		}
		f.Format = dialectFormat(e.As, f)
	}
	target, err := f.target(a, output.Options{SafeCells: c.SafeCells})
	if err != nil {
		return err
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	written, err := e.Run(a.ctx, s, target)
	for _, w := range written {
		if w.Path != "-" {
			a.say("%s: %s", w.Path, count(w.Rows, "flow"))
		}
	}
	if errors.As(err, new(*queries.UnknownColumnError)) {
		return usage("%v", err)
	}
	return err
}

// dialectFormat returns the format that the flags name, or else the one that
// files of the dialect have, where the path does not tell another.
func dialectFormat(d *schema.Dialect, f formatFlags) string {
	if f.Format != "" {
		return f.Format
	}
	standardOutput := f.Output == "-"
	switch {
	case d.Layout == schema.ZeekLog && (standardOutput || strings.EqualFold(filepath.Ext(f.Output), ".log")):
		return string(output.TSV)
	case d.Layout == schema.Nested && standardOutput:
		return string(output.NDJSON)
	default:
		return ""
	}
}

// instant reads a UTC time as people write it; empty is the zero time.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-03-14 or 2026-03-14T09:30:00 (UTC), or with an offset such as 2026-03-14T09:30:00+02:00", text)
}
