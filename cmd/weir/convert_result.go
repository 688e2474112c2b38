package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"weir/queries"
	"weir/queries/output"
)

// converted is the status of a capture whose flows are written.
const converted = "converted"

// conversionResult is the result of convert, as --json prints it.
type conversionResult struct {
	Captures []convertedCapture `json:"captures"`
	Outputs  []outputFile       `json:"outputs"`
	Totals   conversionTotals   `json:"totals"`
	Ignored  passedOver         `json:"ignored_files"`
}

// convertedCapture is a capture and the files that hold its flows.
type convertedCapture struct {
	*outcome
	Outputs []string `json:"outputs"`
	Report  string   `json:"report,omitempty"`
}

// outputFile is a file that was written.
type outputFile struct {
	Path  string `json:"path"`
	Flows int64  `json:"flows"`
}

// conversionTotals are sums over the captures converted.
type conversionTotals struct {
	Converted int `json:"converted"`
	Skipped   int `json:"skipped"`
	Failed    int `json:"failed"`
	sums
	Written int64 `json:"flows_written"`
}

func (cv *conversion) summarise(ignored passedOver) *conversionResult {
	r := &conversionResult{Captures: []convertedCapture{}, Outputs: []outputFile{}, Ignored: ignored}
	r.Totals.Seconds = time.Since(cv.started).Seconds() // writing takes longer than reading
	for _, j := range cv.plan.jobs {
		paths := []string{}
		for _, w := range j.written {
			paths = append(paths, w.Path)
			r.Outputs = append(r.Outputs, outputFile{w.Path, w.Rows})
			r.Totals.Written += w.Rows
		}
		for _, o := range j.outcomes {
			c := convertedCapture{outcome: o, Outputs: []string{}}
			switch o.Status {
			case converted:
				r.Totals.Converted++
				r.Totals.add(o)
				c.Outputs, c.Report = paths, j.report
			case skipped:
				r.Totals.Skipped++
			default:
				r.Totals.Failed++
			}
			r.Captures = append(r.Captures, c)
		}
	}
	return r
}

// writeText tells of the captures and the sums. Where there are many captures
// only those with a failure or a warning are named.
func (r *conversionResult) writeText(cv *conversion, say func(format string, args ...any)) {
	for _, j := range cv.plan.jobs {
		for _, o := range j.outcomes {
			switch {
			case o.Status == skipped:
				say("skipped   %s: the same bytes as another capture", o.Path)
			case o.Status == failed || o.Warning != "" || !cv.verbose && len(r.Captures) <= listed:
				say("%s%s", o, j.arrow(cv.command.Merge))
			}
		}
	}
	if cv.command.Merge || len(cv.plan.jobs) == 1 && len(r.Outputs) > 1 {
		for _, w := range r.Outputs {
			if w.Path != "-" {
				say("%s: %s", w.Path, count(w.Flows, "flow"))
			}
		}
	}
	r.writeTotals(say)
	r.Ignored.tell(say, cv.verbose)
}

// writeTotals tells the sums.
func (r *conversionResult) writeTotals(say func(format string, args ...any)) {
	t := r.Totals
	if t.Converted > 0 {
		say("\n%s converted in %.2f s: %s, %s, %s; %s written to %s", count(int64(t.Converted), "capture"), t.Seconds,
			count(t.Packets, "packet"), queries.Bytes(t.Bytes), count(t.Flows, "flow"), count(t.Written, "flow"), count(int64(len(r.Outputs)), "file"))
		say("%s", t.conservation())
	}
	if t.Failed > 0 {
		say("%s failed", count(int64(t.Failed), "capture"))
	}
}

// arrow tells behind a capture where its flows are.
func (j *job) arrow(merged bool) string {
	switch {
	case merged || len(j.written) == 0 || j.target == "-":
		return ""
	case len(j.written) == 1:
		return " → " + output.Printable(j.written[0].Path)
	}
	return fmt.Sprintf(" → %s and %d more", output.Printable(j.written[0].Path), len(j.written)-1)
}

// writeReport writes the summary of all captures beside their reports.
func (r *conversionResult) writeReport(cv *conversion) error {
	dir := cv.command.ReportDir
	if dir == "" || len(r.Outputs) == 0 {
		return nil
	}
	// One summary is all there is of a run, so a later run replaces it.
	t := output.Target{Path: filepath.Join(dir, "batch_summary.txt"), Force: true}
	return output.WriteFile(t, func(w io.Writer) error {
		var b strings.Builder
		say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
		for _, j := range cv.plan.jobs {
			for _, o := range j.outcomes {
				say("%s%s", o, j.arrow(cv.command.Merge))
			}
		}
		r.writeTotals(say)
		_, err := io.WriteString(w, b.String())
		return err
	})
}

func humanizeInt(n int) string { return humanize.Comma(int64(n)) }
