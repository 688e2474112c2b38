package main

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"weir/extract/decode"
	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/warehouse/schema"
)

// selection are the flags that choose flows and how they are written.
type selection struct {
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

// export returns what the flags choose. Its error is one of wrong usage.
func (c *selection) export() (queries.Export, error) {
	e := queries.Export{Where: c.Where, Columns: c.Columns, Protocols: c.Protocol, Services: c.Service, Limit: c.Limit, SplitBy: c.SplitBy}
	if c.Limit < 0 {
		return e, usage("--limit must be at least 1, or 0 for all flows, not %d", c.Limit)
	}
	for _, p := range c.Protocol {
		if !isProtocol(p) {
			return e, usage("--protocol: no protocol is called %q: choose tcp, udp, icmp, ipv6-icmp, arp, dns, ethernet, all, another keyword of IANA such as gre or sctp, or a number from 0 to 255", p)
		}
	}
	var err error
	if e.From, err = instant(c.From); err != nil {
		return e, usage("--from: %v", err)
	}
	if e.To, err = instant(c.To); err != nil {
		return e, usage("--to: %v", err)
	}
	if c.As != "" {
		if e.As, err = dialect.Find(c.As); err != nil {
			return e, usage("--as: %v", err)
		}
		if len(c.Columns) > 0 {
			return e, usage("--columns and --as exclude each other")
		}
	}
	return e, nil
}

// isProtocol reports whether flows can be chosen by a protocol of this name: one
// of theirs, its number, or a word that stands for some.
func isProtocol(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	if _, err := strconv.ParseUint(name, 10, 8); err == nil {
		return true
	}
	return name == "" || name == "all" || name == "dns" || decode.IsProtocol(name)
}

// selectionError makes a name that is no column an error of wrong usage.
func selectionError(err error) error {
	if errors.As(err, new(*queries.UnknownColumnError)) {
		return usage("%v", err)
	}
	return err
}

// dialectFormat returns the format that the flags name, or else the one that
// files of the dialect have, where the path does not tell another.
func dialectFormat(d *schema.Dialect, f formatFlags) string {
	if f.Format != "" || d == nil {
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
