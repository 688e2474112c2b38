package delta

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"
)

// agedTable has versions 0 to 34, of which those up to 24 were written 40 days ago.
func agedTable(t *testing.T) *Log {
	t.Helper()
	l := newTable(t)
	for i := 1; i <= 34; i++ {
		appendPart(t, l, i)
	}
	old := time.Now().Add(-40 * 24 * time.Hour)
	for v := range int64(25) {
		os.Chtimes(l.commitFile(v), old, old)
		os.Chtimes(l.checkpointFile(v), old, old)
	}
	return l
}

func monthAgo() time.Time { return time.Now().Add(-30 * 24 * time.Hour) }

func TestClean(t *testing.T) {
	l := agedTable(t)
	before := map[int64]*Snapshot{}
	for _, v := range []int64{20, 24, 30, 34} {
		s, err := Open(l.Dir()).Snapshot(v)
		if err != nil {
			t.Fatal(err)
		}
		before[v] = s
	}
	version, files, err := l.Superfluous(monthAgo())
	if err != nil || version != 20 || files != 21 { // 20 log files and a checkpoint
		t.Fatalf("version %d, %d files, %v", version, files, err)
	}
	if n, err := l.RemoveBefore(t.Context(), version); n != files || err != nil {
		t.Errorf("%d files removed: %v", n, err)
	}
	if found := checked(t, l); found != "" {
		t.Errorf("what is left is damaged: %s", found)
	}
	for v, want := range before {
		got, err := Open(l.Dir()).Snapshot(v)
		if err != nil {
			t.Fatalf("version %d: %v", v, err)
		}
		sameState(t, "what is left", got, want)
	}
	if _, err := Open(l.Dir()).Snapshot(19); !errors.Is(err, ErrNoVersion) {
		t.Errorf("a version that was removed: %v", err)
	}
	if _, err := l.VersionAt(monthAgo()); !errors.Is(err, ErrCleaned) {
		t.Errorf("a time before: %v", err)
	}
	if v, err := l.VersionAt(time.Now().Add(time.Hour)); v != 34 || err != nil {
		t.Errorf("now: %d, %v", v, err)
	}
	// Who read the log long ago goes on.
	appendPart(t, l, 35)
	if _, files, err = l.Superfluous(monthAgo()); files != 0 || err != nil {
		t.Errorf("%d files more: %v", files, err)
	}
}

// TestCleanKeepsWhatIsNeeded has no checkpoint that could stand for the log.
func TestCleanKeepsWhatIsNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(l *Log)
		want  int64
	}{
		"damaged": {func(l *Log) {
			os.WriteFile(l.checkpointFile(20), []byte("PAR1PAR1"), 0o666)
			os.Chtimes(l.checkpointFile(20), monthAgo(), monthAgo().Add(-time.Hour))
		}, 10},
		"none": {func(l *Log) {
			os.Remove(l.checkpointFile(20))
			os.Remove(l.checkpointFile(10))
		}, 0},
		"young": {func(l *Log) {
			os.Chtimes(l.checkpointFile(20), time.Now(), time.Now())
			os.Chtimes(l.checkpointFile(10), time.Now(), time.Now())
		}, 0},
	} {
		l := agedTable(t)
		c.spoil(l)
		if version, files, err := l.Superfluous(monthAgo()); err != nil || version != c.want || (files == 0) != (c.want == 0) {
			t.Errorf("%s: version %d, %d files, %v; want version %d", name, version, files, err, c.want)
		}
	}
}

// stoppingFS removes some files and then no more.
type stoppingFS struct {
	OS
	left int
}

func (f *stoppingFS) Remove(name string) error {
	if f.left--; f.left < 0 {
		return errors.New("stopped")
	}
	return f.OS.Remove(name)
}

// TestCleanStops at every file: the log is whole each time.
func TestCleanStops(t *testing.T) {
	l := agedTable(t)
	want, err := l.Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	for range 21 {
		if _, err := OpenFS(l.Dir(), &stoppingFS{left: 1}).RemoveBefore(t.Context(), 20); err == nil {
			break
		}
		if found := checked(t, l); found != "" {
			t.Errorf("damaged: %s", found)
		}
		got, err := Open(l.Dir()).Snapshot(Latest)
		if err != nil {
			t.Fatal(err)
		}
		sameState(t, "half cleaned", got, want)
	}
	if _, err := os.Stat(l.commitFile(19)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("version 19 is left: %v", err)
	}
}

// TestCleanBesideReaders has others read and commit meanwhile.
func TestCleanBesideReaders(t *testing.T) {
	l := agedTable(t)
	idle := Open(l.Dir()) // has read an old version, which goes
	if _, err := idle.Snapshot(34); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for range 40 {
				s, err := Open(l.Dir()).Snapshot(Latest)
				if err != nil || len(s.Files) < 34 {
					t.Errorf("a reader: %v", err)
				}
			}
		})
	}
	all.Go(func() {
		w := Open(l.Dir())
		for i := 35; i <= 60; i++ {
			if _, err := w.Commit(Commit{Adds: []Add{partAdd(i)}, DataChange: true}); err != nil {
				t.Errorf("a writer: %v", err)
			}
		}
	})
	if _, err := l.RemoveBefore(t.Context(), 20); err != nil {
		t.Error(err)
	}
	all.Wait()
	if s, err := idle.Snapshot(Latest); err != nil || len(s.Files) != 60 {
		t.Errorf("%v: %d files, want 60", err, len(s.Files))
	}
	if found := checked(t, l); found != "" {
		t.Error(found)
	}
}

// TestReplayKept has the tombstones that checkpoints have let go.
func TestReplayKept(t *testing.T) {
	l := newTable(t)
	for i := 1; i <= 12; i++ {
		appendPart(t, l, i)
	}
	l.now = func() time.Time { return time.Now().Add(-10 * 24 * time.Hour) }
	mustCommit(t, l, Commit{Removes: []Remove{{Path: partAdd(1).Path}}})
	l.now = time.Now
	for i := 13; i <= 30; i++ {
		appendPart(t, l, i)
	}
	if _, err := l.RemoveBefore(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	s, err := Open(l.Dir()).ReplayKept()
	if err != nil || len(s.Tombstones()) != 1 || len(s.Files) != 29 {
		t.Errorf("%v: %+v", err, s)
	}
	history, err := l.History()
	if err != nil || history[0].Version != 10 || history[3].RowsRemoved != partAdd(1).Stats.NumRecords {
		t.Errorf("%v: %+v", err, history[3])
	}
	os.WriteFile(l.checkpointFile(10), bytes.Repeat([]byte("x"), 100), 0o666)
	if s, err = Open(l.Dir()).ReplayKept(); err != nil || len(s.Files) != 29 {
		t.Errorf("with a damaged checkpoint: %v", err)
	}
	for _, v := range []int64{20, 30} {
		os.Remove(l.checkpointFile(v))
	}
	if _, err = Open(l.Dir()).ReplayKept(); !errors.Is(err, ErrNoVersion) {
		t.Errorf("without any: %v", err)
	}
	if _, err := os.Stat(filepath.Join(l.dir, lastCheckpoint)); err != nil {
		t.Error(err)
	}
}

func TestLogRetention(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"interval 30 days": 720 * time.Hour, "INTERVAL 1 week": 168 * time.Hour, "interval 36 hours": 36 * time.Hour,
		"": -1, "30 days": -1, "interval x days": -1, "interval -1 days": -1, "interval 1 fortnight": -1, "interval 99999999 weeks": -1,
	} {
		got, ok := Metadata{Configuration: map[string]string{"delta.logRetentionDuration": text}}.LogRetention()
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v, %t", text, got, ok)
		}
	}
	if !reflect.DeepEqual([]bool{Metadata{}.KeepsLog(), Metadata{Configuration: map[string]string{"delta.enableExpiredLogCleanup": "False"}}.KeepsLog()}, []bool{false, true}) {
		t.Error("delta.enableExpiredLogCleanup")
	}
}
