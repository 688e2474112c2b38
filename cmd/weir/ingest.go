package main

import (
	"fmt"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/decode"
)

// ingestCommand takes captures into the warehouse.
type ingestCommand struct {
	Paths          []string `arg:"" name:"path" help:"Capture files, directories (searched with all below them, by content), or - for standard input."`
	continuousFlag `embed:""`
	extract.Config `embed:""`
}

// Help ends the command's help.
func (ingestCommand) Help() string {
	return examples(
		"weir ingest captures/", "all captures below a directory; those that are in already are skipped",
		"tcpdump -w - -c 10000 | weir ingest -", "from a pipe",
		"weir ingest --continuous rotated/", "all of them as one capture: flows run from file to file",
		"weir ingest -w /data/flows --active-timeout 300s site-a.pcap.gz", "into another warehouse, with shorter slices",
	) + "\n\n" + exitStatuses
}

// Run ingests the captures one after the other. One that fails does not stop
// the others.
func (c *ingestCommand) Run(a *app) error {
	forget, err := remember(&c.Config)
	if err != nil {
		return err
	}
	defer forget()
	found := capture.Find(c.Paths)
	units := c.units(found.Entries)
	pipeline := extract.NewPipeline(c.Config, a.tables)
	line := a.startProgress(totalBytes(units), &pipeline.Progress)
	in, err := a.intake(a.warehouse, c.Config, pipeline, line)
	if err != nil {
		line.finish()
		return err
	}
	var outcomes []*outcome
	for _, u := range units {
		outcomes = append(outcomes, in.take(u))
	}
	err = in.close()
	line.finish()
	return in.conclude(outcomes, found.Ignored, err)
}

// conclude prints the result and turns it into the error of the command.
func (in *intake) conclude(outcomes []*outcome, ignored passedOver, fatal error) error {
	sum := summarise(outcomes)
	sum.Ignored = ignored
	var err error
	if in.json {
		err = sum.writeJSON(in.out)
	} else {
		err = sum.writeText(in)
	}
	switch {
	case err != nil:
		return err
	case in.ctx.Err() != nil:
		return &status{exitInterrupted, fmt.Errorf("interrupted: %s in, run the same command again for the rest", areIn(sum.Totals.Ingested+sum.Totals.Skipped))}
	case sum.Totals.Failed == 0:
		return fatal
	case sum.Totals.Failed < len(outcomes):
		return &status{exitPartly, fmt.Errorf("%d of %s failed, the others are in", sum.Totals.Failed, count(int64(len(outcomes)), "input"))}
	}
	return &status{exitFailed, fmt.Errorf("nothing was ingested")}
}

// rejected maps the reasons to the names they have in results.
func rejected(s extract.Stats) rejections {
	return rejections{
		Truncated: s.Rejected[decode.Truncated], Malformed: s.Rejected[decode.Malformed],
		UnsupportedLink: s.Rejected[decode.UnsupportedLink], NotData: s.Rejected[decode.NotData],
	}
}
