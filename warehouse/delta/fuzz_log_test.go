package delta

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// memoryFS holds files that can be read and not written.
type memoryFS struct {
	FS    // nil: writing is a mistake of the test
	files map[string][]byte
}

func (m memoryFS) ReadFile(name string) ([]byte, error) {
	if b, ok := m.files[filepath.Base(name)]; ok {
		return b, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (m memoryFS) ReadDir(string) (names []string, err error) {
	for name := range m.files {
		names = append(names, name)
	}
	return names, nil
}

func (m memoryFS) Stat(name string) (fs.FileInfo, error) {
	if _, err := m.ReadFile(name); err != nil {
		return nil, err
	}
	return memoryInfo(name), nil
}

type memoryInfo string

func (i memoryInfo) Name() string       { return string(i) }
func (i memoryInfo) Size() int64        { return 0 }
func (i memoryInfo) Mode() fs.FileMode  { return 0o666 }
func (i memoryInfo) ModTime() time.Time { return time.Unix(1795343355, 0) }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }

// checkpointOf returns the checkpoint of a table of a few commits.
func checkpointOf(t testing.TB) []byte {
	t.Helper()
	l := newTable(t)
	for i := 1; i <= 10; i++ {
		appendPart(t, l, i)
	}
	b, err := os.ReadFile(l.checkpointFile(10))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzLog reads a log whose files hold anything, the names of some of them
// too: the input is cut at NULs into the hint and the commits from version 0
// on; a checkpoint of the version given lies among them. Nothing panics, what
// is taken is in proportion, and all ways to read the table agree.
func FuzzLog(f *testing.F) {
	l := newTable(f)
	for i := 1; i <= 3; i++ {
		appendPart(f, l, i)
	}
	mustCommit(f, l, Commit{Removes: []Remove{{Path: partAdd(1).Path}}})
	text := `{"version":10}`
	for v := range int64(5) {
		text += "\x00" + readLog(f, l, v)
	}
	valid := checkpointOf(f)
	f.Add([]byte(text), []byte(nil), int64(0))
	f.Add([]byte(text), valid, int64(2))
	f.Add([]byte(`{"version":9223372036854775807}`), valid, int64(9223372036854775807))
	f.Add([]byte("\x00{\"commitInfo\":{\"timestamp\":-9223372036854775808}}\n{\"add\":{\"path\":\"../../x\",\"partitionValues\":{},\"size\":1}}\x00\x00{"), []byte("PAR1PAR1"), int64(3))
	f.Fuzz(func(t *testing.T, logs, checkpoint []byte, at int64) {
		files := map[string][]byte{}
		for i, b := range bytes.Split(logs, []byte{0}) {
			if i == 0 {
				files[lastCheckpoint] = b
			} else if i <= 12 {
				files[fmt.Sprintf("%020d.json", i-1)] = b
			}
		}
		if len(checkpoint) > 0 && at >= 0 {
			files[fmt.Sprintf("%020d.checkpoint.parquet", at)] = checkpoint
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		readAll(t, memoryFS{files: files})
		runtime.ReadMemStats(&after)
		size := uint64(len(logs) + len(checkpoint))
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20+10_000*size {
			t.Errorf("%d bytes allocated for %d bytes", n, size)
		}
	})
}

// openAtOnce opens a log that does not wait for files that end early.
func openAtOnce(fsys FS) *Log {
	l := OpenFS("table", fsys)
	l.sleep = func(time.Duration) {}
	return l
}

// readAll reads a log in every way there is.
func readAll(t *testing.T, fsys FS) {
	l := openAtOnce(fsys)
	s, err := l.Snapshot(Latest)
	if err != nil && !strings.Contains(err.Error(), "table") {
		t.Errorf("an error that does not name the table: %v", err)
	}
	if err == nil {
		again, err := openAtOnce(fsys).Snapshot(s.Version)
		if err != nil || len(again.Files) != len(s.Files) || len(again.Txns()) != len(s.Txns()) {
			t.Errorf("version %d read by its number: %v", s.Version, err)
		}
		for _, file := range s.Files {
			if _, ok := s.File(file.Path); !ok {
				t.Errorf("%q is not found", file.Path)
			}
		}
	}
	l.History()
	l.VersionAt(time.Unix(1795343355, 0))
	l.Check()
}

// FuzzCheckpoint reads anything as a checkpoint: no panic, and memory in
// proportion to the file.
func FuzzCheckpoint(f *testing.F) {
	valid := checkpointOf(f)
	f.Add(valid)
	f.Add(valid[:len(valid)/2])
	f.Add([]byte("PAR1\x15\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := &checkpointReader{txns: newTxnTable(0)}
		err := r.file(data)
		if err == nil {
			_, err = r.snapshot()
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20+10_000*uint64(len(data)) {
			t.Errorf("%d MiB allocated for %d bytes: %v", n>>20, len(data), err)
		}
	})
}
