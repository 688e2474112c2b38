package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Entry is one input that Find has come upon.
type Entry struct {
	// Path is the file, or - for standard input.
	Path string
	// Bytes is the size of the file as stored, 0 for a stream.
	Bytes int64
	// Stream marks standard input, pipes and devices. They can be read only once,
	// so nothing is known of their content; see Spool.
	Stream bool
	// Err tells why there is no capture: a missing path, a *NotCaptureError, a
	// directory without captures, something that cannot be read.
	Err error
}

// Found is what Find has come upon.
type Found struct {
	// Entries are in the order of the paths given, those of a directory by name.
	Entries []Entry
	// Ignored are the files in directories that are no captures; Err tells what
	// each is instead.
	Ignored []Entry
}

// Find expands files and directories into captures. A directory is searched
// with all below it, through symbolic links too, each directory once; files in it that are no captures
// by content are left out, and a Delta table is not looked into.
// What goes wrong with one path stands in its entry and stops no other.
func Find(paths []string) Found {
	var f Found
	for _, path := range paths {
		if path == "-" {
			f.Entries = append(f.Entries, Entry{Path: path, Stream: true})
			continue
		}
		st, err := os.Stat(path)
		switch {
		case err != nil:
			f.Entries = append(f.Entries, Entry{Path: path, Err: err})
		case st.IsDir():
			f.tree(path)
		default:
			f.Entries = append(f.Entries, examine(path, st))
		}
	}
	return f
}

// tree adds the captures of a directory given by name, or that it has none.
func (f *Found) tree(root string) {
	before, ignored := len(f.Entries), len(f.Ignored)
	f.walk(root, map[string]bool{})
	if len(f.Entries) > before {
		return
	}
	err := fmt.Errorf("%s: no captures in this directory (other files: %d)", root, len(f.Ignored)-ignored)
	f.Entries = append(f.Entries, Entry{Path: root, Err: err})
}

// walk adds what is in a directory, and notes in seen where it has been.
func (f *Found) walk(dir string, seen map[string]bool) {
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		f.Entries = append(f.Entries, Entry{Path: dir, Err: err})
		return
	}
	if seen[real] {
		return
	}
	seen[real] = true
	list, err := os.ReadDir(dir)
	if err != nil {
		f.Entries = append(f.Entries, Entry{Path: dir, Err: err})
	}
	if isDeltaTable(list) {
		return
	}
	for _, d := range list {
		path := filepath.Join(dir, d.Name())
		st, err := os.Stat(path)
		switch {
		case err != nil:
			f.broken(path, d, err)
		case st.IsDir():
			f.walk(path, seen)
		case !st.Mode().IsRegular():
			f.ignore(path, &NotCaptureError{path, "not a regular file"})
		default:
			f.add(examine(path, st))
		}
	}
}

// add adds a file of a directory if it is a capture, or may be.
func (f *Found) add(e Entry) {
	var not *NotCaptureError
	if errors.As(e.Err, &not) {
		f.ignore(e.Path, not)
		return
	}
	f.Entries = append(f.Entries, e)
}

// ignore notes a file of a directory that is no capture.
func (f *Found) ignore(path string, err error) {
	f.Ignored = append(f.Ignored, Entry{Path: path, Err: err})
}

// broken adds a file of a directory that cannot be looked at. A link to
// nowhere or in a circle is no capture.
func (f *Found) broken(path string, d fs.DirEntry, err error) {
	if d.Type()&fs.ModeSymlink != 0 {
		f.ignore(path, &NotCaptureError{path, "link that leads nowhere"})
		return
	}
	f.Entries = append(f.Entries, Entry{Path: path, Err: err})
}

func isDeltaTable(list []fs.DirEntry) bool {
	for _, d := range list {
		if d.Name() == "_delta_log" && d.IsDir() {
			return true
		}
	}
	return false
}

// examine looks at the first bytes of a file.
func examine(path string, st fs.FileInfo) Entry {
	e := Entry{Path: path, Bytes: st.Size()}
	if !st.Mode().IsRegular() {
		return Entry{Path: path, Stream: true}
	}
	f, err := openFile(path)
	if err != nil {
		e.Err = err
		return e
	}
	defer f.Close()
	c, err := uncover(path, &counted{r: f})
	if err != nil {
		e.Err = err
		return e
	}
	defer c.close()
	_, _, e.Err = recognise(path, c, &ledger{})
	return e
}
