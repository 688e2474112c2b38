package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dustin/go-humanize"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// benchCommand measures how fast captures are taken in here.
type benchCommand struct {
	Path           string `arg:"" name:"file" help:"A capture file."`
	extract.Config `embed:""`
}

// Help ends the command's help.
func (benchCommand) Help() string {
	return "The capture is ingested into a warehouse that is thrown away, and then taken through its stages\none by one, on one core. A stage costs the processor time that the run with it takes beyond the\none without it; write is what remains of the ingest: Parquet encoding, compression, flushing\nand commit, and the handing over between goroutines.\n\n" +
		examples(
			"weir bench capture.pcap", "packets/s, cost per packet and stage, memory, bytes per flow",
			"weir bench --json capture.pcap", "as data",
		) + "\n\n" + exitStatuses
}

// benchResult is what weir bench prints. Its names are those of the JSON form.
type benchResult struct {
	Packets          int64        `json:"packets"`
	Bytes            int64        `json:"bytes"` // of the file
	Flows            int64        `json:"flows"`
	Cores            int          `json:"cores"`
	Seconds          float64      `json:"seconds"`
	CPUSeconds       float64      `json:"cpu_seconds"`
	PacketsPerSecond float64      `json:"packets_per_second"`
	BytesPerSecond   float64      `json:"bytes_per_second"`
	FlowsPerSecond   float64      `json:"flows_per_second"`
	CommitSeconds    float64      `json:"commit_seconds"` // after the last packet
	Allocations      uint64       `json:"allocations"`
	AllocatedBytes   uint64       `json:"allocated_bytes"`
	PeakMemory       int64        `json:"peak_memory_bytes"`
	StoredBytes      int64        `json:"stored_bytes"`
	BytesPerFlow     float64      `json:"bytes_per_flow"`
	Stages           []benchStage `json:"stages"`
}

// benchStage is a stage and its processor time.
type benchStage struct {
	Name        string  `json:"name"`
	NsPerPacket float64 `json:"ns_per_packet"`
}

// Run measures.
func (c *benchCommand) Run(a *app) error {
	forget, err := remember(&c.Config)
	if err != nil {
		return err
	}
	defer forget()
	r := &benchResult{Cores: runtime.GOMAXPROCS(0)}
	if err := c.ingest(a, r); err != nil {
		return err
	}
	if r.Packets == 0 {
		return fmt.Errorf("%s has no packets to measure with", c.Path)
	}
	if err := c.stages(a, r); err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.out, r)
	}
	r.write(a)
	return nil
}

// ingest takes the capture into a warehouse that is thrown away.
func (c *benchCommand) ingest(a *app, r *benchResult) error {
	dir, err := os.MkdirTemp("", "weir-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started, cpu := time.Now(), processorTime()
	pipeline := extract.NewPipeline(c.Config, a.tables)
	in, err := a.intake(filepath.Join(dir, "warehouse"), c.Config, pipeline, nil)
	if err != nil {
		return err
	}
	id, committing, err := c.take(in)
	if err = errors.Join(err, in.close()); err != nil {
		return err
	}
	r.Seconds, r.CPUSeconds = time.Since(started).Seconds(), (processorTime() - cpu).Seconds()
	runtime.ReadMemStats(&after)
	r.CommitSeconds = time.Since(committing).Seconds()
	r.Allocations, r.AllocatedBytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	r.PeakMemory = peakMemory()
	r.Packets, r.Bytes, r.Flows = pipeline.Progress.Packets.Load(), id.Bytes, pipeline.Progress.Flows.Load()
	r.PacketsPerSecond, r.BytesPerSecond = float64(r.Packets)/r.Seconds, float64(r.Bytes)/r.Seconds
	r.FlowsPerSecond = float64(r.Flows) / r.Seconds
	if r.StoredBytes, err = parquetBytes(dir); err != nil {
		return err
	}
	r.BytesPerFlow = float64(r.StoredBytes) / float64(max(1, r.Flows))
	return nil
}

// take takes the capture in and tells when its last packet was metered.
func (c *benchCommand) take(in *intake) (id capture.Identity, metered time.Time, err error) {
	in.writer.Prepare()
	if id, err = capture.Identify(c.Path); err != nil {
		return id, metered, err
	}
	if err := in.writer.Begin(id.ID); err != nil {
		return id, metered, err
	}
	source, err := capture.Open(c.Path)
	if err != nil {
		return id, metered, err
	}
	defer source.Close()
	r := &reading{id: id, name: sourceName(c.Path), path: c.Path}
	if err := in.meter(source, r, &outcome{}); err != nil {
		return id, metered, err
	}
	metered = time.Now()
	return id, metered, in.writer.End()
}

// parquetBytes sums the data files below a directory.
func parquetBytes(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".parquet" || filepath.Base(filepath.Dir(path)) == "_delta_log" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// stages measures the stages, each by a run that has one more of them.
func (c *benchCommand) stages(a *app, r *benchResult) error {
	left := r.CPUSeconds * 1e9
	add := func(name string, ns float64) {
		ns = max(0, ns)
		left -= ns
		r.Stages = append(r.Stages, benchStage{name, ns / float64(r.Packets)})
	}
	cpu := processorTime()
	if _, err := capture.Identify(c.Path); err != nil {
		return err
	}
	add("hash", float64(processorTime()-cpu))
	before := 0.0
	runs := []struct {
		name string
		run  func(capture.Source) error
	}{
		{"read", c.pass(a, extract.Reading)}, {"decode", c.pass(a, extract.Decoding)},
		{"table", c.pass(a, extract.Metering)}, {"app", c.pass(a, extract.Listening)},
		{"fill", func(s capture.Source) error {
			one := c.Config
			one.Workers = 1
			_, err := extract.NewPipeline(one, a.tables).Run(a.ctx, &flow.Origin{ID: "bench"}, s, &forgetfulSink{})
			return err
		}},
	}
	for _, x := range runs {
		if x.name == "app" && c.NoApp {
			continue
		}
		source, err := capture.Open(c.Path)
		if err != nil {
			return err
		}
		runtime.GC()
		cpu := processorTime()
		err = x.run(source)
		took := float64(processorTime() - cpu)
		source.Close()
		if err != nil {
			return err
		}
		add(x.name, took-before)
		before = took
	}
	add("write", left)
	return nil
}

func (c *benchCommand) pass(a *app, last extract.Stage) func(capture.Source) error {
	return func(s capture.Source) error {
		_, err := extract.Pass(a.ctx, c.Config, s, last)
		return err
	}
}

func (r *benchResult) write(a *app) {
	n := float64(r.Packets)
	fmt.Fprintf(a.out, "%s packets, %s, %s flows in %.2f s on %d cores\n", humanize.Comma(r.Packets), humanize.Bytes(uint64(r.Bytes)), humanize.Comma(r.Flows), r.Seconds, r.Cores)
	fmt.Fprintf(a.out, "  %s packets/s, %s/s, %s flows/s; processor time %.2f s\n", humanize.Comma(int64(r.PacketsPerSecond)), humanize.Bytes(uint64(r.BytesPerSecond)), humanize.Comma(int64(r.FlowsPerSecond)), r.CPUSeconds)
	fmt.Fprintf(a.out, "  commit %.0f ms; %.2f allocations and %.0f bytes a packet; peak memory %s\n", 1000*r.CommitSeconds, float64(r.Allocations)/n, float64(r.AllocatedBytes)/n, humanize.Bytes(uint64(r.PeakMemory)))
	fmt.Fprintf(a.out, "  stored %s, %.0f bytes a flow\n\n", humanize.Bytes(uint64(r.StoredBytes)), r.BytesPerFlow)
	fmt.Fprintln(a.out, "stage    ns/packet")
	sum := 0.0
	for _, s := range r.Stages {
		sum += s.NsPerPacket
		fmt.Fprintf(a.out, "%-8s %9.1f\n", s.Name, s.NsPerPacket)
	}
	fmt.Fprintf(a.out, "%-8s %9.1f\n", "all", sum)
}

// forgetfulSink takes rows as a warehouse does and forgets them.
type forgetfulSink struct{ batches map[string]*schema.Batch }

// forgotten is how many rows of a partition wait before they are forgotten.
const forgotten = 16 << 10

// Batch returns the batch of a partition.
func (s *forgetfulSink) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	key := fmt.Sprint(t.Name, partition)
	if s.batches[key] == nil {
		if s.batches == nil {
			s.batches = map[string]*schema.Batch{}
		}
		s.batches[key] = schema.NewBatch(t, partition)
	}
	return s.batches[key], nil
}

// Grown empties a batch that has become large.
func (s *forgetfulSink) Grown(b *schema.Batch) error {
	if b.Rows() > forgotten {
		b.Reset()
	}
	return nil
}

// Amend does nothing: there is nothing left.
func (s *forgetfulSink) Amend(*schema.Table, string, string, schema.Packets) error { return nil }
