package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse"
)

// intake brings captures into a warehouse, one after the other: into the
// user's, or into one that is thrown away.
type intake struct {
	*app
	config   extract.Config
	house    *warehouse.Warehouse
	writer   *warehouse.Writer
	pipeline *extract.Pipeline
	progress *progress
	byID     map[string][]*outcome // complete, not yet committed
	// quiet says nothing of captures, because they are not the result.
	quiet bool
}

// intake opens the warehouse in a directory. The pipeline, of the same
// configuration, may have been used before; the progress line may be nil.
func (a *app) intake(dir string, c extract.Config, p *extract.Pipeline, line *progress) (*intake, error) {
	house, err := warehouse.Open(dir, a.tables.Tables())
	if err != nil {
		return nil, err
	}
	if line == nil {
		line = &progress{}
	}
	return &intake{
		app: a, config: c, house: house, pipeline: p, progress: line, byID: map[string][]*outcome{},
		writer: house.NewWriter(writerOptions(c)),
	}, nil
}

var errInterrupted = errors.New("interrupted")

// take reads a unit. Its outcome is known when it has failed or is skipped;
// otherwise it is settled once it is committed, at the latest by close.
func (in *intake) take(u unit) *outcome {
	o := &outcome{Path: u.path()}
	if in.ctx.Err() != nil {
		o.fail(errInterrupted)
		return o
	}
	started := time.Now()
	if err := in.read(u, o); err != nil {
		switch {
		case in.ctx.Err() != nil:
			err = errInterrupted
		case len(u.entries) > 1:
			err = fmt.Errorf("as one capture: %w", err) // which names the file
		}
		o.fail(err)
	}
	o.Seconds = time.Since(started).Seconds()
	in.progress.passed(u.bytes())
	in.settle()
	return o
}

// close commits what is complete and settles the outcomes.
func (in *intake) close() error {
	defer in.house.Close()
	err := in.writer.Close()
	in.settle()
	return err
}

// read reads a unit. After it returns nil the unit is skipped, or complete
// and waiting for its commit.
func (in *intake) read(u unit, o *outcome) error {
	inputs, err := in.files(u)
	defer removeSpooled(inputs, u)
	if err != nil {
		return err
	}
	r, err := in.identify(u, inputs)
	if err != nil {
		return err
	}
	o.CaptureID, o.Path = r.id.ID, r.path
	if err := in.writer.Begin(r.id.ID); err != nil {
		if errors.Is(err, warehouse.ErrIngested) {
			o.Status = skipped
			return nil
		}
		return err
	}
	in.writer.MadeOf(r.parts)
	source, err := r.open()
	if err == nil {
		in.progress.watch(func() int64 { return source.Info().Consumed })
		err = errors.Join(in.meter(source, r, o), source.Close())
	}
	if err != nil {
		return errors.Join(err, in.writer.Abort())
	}
	in.byID[r.id.ID] = append(in.byID[r.id.ID], o)
	return in.writer.End()
}

// meter reads a source into the capture that the writer has begun, and adds
// its row of captures.
func (in *intake) meter(source capture.Source, r *reading, o *outcome) error {
	origin := &flow.Origin{ID: r.id.ID, Source: r.name, Label: in.config.Label}
	stats, err := in.pipeline.Run(in.ctx, origin, source, in.writer)
	if err != nil {
		return err
	}
	settings, err := json.Marshal(in.config)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	row := &extract.Capture{
		ID: r.id.ID, Source: r.name, Path: r.path, FileBytes: r.id.Bytes, Info: source.Info(), Stats: stats,
		Settings: string(settings), Version: in.version, IngestedAt: time.Now(),
	}
	o.take(row)
	return row.AppendTo(in.writer, in.tables)
}

// settle takes note of what the writer has committed.
func (in *intake) settle() {
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
			if in.verbose && !in.quiet {
				in.say("%s", o)
			}
		}
		delete(in.byID, w.CaptureID)
	}
}

// spool keeps a stream in a temporary file. An interrupt ends it even while
// it waits for bytes.
func (in *intake) spool(path string) (string, error) {
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

// sourceName is what the column source calls a path, in UTF-8.
func sourceName(path string) string {
	if path == "-" {
		return "stdin"
	}
	return strings.ToValidUTF8(filepath.Base(path), "\uFFFD")
}
