package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"weir/extract/capture"
	"weir/queries/output"
	"weir/warehouse/schema"
)

// plan is what a conversion writes.
type plan struct {
	format output.Format
	jobs   []*job
	// dir is a directory to make, or empty.
	dir string
}

// job is an output: the units that go into it, and where it lies.
type job struct {
	units  []unit
	target string // - for standard output
	stem   string // names its report

	outcomes []*outcome
	written  []output.Written
	report   string
}

// plan decides what is written where.
func (c *convertCommand) plan(entries []capture.Entry, inputs []string, path string, as *schema.Dialect) (*plan, error) {
	units := c.units(entries)
	jobs := make([]*job, len(units))
	for i, u := range units {
		jobs[i] = &job{units: []unit{u}}
	}
	if c.Merge {
		jobs = []*job{{units: units}}
	}
	p := &plan{jobs: jobs}
	several := len(jobs) > 1 || len(jobs) == 1 && !c.Merge && !c.Continuous && len(inputs) == 1 && isDir(inputs[0])
	var err error
	switch {
	case path != "-" && (isDir(path) || strings.HasSuffix(path, string(os.PathSeparator)) || several && c.noFile(path)):
		p.format, err = c.formatIn(as)
		p.dir = path
		c.nameFiles(p, as)
	case len(jobs) > 1 && path == "-":
		return nil, usage("%d captures cannot all go to standard output: --merge them, or name a directory", len(jobs))
	case len(jobs) > 1:
		return nil, usage("%s is one file, and there are %d captures: name a directory such as %s%c, or --merge them", path, len(jobs), strings.TrimSuffix(path, filepath.Ext(path)), os.PathSeparator)
	default:
		p.format, err = c.formatOf(path, as)
		jobs[0].target, jobs[0].stem = path, stemOf(path)
		if path == "-" {
			jobs[0].stem = stemOf(jobs[0].units[0].entries[0].Path)
		}
	}
	if err != nil {
		return nil, usage("%v", err)
	}
	return p, p.keepInputs(entries)
}

// noFile tells whether a path that does not exist means a directory: its
// extension names no format.
func (c *convertCommand) noFile(path string) bool {
	_, err := output.FormatOf(path)
	return err != nil
}

// formatOf is the format of a file.
func (c *convertCommand) formatOf(path string, as *schema.Dialect) (output.Format, error) {
	name := dialectFormat(as, formatFlags{Format: c.Format, Output: path})
	switch {
	case name != "":
		return output.ParseFormat(name)
	case path == "-":
		return output.CSV, nil
	}
	return output.FormatOf(path)
}

// formatIn is the format of the files in a directory.
func (c *convertCommand) formatIn(as *schema.Dialect) (output.Format, error) {
	name := dialectFormat(as, formatFlags{Format: c.Format, Output: "-"})
	if name == "" {
		return output.CSV, nil
	}
	return output.ParseFormat(name)
}

// nameFiles names the files in the plan's directory: <stem>_flows.<ext>, or
// <stem>.<ext> where a split adds to it. Equal stems, also where case does not
// count, are told apart by a number.
func (c *convertCommand) nameFiles(p *plan, as *schema.Dialect) {
	ext := p.format.Extension()
	if as != nil && as.Layout == schema.ZeekLog && p.format == output.TSV {
		ext = ".log"
	}
	taken := map[string]bool{}
	for _, j := range p.jobs {
		stem := stemOf(j.units[0].entries[0].Path)
		if c.Merge {
			stem = "merged"
		}
		j.stem = stem
		for n := 2; taken[strings.ToLower(j.stem)]; n++ {
			j.stem = stem + "_" + strconv.Itoa(n)
		}
		taken[strings.ToLower(j.stem)] = true
		name := j.stem + "_flows" + ext
		if c.SplitBy != "" {
			name = j.stem + ext
		}
		j.target = filepath.Join(p.dir, name)
	}
}

// keepInputs refuses to write over a capture that is to be read.
func (p *plan) keepInputs(entries []capture.Entry) error {
	for _, j := range p.jobs {
		at, err := os.Stat(j.target)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if in, err := os.Stat(e.Path); err == nil && os.SameFile(at, in) {
				return usage("%s is a capture to be read, and would be written over", j.target)
			}
		}
	}
	return nil
}

// bytes is the size of all inputs.
func (p *plan) bytes() int64 {
	var sum int64
	for _, j := range p.jobs {
		sum += totalBytes(j.units)
	}
	return sum
}

// stemOf is a file's base name without the extensions of captures and their
// compressions, or without its extension where it is an output.
func stemOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	name := filepath.Base(path)
	if _, err := output.FormatOf(name); err == nil {
		return strings.TrimSuffix(name, filepath.Ext(name))
	}
	for _, known := range [][]string{{".gz", ".zst"}, {".pcap", ".pcapng", ".cap", ".dmp", ".ntar"}} {
		for _, ext := range known {
			if stem := name[:max(0, len(name)-len(ext))]; stem != "" && strings.EqualFold(name[len(stem):], ext) {
				name = stem
				break
			}
		}
	}
	return name
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// makeDirs makes the directories to write into.
func (c *convertCommand) makeDirs(p *plan) error {
	for _, dir := range []string{p.dir, c.ReportDir} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("make the directory %s: %w", dir, err)
		}
	}
	return nil
}
