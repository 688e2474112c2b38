package delta

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// checked returns what Check finds, as one text.
func checked(t *testing.T, l *Log) string {
	t.Helper()
	var text []string
	for _, err := range Open(l.Dir()).Check() {
		text = append(text, err.Error())
	}
	return strings.Join(text, "; ")
}

func longTable(t *testing.T) *Log {
	t.Helper()
	l := newTable(t)
	for i := 1; i <= 23; i++ {
		appendPart(t, l, i)
	}
	return l
}

func TestCheck(t *testing.T) {
	l := longTable(t)
	if found := checked(t, l); found != "" {
		t.Fatalf("a sound log: %s", found)
	}
	copyFile := func(from, to string) {
		t.Helper()
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// A checkpoint with other contents than the log.
	kept := l.checkpointFile(20) + ".kept"
	copyFile(l.checkpointFile(20), kept)
	copyFile(l.checkpointFile(10), l.checkpointFile(20))
	if found := checked(t, l); !strings.Contains(found, l.checkpointFile(20)) || !strings.Contains(found, "lists 10 files, the log 20") {
		t.Errorf("a checkpoint of something else: %q", found)
	}
	if err := os.WriteFile(l.checkpointFile(20), []byte("PAR1"), 0o666); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, l); !strings.Contains(found, l.checkpointFile(20)) {
		t.Errorf("a damaged checkpoint: %q", found)
	}
	copyFile(kept, l.checkpointFile(20))
	if found := checked(t, l); found != "" {
		t.Fatalf("the checkpoint is back: %s", found)
	}
	// A log whose beginning was cleaned up is checked from its first checkpoint on.
	for version := range int64(5) {
		if err := os.Remove(l.commitFile(version)); err != nil {
			t.Fatal(err)
		}
	}
	if found := checked(t, l); found != "" {
		t.Errorf("a log that was cleaned up: %s", found)
	}
	if _, err := l.Replay(Latest); !errors.Is(err, ErrNoVersion) {
		t.Errorf("replay of it: %v", err)
	}
	if err := os.Remove(l.commitFile(15)); err != nil {
		t.Fatal(err)
	}
	if found := checked(t, l); !strings.Contains(found, "00000000000000000015.json") {
		t.Errorf("a version is missing: %q", found)
	}
}

func TestReplayHasAllTombstones(t *testing.T) {
	l := longTable(t)
	l.now = func() time.Time { return time.Now().Add(-30 * 24 * time.Hour) }
	s, err := l.Snapshot(Latest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Commit(Commit{Removes: []Remove{{Path: s.Files[0].Path}}}); err != nil {
		t.Fatal(err)
	}
	l.now = time.Now
	for i := 25; i <= 31; i++ {
		appendPart(t, l, i)
	}
	if s, err = Open(l.Dir()).Snapshot(Latest); err != nil || len(s.Tombstones()) != 0 {
		t.Errorf("the checkpoint still has tombstones of a month ago: %v, %v", s.Tombstones(), err)
	}
	if s, err = Open(l.Dir()).Replay(Latest); err != nil || len(s.Tombstones()) != 1 {
		t.Errorf("the replay has lost them: %v", err)
	}
	if found := checked(t, l); found != "" {
		t.Errorf("checkpoints without old tombstones are sound: %s", found)
	}
}

func TestVersionAt(t *testing.T) {
	l := newTable(t)
	start := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	// The clock of the fourth writer is behind.
	for i, second := range []int{1, 2, 3, 0, 5} {
		l.now = func() time.Time { return at(second) }
		appendPart(t, l, i+1)
	}
	for second, want := range map[int]int64{0: 0, 1: 1, 2: 2, 3: 4, 4: 4, 5: 5, 9: 5} {
		if got, err := l.VersionAt(at(second)); err != nil || got != want {
			t.Errorf("second %d: version %d, %v; want %d", second, got, err, want)
		}
	}
	if _, err := l.VersionAt(start.Add(-48 * time.Hour)); !errors.Is(err, ErrNoVersion) {
		t.Errorf("before the table was: %v", err)
	}
	history, err := l.History()
	if err != nil || len(history) != 6 || history[3].RowsRemoved != 0 {
		t.Errorf("%+v, %v", history, err)
	}
}
