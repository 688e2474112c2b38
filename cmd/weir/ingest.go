package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
	"weir/warehouse"
)

// ingestCommand takes captures into the warehouse.
type ingestCommand struct {
	Paths          []string `arg:"" name:"path" help:"Capture files, directories (searched with all below them, by content), or - for standard input."`
	extract.Config `embed:""`
}

// Help ends the command's help.
func (ingestCommand) Help() string {
	return examples(
		"weir ingest captures/", "all captures below a directory; those that are in already are skipped",
		"tcpdump -w - -c 10000 | weir ingest -", "from a pipe",
		"weir ingest -w /data/flows --active-timeout 300s site-a.pcap.gz", "into another warehouse, with shorter slices",
	) + "\n\n" + exitStatuses
}

// Run ingests the captures one after the other. One that fails does not stop
// the others.
func (c *ingestCommand) Run(a *app) error {
	if err := c.Config.Validate(); err != nil {
		return usage("%v", err)
	}
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return err
	}
	found := capture.Find(c.Paths)
	in := &ingest{
		app: a, config: c.Config, house: house,
		writer:   house.NewWriter(warehouse.WriterOptions{Workers: c.Workers}),
		pipeline: extract.NewPipeline(c.Config, a.tables),
		byID:     map[string][]*outcome{},
	}
	var total int64
	for _, e := range found.Entries {
		total += e.Bytes
	}
	in.progress = a.startProgress(total, &in.pipeline.Progress)
	err = in.all(found)
	in.progress.finish()
	return in.conclude(found, err)
}

// ingest is one run of the command.
type ingest struct {
	*app
	config   extract.Config
	house    *warehouse.Warehouse
	writer   *warehouse.Writer
	pipeline *extract.Pipeline
	progress *progress
	outcomes []*outcome
	byID     map[string][]*outcome // complete, not yet committed
}

// all ingests the entries and commits. Its error ends the run as a whole:
// an interrupt, or a warehouse that cannot be written.
func (in *ingest) all(found capture.Found) error {
	var fatal error
	for _, e := range found.Entries {
		o := &outcome{Path: e.Path}
		in.outcomes = append(in.outcomes, o)
		if fatal = context.Cause(in.ctx); fatal != nil {
			o.fail(errInterrupted)
			continue
		}
		started := time.Now()
		if err := in.one(e, o); err != nil {
			if in.ctx.Err() != nil {
				err = errInterrupted
			}
			o.fail(err)
		}
		o.Seconds = time.Since(started).Seconds()
		in.progress.passed(e.Bytes)
		in.settle()
	}
	err := in.writer.Close()
	in.settle()
	if fatal != nil {
		return fatal
	}
	return err
}

var errInterrupted = errors.New("interrupted")

// one ingests a capture. After it returns nil the capture is skipped, or
// complete and waiting for its commit.
func (in *ingest) one(e capture.Entry, o *outcome) error {
	if e.Err != nil {
		return e.Err
	}
	path := e.Path
	if e.Stream {
		spooled, err := in.spool(e.Path)
		if err != nil {
			return err
		}
		defer os.Remove(spooled)
		path = spooled
	}
	id, err := capture.Identify(path)
	if err != nil {
		return err
	}
	o.CaptureID = id.ID
	if err := in.writer.Begin(id.ID); err != nil {
		if errors.Is(err, warehouse.ErrIngested) {
			o.Status = skipped
			return nil
		}
		return err
	}
	if err := in.read(path, e.Path, id, o); err != nil {
		return errors.Join(err, in.writer.Abort())
	}
	in.byID[id.ID] = append(in.byID[id.ID], o)
	return in.writer.End()
}

// read meters the capture into the writer. Shown is its path as it was given.
func (in *ingest) read(path, shown string, id capture.Identity, o *outcome) error {
	source, err := capture.Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	in.progress.watch(func() int64 { return source.Info().Consumed })
	name := filepath.Base(shown)
	if shown == "-" {
		name = "stdin"
	}
	origin := &flow.Origin{ID: id.ID, Source: name, Label: in.config.Label}
	stats, err := in.pipeline.Run(in.ctx, origin, source, in.writer)
	if err != nil {
		return err
	}
	settings, err := json.Marshal(in.config)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	row := &extract.Capture{
		ID: id.ID, Source: name, Path: shown, FileBytes: id.Bytes, Info: source.Info(), Stats: stats,
		Settings: string(settings), Version: in.version, IngestedAt: time.Now(),
	}
	o.take(row)
	return row.AppendTo(in.writer, in.tables)
}

// spool keeps a stream in a temporary file. An interrupt ends it even while
// it waits for bytes.
func (in *ingest) spool(path string) (string, error) {
	from := in.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		from = f
	}
	r, w := io.Pipe()
	defer r.Close()
	go func() {
		_, err := io.Copy(w, from)
		w.CloseWithError(err)
	}()
	stop := context.AfterFunc(in.ctx, func() { w.CloseWithError(context.Cause(in.ctx)) })
	defer stop()
	return capture.Spool(r, "")
}

// settle takes note of what the writer has committed.
func (in *ingest) settle() {
	for _, w := range in.writer.Outcomes() {
		for _, o := range in.byID[w.CaptureID] {
			switch {
			case w.Err != nil:
				o.fail(w.Err)
			case w.Already:
				o.Status = skipped
			default:
				o.Status = ingested
			}
			if in.verbose {
				in.say("%s", o)
			}
		}
		delete(in.byID, w.CaptureID)
	}
}

// conclude prints the result and turns it into the error of the command.
func (in *ingest) conclude(found capture.Found, fatal error) error {
	sum := summarise(in.outcomes)
	sum.Ignored = found.Ignored
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
	case sum.Totals.Failed < len(in.outcomes):
		return &status{exitPartly, fmt.Errorf("%d of %s failed, the others are in", sum.Totals.Failed, count(int64(len(in.outcomes)), "input"))}
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
