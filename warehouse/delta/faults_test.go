package delta

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// faultFS fails chosen calls on the real file system.
type faultFS struct {
	OS
	// fail returns the error of a call; after says that it takes effect
	// nevertheless.
	fail func(call, name string) (err error, after bool)
}

func (f *faultFS) do(call, name string, effect func() error) error {
	err, after := f.fail(call, name)
	if err == nil {
		return effect()
	}
	if after {
		effect()
	}
	return err
}

func (f *faultFS) Create(name string) (file File, err error) {
	err = f.do("create", name, func() (err error) { file, err = f.OS.Create(name); return err })
	return &faultFile{file, f, name}, err
}

func (f *faultFS) Link(a, b string) error {
	return f.do("link", b, func() error { return f.OS.Link(a, b) })
}

func (f *faultFS) Rename(a, b string) error {
	return f.do("rename", b, func() error { return f.OS.Rename(a, b) })
}

func (f *faultFS) SyncDir(name string) error {
	return f.do("syncdir", name, func() error { return f.OS.SyncDir(name) })
}

func (f *faultFS) ReadFile(name string) (b []byte, err error) {
	err = f.do("read", name, func() (err error) { b, err = f.OS.ReadFile(name); return err })
	return b, err
}

type faultFile struct {
	File
	fs   *faultFS
	name string
}

func (f *faultFile) Write(b []byte) (int, error) {
	if err, after := f.fs.fail("write", f.name); err != nil {
		if after {
			f.File.Write(b[:len(b)/2])
		}
		return 0, err
	}
	return f.File.Write(b)
}

func (f *faultFile) Sync() error { return f.fs.do("sync", f.name, f.File.Sync) }

var errFault = errors.New("injected fault")

// withFault returns a table whose calls of one kind, on files whose names end
// so, fail with an error as long as *on.
func withFault(t *testing.T, call, suffix string, err error, after bool) (l *Log, on *bool) {
	on = new(bool)
	l = OpenFS(newTable(t).Dir(), &faultFS{fail: func(c, name string) (error, bool) {
		if *on && c == call && strings.HasSuffix(name, suffix) {
			return err, after
		}
		return nil, false
	}})
	appendPart(t, l, 1)
	return l, on
}

func TestFaultsBeforeTheCommit(t *testing.T) {
	for _, c := range []struct {
		call  string
		after bool
	}{{"create", false}, {"write", false}, {"write", true}, {"sync", false}, {"sync", true}} {
		l, on := withFault(t, c.call, tempSuffix, errFault, c.after)
		*on = true
		_, err := l.Commit(Commit{Adds: []Add{partAdd(2)}})
		if !errors.Is(err, errFault) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("%s: %v", c.call, err)
		}
		*on = false
		expect(t, l, 1)
		appendPart(t, l, 2)
		expect(t, l, 2)
	}
}

// expect checks how another process sees the table.
func expect(t *testing.T, l *Log, version int64) {
	t.Helper()
	s, err := Open(l.Dir()).Snapshot(Latest)
	if err != nil || s.Version != version {
		t.Fatalf("another process sees %+v, %v; want version %d", s, err, version)
	}
	names, err := OS{}.ReadDir(l.dir)
	for _, name := range names {
		if err != nil || name[0] == '.' {
			t.Errorf("%s is left", name)
		}
	}
}

func TestLinkAnswerLost(t *testing.T) {
	for _, err := range []error{fs.ErrExist, errFault} {
		l, on := withFault(t, "link", ".json", err, true)
		*on = true
		if s, err := l.Commit(Commit{Adds: []Add{partAdd(2)}}); err != nil || s.Version != 2 || len(s.Files) != 2 {
			t.Errorf("%+v, %v", s, err)
		}
		expect(t, l, 2)
	}
	l, on := withFault(t, "link", ".json", errFault, false)
	*on = true
	if _, err := l.Commit(Commit{Adds: []Add{partAdd(2)}}); !errors.Is(err, errFault) || errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("link: %v", err)
	}
	expect(t, l, 1)
}

func TestOutcomeUnknown(t *testing.T) {
	l, on := withFault(t, "syncdir", "", errFault, false)
	*on = true
	if _, err := l.Commit(Commit{Txns: []Txn{{AppID: "x", Version: 1}}}); !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("flush of the directory: %v", err)
	}
	*on = false
	var conflict *TxnConflictError
	if _, err := l.Commit(Commit{Txns: []Txn{{AppID: "x", Version: 1}}}); !errors.As(err, &conflict) {
		t.Errorf("the commit that did take place is made again: %v", err)
	}
}

func TestNoHardLinks(t *testing.T) {
	for _, err := range []error{errors.ErrUnsupported, fs.ErrPermission} {
		l, on := withFault(t, "link", ".json", err, false)
		*on = true
		appendPart(t, l, 2)
		expect(t, l, 2)
		appendPart(t, Open(l.Dir()), 3) // by a process that the Log does not know of
		appendPart(t, l, 4)
		expect(t, l, 4)
	}
	// The write to the log file itself fails half-way: it is taken back.
	l := newTable(t)
	broken := OpenFS(l.Dir(), &faultFS{fail: func(call, name string) (error, bool) {
		switch {
		case call == "link":
			return errors.ErrUnsupported, false
		case call == "write" && strings.HasSuffix(name, ".json"):
			return errFault, true
		}
		return nil, false
	}})
	if _, err := broken.Commit(Commit{Adds: []Add{partAdd(1)}}); !errors.Is(err, errFault) || errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("half a write: %v", err)
	}
	expect(t, l, 0)
}

func TestCheckpointFaults(t *testing.T) {
	for _, c := range []struct{ call, suffix string }{
		{"rename", ".checkpoint.parquet"}, {"rename", lastCheckpoint}, {"read", lastCheckpoint},
	} {
		l, on := withFault(t, c.call, c.suffix, errFault, false)
		*on = true
		for i := 2; i <= 11; i++ {
			appendPart(t, l, i)
		}
		if err := l.CheckpointError(); c.call == "rename" && !errors.Is(err, errFault) {
			t.Errorf("%v: the failed checkpoint is not told: %v", c, err)
		}
		expect(t, l, 11)
		*on = false
		for i := 12; i <= 20; i++ {
			appendPart(t, l, i)
		}
		if _, ok := Open(l.Dir()).readHint(); !ok || l.CheckpointError() != nil {
			t.Errorf("%v: no checkpoint at version 20: %v", c, l.CheckpointError())
		}
		if _, err := l.fs.Stat(filepath.Join(l.dir, lastCheckpoint)); err != nil {
			t.Error(err)
		}
	}
}
