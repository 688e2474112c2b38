package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"weir/extract"
	"weir/extract/capture"
	"weir/queries/output"
	"weir/warehouse"
)

// previewCommand shows the first flows of a capture.
type previewCommand struct {
	Path    string `arg:"" name:"input" help:"A capture, or - for standard input."`
	N       int    `name:"flows" short:"n" default:"10" help:"How many flows."`
	Packets int64  `default:"50000" help:"How many packets are read at the most."`
	formatFlags
	Columns        []string `placeholder:"NAME" default:"start_time,duration_seconds,protocol,src_ip,src_port,dst_ip,dst_port,total_packets,total_bytes,end_reason" help:"The columns to show."`
	extract.Config `embed:""`
}

// Help ends the command's help.
func (previewCommand) Help() string {
	return examples(
		"weir preview capture.pcap", "the first ten flows",
		"weir preview -n 3 capture.pcap --format json", "three of them as JSON",
	) + "\n\n" + exitStatuses
}

// Run meters the beginning of the capture into a warehouse that is thrown away.
func (c *previewCommand) Run(a *app) error {
	forget, err := remember(&c.Config)
	if err != nil {
		return err
	}
	defer forget()
	if info, err := os.Stat(c.Path); err == nil && info.IsDir() {
		return usage("%s is a directory, and preview shows one capture: name a file in it", c.Path)
	}
	if c.N < 1 || c.Packets < 1 {
		return usage("--flows and --packets must be at least 1")
	}
	dir, err := os.MkdirTemp("", "weir-preview-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o, cut, err := c.meter(a, dir)
	if err != nil {
		return err
	}
	s, err := warehouse.OpenSession(a.ctx, dir, a.tables.Tables(), warehouse.SessionOptions{})
	if err != nil {
		return err
	}
	defer s.Close()
	for _, name := range c.Columns {
		if _, ok := a.tables.Flows.Table.Column(name); !ok {
			return usage("flows has no column %q: weir fields lists them", name)
		}
	}
	q := output.Query{SQL: fmt.Sprintf("SELECT %s FROM flows ORDER BY start_time, flow_uid LIMIT %d", quoteNames(c.Columns), c.N)}
	if err := c.print(a, s, q, output.Options{}); err != nil {
		return err
	}
	if cut {
		a.say("as far as the first %d packets show them; --packets reads on", o.Packets)
	}
	return nil
}

// meter fills the warehouse in dir and tells whether it stopped before the
// capture's end.
func (c *previewCommand) meter(a *app, dir string) (*outcome, bool, error) {
	var source capture.Source
	var err error
	if c.Path == "-" {
		source, err = capture.OpenReader("standard input", a.in)
	} else {
		source, err = capture.Open(c.Path)
	}
	if err != nil {
		return nil, false, err
	}
	head := &headSource{Source: source, left: c.Packets}
	defer head.Close()
	in, err := a.intake(dir, c.Config, extract.NewPipeline(c.Config, a.tables), nil)
	if err != nil {
		return nil, false, err
	}
	o := &outcome{}
	r := &reading{id: capture.Identity{ID: "preview"}, name: sourceName(c.Path), path: c.Path}
	if err := in.writer.Begin(r.id.ID); err != nil {
		return nil, false, err
	}
	err = in.meter(head, r, o)
	if err == nil {
		err = in.writer.End()
	}
	return o, head.cut, errors.Join(err, in.close())
}

// headSource ends a source after a number of packets.
type headSource struct {
	capture.Source
	left int64
	cut  bool
}

// Read reads as the source does, up to the number.
func (h *headSource) Read(s *capture.Slab) error {
	if h.left <= 0 {
		h.cut = true
		return io.EOF
	}
	if err := h.Source.Read(s); err != nil {
		return err
	}
	if int64(len(s.Packets)) > h.left {
		s.Packets, h.cut = s.Packets[:h.left], true
	}
	h.left -= int64(len(s.Packets))
	return nil
}

func quoteNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = warehouse.QuoteName(name)
	}
	return strings.Join(quoted, ", ")
}
