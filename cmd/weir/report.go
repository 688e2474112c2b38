package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/document"
	"weir/queries/output"
	"weir/warehouse"
)

// reportCommand sums up the warehouse.
type reportCommand struct {
	Output string `short:"o" placeholder:"FILE" default:"-" help:"File to write instead of standard output."`
	Format string `enum:",text,markdown,json,xlsx,html" placeholder:"NAME" default:"" help:"text, markdown, json, xlsx or html. Default: text, or as the extension of --output says."`
	Force  bool   `help:"Replace an existing file."`
	From   string `placeholder:"TIME" help:"Only flows that start at this time or later, such as 2026-03-14 or 2026-03-14T09:30:00Z (UTC)."`
	To     string `placeholder:"TIME" help:"Only flows that start before this time."`
	momentFlags
	Top   int    `default:"10" help:"How many talkers, conversations, ports, names, ... to list."`
	Title string `placeholder:"TEXT" help:"What to head the report with."`
}

// Help ends the command's help.
func (reportCommand) Help() string {
	return examples(
		"weir report", "what is in the warehouse",
		"weir report -o report.html", "a page with charts for the browser, one file that loads nothing",
		"weir report -o report.xlsx --top 100", "a workbook with a sheet for each section",
		"weir report -o day.md --from 2026-03-14 --to 2026-03-15 --title \"14 March\"", "a day in Markdown",
		"weir report --json | jq .findings", "as data",
	) + "\n\n" + exitStatuses
}

// Run prints the report.
func (c *reportCommand) Run(a *app) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	write, err := c.writer(a)
	if err != nil {
		return err
	}
	versions, err := c.versions(a)
	if err != nil {
		return err
	}
	target := output.Target{Path: c.Output, Force: c.Force, Stdout: a.out}
	if err := target.Free(); err != nil {
		return err
	}
	s, err := warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(),
		warehouse.SessionOptions{Dialects: dialect.All(), Versions: versions, ReadOnly: true, KeepFooters: true, Ahead: filesAhead})
	if err != nil {
		return err
	}
	defer a.leave(s)
	r, err := queries.MakeReport(a.ctx, s, options)
	if err != nil {
		return err
	}
	return output.WriteFile(target, func(w io.Writer) error { return write(r, w) })
}

func (c *reportCommand) options() (o queries.ReportOptions, err error) {
	o.Top, o.Title = c.Top, c.Title
	if c.Top < 1 {
		return o, usage("--top must be at least 1, not %d", c.Top)
	}
	if o.From, err = instant(c.From); err != nil {
		return o, usage("--from: %v", err)
	}
	if o.To, err = instant(c.To); err != nil {
		return o, usage("--to: %v", err)
	}
	if !o.From.IsZero() && !o.To.IsZero() && !o.From.Before(o.To) {
		return o, usage("--from must be before --to")
	}
	return o, nil
}

// writer returns how the report is written.
func (c *reportCommand) writer(a *app) (func(*document.Document, io.Writer) error, error) {
	format := c.Format
	if format == "" && a.json {
		format = "json"
	}
	if format == "" && c.Output != "-" {
		switch ext := strings.ToLower(filepath.Ext(c.Output)); ext {
		case ".txt", "":
			format = "text"
		case ".md", ".markdown":
			format = "markdown"
		case ".json", ".xlsx", ".html":
			format = ext[1:]
		case ".htm":
			format = "html"
		default:
			return nil, usage("the name %q does not tell the format: end it in .txt, .md, .json, .xlsx or .html, or choose one with --format", c.Output)
		}
	}
	switch format {
	case "markdown":
		return (*document.Document).WriteMarkdown, nil
	case "json":
		return (*document.Document).WriteJSON, nil
	case "html":
		return (*document.Document).WriteHTML, nil
	case "xlsx":
		if c.Output == "-" && a.width > 0 {
			return nil, usage("xlsx is not for a terminal: name a file with --output")
		}
		return (*document.Document).WriteXLSX, nil
	case "", "text":
		return (*document.Document).WriteText, nil
	default:
		return nil, fmt.Errorf("report has no format %q", format)
	}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
