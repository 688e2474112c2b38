package main

import (
	"errors"
	"io"
	"path/filepath"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/warehouse"
)

// convertCommand writes the flows of captures to files, by way of warehouses
// that are thrown away.
type convertCommand struct {
	Paths     []string `arg:"" name:"input ... output" help:"Captures and directories, or - for standard input; and last the file to write, its extension telling the format, or - for standard output, or for several captures the directory for a file of each."`
	Merge     bool     `help:"Write all captures into one file, with the column source_file."`
	ReportDir string   `placeholder:"DIR" help:"Write a report of each capture, <stem>_report.txt, and a summary of all into this directory."`
	selection
	continuousFlag
	extract.Config `embed:""`
}

// Help ends the command's help.
func (convertCommand) Help() string {
	return examples(
		"weir convert capture.pcap flows.csv", "one capture into one file",
		"weir convert captures/ out/ --format xlsx", "each into a file of its own, out/<stem>_flows.xlsx",
		"weir convert captures/ flows.csv --merge --as nexus", "all into one, with the columns of NexusFlowMeter",
		"weir convert monday.pcap monday.csv --split-by protocol", "monday_tcp.csv, monday_udp.csv, monday_dns.csv, ...",
		"weir convert --continuous rotated/ flows.parquet", "the files of one sensor, with flows that run across them",
		"weir convert captures/ out/ --protocol tcp,dns --limit 1000 --report-dir out/", "the largest TCP and DNS flows of each, and reports",
	) + "\n\nOne bad capture does not stop the others, and what is complete is written.\n\n" + exitStatuses
}

// Run converts the captures. One that fails does not stop the others.
func (c *convertCommand) Run(a *app) error {
	forget, err := remember(&c.Config)
	if err != nil {
		return err
	}
	defer forget()
	export, err := c.check(a)
	if err != nil {
		return err
	}
	export.SourceFile = c.Merge
	inputs, path := c.Paths[:len(c.Paths)-1], c.Paths[len(c.Paths)-1]
	found := capture.Find(inputs)
	plan, err := c.plan(found.Entries, inputs, path, export.As)
	if err != nil {
		return err
	}
	if err := c.try(a, export, plan.format); err != nil {
		return err
	}
	pipeline := extract.NewPipeline(c.Config, a.tables)
	cv := &conversion{app: a, command: c, export: export, plan: plan, pipeline: pipeline, started: time.Now()}
	cv.progress = a.startProgress(plan.bytes(), &pipeline.Progress)
	err = cv.all()
	cv.progress.finish()
	return cv.conclude(found.Ignored, err)
}

// check reports wrong usage that shows without looking at the files.
func (c *convertCommand) check(a *app) (queries.Export, error) {
	if len(c.Paths) < 2 {
		return queries.Export{}, usage("name the captures, and last the file or the directory to write, such as: weir convert capture.pcap flows.csv")
	}
	if a.json && c.Paths[len(c.Paths)-1] == "-" {
		return queries.Export{}, usage("--json and the flows would both go to standard output: choose --format json for the flows, or a file")
	}
	return c.export()
}

// try asks for the export where there are no flows, so that what is wrong
// with it shows before captures are read.
func (c *convertCommand) try(a *app, e queries.Export, format output.Format) error {
	s, err := warehouse.OpenMemory(a.ctx, a.tables.Tables(), warehouse.SessionOptions{Dialects: dialect.All()})
	if err != nil {
		return err
	}
	defer s.Close()
	if format.Binary() {
		format = output.CSV
	}
	t := output.Target{Path: "-", Format: format, Stdout: io.Discard}
	if e.SplitBy != "" {
		t.Path = filepath.Join("none", "none.csv") // without flows there are no parts
	}
	_, err = e.Run(a.ctx, s, t)
	if wrong := (*warehouse.QueryError)(nil); errors.As(err, &wrong) {
		return usage("%v", err)
	}
	return selectionError(err)
}
