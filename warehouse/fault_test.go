package warehouse

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"weir/warehouse/delta"
)

// faultMode says what happens at the call that is chosen.
type faultMode string

const (
	failing  faultMode = "fails"              // nothing is done
	halfDone faultMode = "is half done"       // a write is short, another call has effect, and both report an error
	lastCall faultMode = "is the last before" // it succeeds, and nothing after it does: the machine stops
)

// faultDisk counts the calls to a file system and disturbs one of them.
type faultDisk struct {
	osFS
	mode faultMode
	at   int // the number of the call; 0 disturbs none

	mu      sync.Mutex
	calls   int
	stopped bool
	what    string // the call that was disturbed
}

// do runs a call, or does not.
func (d *faultDisk) do(what string, effect, half func() error) error {
	d.mu.Lock()
	d.calls++
	mine, stopped := d.calls == d.at, d.stopped
	if mine {
		d.what = what
		d.stopped = d.mode == lastCall
	}
	d.mu.Unlock()
	switch {
	case stopped:
		return errCrash
	case mine && d.mode == failing:
		return errInjected
	case mine && d.mode == halfDone:
		if err := half(); err != nil {
			return err
		}
		return errInjected
	}
	return effect()
}

var errInjected = errors.New("injected fault")

// whole is a call whose half is the whole of it.
func (d *faultDisk) whole(what string, effect func() error) error { return d.do(what, effect, effect) }

func (d *faultDisk) ReadFile(name string) (b []byte, err error) {
	err = d.whole("read", func() error { b, err = d.osFS.ReadFile(name); return err })
	return b, err
}

func (d *faultDisk) ReadDir(name string) (names []string, err error) {
	err = d.whole("list", func() error { names, err = d.osFS.ReadDir(name); return err })
	return names, err
}

func (d *faultDisk) Stat(name string) (info fs.FileInfo, err error) {
	err = d.whole("stat", func() error { info, err = d.osFS.Stat(name); return err })
	return info, err
}

func (d *faultDisk) MkdirAll(name string) error {
	return d.whole("mkdir", func() error { return d.osFS.MkdirAll(name) })
}

func (d *faultDisk) Create(name string) (f delta.File, err error) {
	err = d.whole("create", func() error { f, err = d.osFS.Create(name); return err })
	if err != nil {
		return nil, err
	}
	return &faultHandle{f, d}, nil
}

func (d *faultDisk) Append(name string) (f delta.File, err error) {
	err = d.whole("append", func() error { f, err = d.osFS.Append(name); return err })
	if err != nil {
		return nil, err
	}
	return &faultHandle{f, d}, nil
}

func (d *faultDisk) Link(a, b string) error {
	return d.whole("link", func() error { return d.osFS.Link(a, b) })
}

func (d *faultDisk) Rename(a, b string) error {
	return d.whole("rename", func() error { return d.osFS.Rename(a, b) })
}

func (d *faultDisk) Remove(name string) error {
	return d.whole("remove", func() error { return d.osFS.Remove(name) })
}

func (d *faultDisk) SyncDir(name string) error {
	return d.whole("sync directory", func() error { return d.osFS.SyncDir(name) })
}

type faultHandle struct {
	delta.File
	disk *faultDisk
}

func (f *faultHandle) Write(b []byte) (n int, err error) {
	part := func(b []byte) func() error {
		return func() error { n, err = f.File.Write(b); return err }
	}
	err = f.disk.do("write", part(b), part(b[:len(b)/2]))
	return n, err
}

func (f *faultHandle) Sync() error { return f.disk.whole("sync", f.File.Sync) }

// Close always closes, so that tests run out of no descriptors.
func (f *faultHandle) Close() error {
	closed := f.File.Close()
	return f.disk.whole("close", func() error { return closed })
}

// faultStory ingests two small captures together and a large one by itself,
// and compacts. It returns the captures that were reported as ingested; the
// errors on the way are those of the disk.
func faultStory(t *testing.T, dir string, disk *faultDisk) (reported []string) {
	h, err := openOn(dir, threeTables(), disk)
	if err != nil {
		return nil
	}
	// The lock is let go as at the end of a process.
	defer func() {
		if h.lease.file != nil {
			h.lease.file.Close()
		}
	}()
	w := h.NewWriter(WriterOptions{BufferRows: 60, Workers: 1})
	for _, c := range []struct {
		id    string
		flows int
	}{{"a", 12}, {"b", 20}, {"large", 150}} {
		if w.Begin(c.id) != nil {
			continue
		}
		if fill(w, c.id, c.flows) != nil {
			w.Abort()
			continue
		}
		w.End()
	}
	w.Close()
	for _, o := range w.Outcomes() {
		if o.Err == nil {
			reported = append(reported, o.CaptureID)
		}
	}
	h.Compact(t.Context(), CompactOptions{Workers: 1})
	h.Reclaim(t.Context(), ReclaimOptions{})
	return reported
}

// everyFault makes TestFaults disturb every call instead of every 13th.
var everyFault = flag.Bool("every-fault", false, "disturb every single call to the file system; takes minutes")

// TestFaults disturbs each call to the file system in turn: what was reported
// is there, and another run makes the rows those of an undisturbed one, with
// nothing left behind.
func TestFaults(t *testing.T) {
	calm := &faultDisk{}
	dir := t.TempDir()
	if reported := faultStory(t, dir, calm); len(reported) != 3 {
		t.Fatalf("undisturbed, %v are in", reported)
	}
	want := allRows(t, dir)
	step := 13 // so that all kinds of calls are among them
	switch {
	case *everyFault:
		step = 1
	case testing.Short():
		step = 67
	}
	var mu sync.Mutex
	points := map[string]int{}
	t.Run("points", func(t *testing.T) {
		for i, mode := range []faultMode{failing, halfDone, lastCall} {
			t.Run(string(mode), func(t *testing.T) {
				t.Parallel()
				for at := 1 + i*step/3; at <= calm.calls; at += step {
					what := survives(t, mode, at, want)
					mu.Lock()
					points[what]++
					mu.Unlock()
				}
			})
		}
	})
	total := 0
	for _, n := range points {
		total += n
	}
	t.Logf("%d points of failure survived (%d calls, each failing, half done, or the last one): %v", total, calm.calls, points)
}

// survives disturbs one call and returns which it was.
func survives(t *testing.T, mode faultMode, at int, want string) string {
	dir := t.TempDir()
	disk := &faultDisk{mode: mode, at: at}
	reported := faultStory(t, dir, disk)
	where := fmt.Sprintf("call %d (%s) %s", at, disk.what, mode)
	h := openHouse(t, dir)
	for _, id := range reported {
		if has, err := h.Has(id); !has || err != nil {
			t.Errorf("%s: %s was reported and is not there: %v", where, id, err)
		}
	}
	h.Close()
	faultStory(t, dir, &faultDisk{})
	if got := allRows(t, dir); got != want {
		t.Errorf("%s: after another run the rows are not those of an undisturbed one", where)
	}
	h = openHouse(t, dir)
	if _, err := h.Reclaim(t.Context(), ReclaimOptions{}); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	if rest := orphansOf(t, dir); len(rest) > 0 {
		t.Errorf("%s: %v are left behind", where, rest)
	}
	if got := allRows(t, dir); got != want {
		t.Errorf("%s: rows are lost when old files are removed", where)
	}
	for _, s := range h.stores {
		for _, err := range s.log.Check() {
			t.Errorf("%s: %v", where, err)
		}
	}
	h.Close()
	return disk.what
}
