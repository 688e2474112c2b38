package main

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"weir/extract/capture"
)

// spool is the directory that is watched.
type spool struct {
	dir, match string
	except     string // a directory that is left out
	settle     time.Duration
	// seen are the files that were there at the last look.
	seen map[string]*spoolFile
}

// spoolFile is a file in the directory as it was when it was last looked at.
type spoolFile struct {
	path string // below the directory
	watchStamp
	since    time.Time // when it was first seen to be like this
	finished bool
	ignored  bool // no capture, or what was appended to one that is in
	failed   bool // cannot be read, and has been told of
	// begins and any, which tells that there is a packet, are known of finished captures
	// once they have been examined, and id once it is their turn.
	examined bool
	begins   int64
	any      bool
	id       string
}

// look reads the directory, and finds out which files are finished; all are
// if so wanted.
func (s *spool) look(all bool, now time.Time) error {
	found := map[string]*spoolFile{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != s.dir {
			return nil // gone since it was listed
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			return s.enter(path, d)
		}
		if !d.Type().IsRegular() || !s.wanted(d.Name()) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil // gone
		}
		below, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		stamp := watchStamp{Bytes: info.Size(), Modified: info.ModTime().UnixNano()}
		f := s.seen[below]
		if f == nil || f.watchStamp != stamp {
			f = &spoolFile{path: below, watchStamp: stamp, since: now}
		}
		found[below] = f
		return nil
	})
	if err != nil {
		return err
	}
	s.seen = found
	s.judge(all, now)
	return nil
}

// enter leaves out the directory that files are moved to, tables of a
// warehouse, and what is hidden.
func (s *spool) enter(path string, d fs.DirEntry) error {
	if path == s.dir {
		return nil
	}
	if info, err := d.Info(); err == nil && s.except != "" {
		if other, err := os.Stat(s.except); err == nil && os.SameFile(info, other) {
			return filepath.SkipDir
		}
	}
	if _, err := os.Stat(filepath.Join(path, "_delta_log")); err == nil || strings.HasPrefix(d.Name(), ".") {
		return filepath.SkipDir
	}
	return nil
}

// wanted tells whether a file of that name is one of the sensor's. Those that
// programs write under another name first are not.
func (s *spool) wanted(name string) bool {
	if strings.HasPrefix(name, ".") {
		return false
	}
	for _, unfinished := range []string{".part", ".tmp", ".partial"} {
		if strings.HasSuffix(name, unfinished) {
			return false
		}
	}
	if s.match == "" {
		return true
	}
	ok, err := filepath.Match(s.match, name)
	return ok && err == nil
}

// judge finds out which files are finished. A file that some program has open for writing is
// not. Otherwise it is if it has a successor, or was left alone for long enough.
func (s *spool) judge(all bool, now time.Time) {
	newest := map[string]*spoolFile{}
	for _, f := range s.seen {
		series := digits.ReplaceAllString(f.path, "#")
		if x := newest[series]; x == nil || x.Modified < f.Modified || x.Modified == f.Modified && x.path < f.path {
			newest[series] = f
		}
	}
	for _, f := range s.seen {
		if f.finished || f.Bytes == 0 {
			continue
		}
		successor := newest[digits.ReplaceAllString(f.path, "#")] != f
		alone := now.Sub(f.since) >= s.settle || now.Sub(time.Unix(0, f.Modified)) >= s.settle
		if !all {
			if !successor && !alone {
				continue
			}
			if written, known := capture.IsWritten(filepath.Join(s.dir, f.path)); known && written {
				continue
			}
		}
		f.finished = true
	}
}

// digits are what tells the files of one series apart.
var digits = regexp.MustCompile(`\d+`)

// inOrder returns the captures that have been examined, by first packets, those without
// any last, by name where that is equal.
func (s *spool) inOrder() []*spoolFile {
	var files []*spoolFile
	for _, f := range s.seen {
		if f.examined && !f.ignored {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *spoolFile) int {
		if a.any != b.any {
			if a.any {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.begins, b.begins), strings.Compare(a.path, b.path))
	})
	return files
}

// unfinished returns how many files are not finished.
func (s *spool) unfinished() int {
	n := 0
	for f := range maps.Values(s.seen) {
		if !f.finished && f.Bytes > 0 {
			n++
		}
	}
	return n
}
