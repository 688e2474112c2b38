package capture

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// RecordOptions say where packets are kept and when a new file begins.
type RecordOptions struct {
	// Dir is made if it is not there. Files are called <Stem>-20261122T101530.pcapng,
	// by the time of their first packet, and .part while they are written.
	Dir, Stem string
	// Bytes and Age end a file; 0 does not.
	Bytes int64
	Age   time.Duration
	// Snaplen stands in the files.
	Snaplen int
}

// Recorder is a source that keeps the packets that it passes on in pcapng files
// that are rotated.
type Recorder struct {
	Source
	options RecordOptions
	file    *os.File
	buffer  *bufio.Writer
	ng      *pcapngWriter
	links   map[LinkType]int
	name    string
	written int64
	opened  time.Time
}

// Record returns a source that gives the packets of another one and keeps them.
// Closing it closes the other one.
func Record(source Source, o RecordOptions) (*Recorder, error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("record packets: %w", err)
	}
	return &Recorder{Source: source, options: o}, nil
}

// Read gives what the source gives. An error of writing ends the capture.
func (r *Recorder) Read(s *Slab) error {
	if err := r.Source.Read(s); err != nil {
		if failure := r.finish(); failure != nil {
			return failure
		}
		return err
	}
	for i := range s.Packets {
		if err := r.write(s, i); err != nil {
			return fmt.Errorf("record packets: %w", err)
		}
	}
	if r.file != nil && r.options.Age > 0 && time.Since(r.opened) >= r.options.Age {
		return r.finish()
	}
	return nil
}

// Close finishes the file and closes the source.
func (r *Recorder) Close() error { return errors.Join(r.finish(), r.Source.Close()) }

func (r *Recorder) write(s *Slab, i int) error {
	p, data := &s.Packets[i], s.Data(i)
	if r.file != nil && r.options.Bytes > 0 && r.written >= r.options.Bytes {
		if err := r.finish(); err != nil {
			return err
		}
	}
	if r.file == nil {
		if err := r.begin(p); err != nil {
			return err
		}
	}
	number, ok := r.links[p.Link]
	if !ok {
		var err error
		if number, err = r.ng.addInterface(p.Link, r.options.Snaplen); err != nil {
			return err
		}
		r.links[p.Link] = number
	}
	const recordBytes = 32
	r.written += int64(len(data)) + recordBytes
	return r.ng.packet(number, p.Time, max(int(p.Length), len(data)), data)
}

func (r *Recorder) begin(p *Packet) error {
	stem := filepath.Join(r.options.Dir, r.options.Stem+time.Unix(0, p.Time).UTC().Format("-20060102T150405"))
	name := stem
	for n := 1; ; n++ {
		_, done := os.Stat(name + ".pcapng")
		_, part := os.Stat(name + ".pcapng.part")
		if errors.Is(done, os.ErrNotExist) && errors.Is(part, os.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s-%d", stem, n)
	}
	f, err := os.OpenFile(name+".pcapng.part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	const bufferBytes = 1 << 20
	r.file, r.name, r.written, r.opened = f, name+".pcapng", 0, time.Now()
	r.buffer = bufio.NewWriterSize(f, bufferBytes)
	r.links = map[LinkType]int{}
	r.ng, err = newPcapngWriter(r.buffer, "weir")
	return err
}

// finish ends the file and gives it its name.
func (r *Recorder) finish() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	err := errors.Join(r.buffer.Flush(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.name)
	}
	if err != nil {
		return fmt.Errorf("finish %s: %w", r.name, err)
	}
	return nil
}
