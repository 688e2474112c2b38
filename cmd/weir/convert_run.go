package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weir/extract"
	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/warehouse"
)

// conversion is one run of convert.
type conversion struct {
	*app
	command  *convertCommand
	export   queries.Export
	plan     *plan
	pipeline *extract.Pipeline
	progress *progress
	started  time.Time
}

// A warehouse that is thrown away holds so many captures or flows at the
// most: some, because a warehouse costs more than a small capture; few, because each
// output looks at the files of all.
const (
	batchCaptures = 8
	batchFlows    = 50_000
)

// all runs the jobs, batch by batch. Its error ends the run as a whole.
func (cv *conversion) all() error {
	if err := cv.command.makeDirs(cv.plan); err != nil {
		return err
	}
	for _, j := range cv.plan.jobs {
		cv.refuse(j)
	}
	for rest := cv.plan.jobs; len(rest) > 0; {
		n, err := cv.batch(rest)
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// refuse fails a job whose files exist, before anything is read for it.
func (cv *conversion) refuse(j *job) {
	if cv.command.ReportDir != "" {
		j.report = filepath.Join(cv.command.ReportDir, j.stem+"_report.txt")
	}
	if cv.command.Force {
		return
	}
	for _, path := range []string{j.target, j.report} {
		if path == "" || path == "-" || path == j.target && cv.export.SplitBy != "" {
			continue // a split tells its names when it is made
		}
		if _, err := os.Lstat(path); err == nil {
			j.fail(fmt.Errorf("%s %w", path, output.ErrExists))
			return
		}
	}
}

// fail fails all units of a job that have not failed for themselves.
func (j *job) fail(err error) {
	if len(j.outcomes) == 0 {
		for _, u := range j.units {
			j.outcomes = append(j.outcomes, &outcome{Path: u.path()})
		}
	}
	for _, o := range j.outcomes {
		if o.Status != failed {
			o.fail(err)
		}
	}
}

// ready tells whether there are flows to write.
func (j *job) ready() bool {
	for _, o := range j.outcomes {
		if o.Status == ingested {
			return true
		}
	}
	return false
}

// batch reads captures into a warehouse of their own, writes their outputs,
// and returns how many jobs are done.
func (cv *conversion) batch(jobs []*job) (n int, err error) {
	dir, err := os.MkdirTemp("", "weir-convert-*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	in, err := cv.intake(dir, cv.command.Config, cv.pipeline, cv.progress)
	if err != nil {
		return 0, err
	}
	in.quiet = true
	var flows int64
	for n < len(jobs) && n < cv.atOnce() && flows < batchFlows {
		j := jobs[n]
		if len(j.outcomes) == 0 {
			for _, u := range j.units {
				j.outcomes = append(j.outcomes, in.take(u))
			}
			if o := j.outcomes[0]; n > 0 && o.Status == skipped {
				j.outcomes = nil // the same bytes again: a file of their own from the next warehouse
				break
			}
		}
		n++
		for _, o := range j.outcomes {
			flows += o.Flows
		}
	}
	if err := in.close(); err != nil && cv.ctx.Err() == nil {
		cv.failed(jobs[:n], err)
		return n, nil
	}
	return n, cv.write(dir, jobs[:n])
}

// atOnce is how many jobs a batch may have. A report is of a whole warehouse.
func (cv *conversion) atOnce() int {
	if cv.command.ReportDir != "" {
		return 1
	}
	return batchCaptures
}

// failed fails jobs for what happened to their warehouse.
func (cv *conversion) failed(jobs []*job, err error) {
	for _, j := range jobs {
		j.fail(err)
	}
}

// write writes the outputs of jobs whose captures are in a warehouse.
func (cv *conversion) write(dir string, jobs []*job) error {
	var ready []*job
	for _, j := range jobs {
		if j.ready() {
			ready = append(ready, j)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	s, err := warehouse.OpenSession(cv.ctx, dir, cv.tables.Tables(), warehouse.SessionOptions{Dialects: dialect.All(), InOrder: true})
	if err != nil {
		if cv.ctx.Err() != nil {
			err = errInterrupted
		}
		cv.failed(ready, err)
		return nil
	}
	defer s.Close()
	for _, j := range ready {
		if err := cv.writeOne(s, j); err != nil {
			if cv.ctx.Err() != nil {
				err = errInterrupted
			}
			j.fail(err)
			continue
		}
		cv.converted(j)
	}
	return nil
}

// writeOne writes the output of a job, and its report.
func (cv *conversion) writeOne(s *warehouse.Session, j *job) error {
	e := cv.export
	if !cv.command.Merge {
		own := "capture_id = " + warehouse.QuoteText(j.outcomes[0].CaptureID)
		if e.Where != "" {
			own += " AND (" + e.Where + "\n)"
		}
		e.Where = own
	}
	t := output.Target{Path: j.target, Format: cv.plan.format, Force: cv.command.Force, Stdout: cv.out, Options: output.Options{SafeCells: cv.command.SafeCells}}
	if j.target == "-" {
		t.Options.Width = cv.width
	}
	var err error
	if j.written, err = e.Run(cv.ctx, s, t); err != nil || j.report == "" {
		return err
	}
	report, err := queries.MakeReport(cv.ctx, s, queries.ReportOptions{})
	if err != nil {
		return err
	}
	return output.WriteFile(output.Target{Path: j.report, Force: cv.command.Force}, func(w io.Writer) error { return report.WriteText(w) })
}

// converted notes that a job is done.
func (cv *conversion) converted(j *job) {
	for _, o := range j.outcomes {
		if o.Status != ingested {
			continue
		}
		o.Status = converted
		if cv.verbose {
			cv.say("%s%s", o, j.arrow(cv.command.Merge))
		}
	}
}

// conclude writes the summary and turns it into the error of the command.
func (cv *conversion) conclude(ignored passedOver, fatal error) error {
	sum := cv.summarise(ignored)
	err := sum.writeReport(cv)
	if cv.json {
		err = errors.Join(err, writeJSON(cv.out, sum))
	} else {
		sum.writeText(cv, cv.say)
	}
	t, inputs := sum.Totals, len(sum.Captures)
	switch {
	case cv.ctx.Err() != nil:
		return &status{exitInterrupted, fmt.Errorf("interrupted: %s of %s converted", humanizeInt(t.Converted), count(int64(inputs), "input"))}
	case fatal != nil || err != nil:
		return errors.Join(fatal, err)
	case t.Failed == 0:
		return nil
	case t.Converted > 0:
		return &status{exitPartly, fmt.Errorf("%d of %s failed, the others are converted", t.Failed, count(int64(inputs), "input"))}
	}
	return &status{exitFailed, errors.New("nothing was converted")}
}
