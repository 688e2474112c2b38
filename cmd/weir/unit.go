package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"weir/extract/capture"
)

// unit is what is read as one capture: a file, or with --continuous all files.
type unit struct {
	entries    []capture.Entry
	continuous bool
}

// continuousFlag says whether files are captures of their own.
type continuousFlag struct {
	Continuous bool `help:"Read all files as one capture in time order, as a sensor that rotates its files means them: flows run across the seams, and the set goes in as one, or not at all."`
}

// units returns what is to be read of the entries found.
func (f continuousFlag) units(entries []capture.Entry) []unit {
	if f.Continuous {
		return []unit{{entries: entries, continuous: true}}
	}
	units := make([]unit, len(entries))
	for i, e := range entries {
		units[i] = unit{entries: []capture.Entry{e}}
	}
	return units
}

// path names the unit where messages tell of it.
func (u unit) path() string { return andMore(u.entries[0].Path, len(u.entries)-1) }

// andMore names several files by the first of them.
func andMore(path string, more int) string {
	if more < 1 {
		return path
	}
	return fmt.Sprintf("%s and %d more", path, more)
}

// bytes is the size of the unit as stored.
func (u unit) bytes() int64 {
	var sum int64
	for _, e := range u.entries {
		sum += e.Bytes
	}
	return sum
}

// totalBytes is the size of all units.
func totalBytes(units []unit) int64 {
	var sum int64
	for _, u := range units {
		sum += u.bytes()
	}
	return sum
}

// reading is a unit of which is known what it is.
type reading struct {
	id capture.Identity
	// name is the source of its row of captures, and path its path.
	name, path string
	// parts are the captures that it is made of, if it is of several.
	parts []string
	open  func() (capture.Source, error)
}

// files returns the files to read for a unit, those of streams spooled. A
// path that has none fails the whole unit.
func (in *intake) files(u unit) ([]capture.Input, error) {
	for _, e := range u.entries {
		if e.Err != nil {
			return nil, e.Err
		}
	}
	var inputs []capture.Input
	for _, e := range u.entries {
		input := capture.Input{Path: e.Path, Name: sourceName(e.Path)}
		if e.Stream {
			spooled, err := in.spool(e.Path)
			if err != nil {
				return inputs, err
			}
			input.Path = spooled
		}
		inputs = append(inputs, input)
	}
	return inputs, nil
}

// removeSpooled removes the files that were made of streams.
func removeSpooled(inputs []capture.Input, u unit) {
	for i, input := range inputs {
		if u.entries[i].Stream {
			os.Remove(input.Path)
		}
	}
}

// unspooled returns an error that names streams as the user did, and not the
// files that they were spooled to.
func (u unit) unspooled(err error, inputs []capture.Input) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for i, input := range inputs {
		if u.entries[i].Stream {
			text = strings.ReplaceAll(text, input.Path, u.entries[i].Path)
		}
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// identify finds out what a unit is, as far as that must be known before it
// is read.
func (in *intake) identify(u unit, inputs []capture.Input) (*reading, error) {
	if u.continuous {
		return in.join(u, inputs)
	}
	in.writer.Prepare() // meanwhile
	id, err := in.hash(inputs[0].Path)
	if err != nil {
		return nil, u.unspooled(err, inputs)
	}
	return &reading{id: id, name: inputs[0].Name, path: u.entries[0].Path,
		open: func() (capture.Source, error) {
			source, err := capture.Open(inputs[0].Path)
			return source, u.unspooled(err, inputs)
		}}, nil
}

// hash identifies a file. An interrupt ends the waiting for a large one; the
// program ends soon then, and the hashing with it.
func (a *app) hash(path string) (id capture.Identity, err error) {
	done := make(chan struct{})
	var found capture.Identity
	var failure error
	go func() {
		defer close(done)
		found, failure = capture.Identify(path)
	}()
	select {
	case <-done:
		return found, failure
	case <-a.ctx.Done():
		return id, context.Cause(a.ctx)
	}
}

// join makes one capture of the files of a unit.
func (in *intake) join(u unit, inputs []capture.Input) (*reading, error) {
	joined, err := capture.Join(in.ctx, inputs)
	if err != nil {
		return nil, u.unspooled(err, inputs)
	}
	shown := map[string]string{}
	for i, input := range inputs {
		shown[input.Path] = u.entries[i].Path
	}
	r := &reading{id: joined.Identity(), open: func() (capture.Source, error) { return joined, nil }}
	members := joined.Members()
	r.name, r.path = members[0].Name, andMore(shown[members[0].Path], len(members)-1)
	if len(members) == 1 {
		return r, nil
	}
	if have, err := in.house.Has(r.id.ID); have || err != nil {
		return r, err
	}
	for _, m := range members {
		r.parts = append(r.parts, m.ID)
		have, err := in.house.Has(m.ID)
		if err != nil {
			return nil, err
		}
		if have {
			return nil, fmt.Errorf("%s is in the warehouse already, and its flows would be there twice", shown[m.Path])
		}
	}
	return r, nil
}
