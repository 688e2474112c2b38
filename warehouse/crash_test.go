package warehouse

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

var errCrash = errors.New("the machine stops here")

// crashFS fails to write anything once it has stopped.
type crashFS struct {
	delta.OS
	stopped bool
}

func (f *crashFS) Create(name string) (delta.File, error) {
	if f.stopped {
		return nil, errCrash
	}
	return f.OS.Create(name)
}

// crashAt makes commits to a table fail, as a crash before it does.
func crashAt(h *Warehouse, table string) {
	for _, s := range h.stores {
		if s.table.Name == table {
			s.log = delta.OpenFS(s.dir, &crashFS{stopped: true})
		}
	}
}

// TestCrashBetweenTables stops after the commit to dns, or to flows, and runs
// again with other captures beside the ones that are half there.
func TestCrashBetweenTables(t *testing.T) {
	for _, size := range []int{30, 3000} {
		for _, table := range []string{"dns", "flows", "captures"} {
			dir := t.TempDir()
			closeWriter(t, readyWriter(t, dir))
			h := openHouse(t, dir)
			crashAt(h, table)
			w := h.NewWriter(WriterOptions{BufferRows: 1000})
			for _, id := range []string{"a", "b"} {
				if err := w.Begin(id); err != nil {
					t.Fatal(err)
				}
				if err := fill(w, id, size); err != nil {
					t.Fatal(err)
				}
				if err := w.End(); err != nil && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			for _, o := range w.Outcomes() {
				if !errors.Is(o.Err, errCrash) {
					t.Errorf("outcome is %+v", o)
				}
			}
			if has, err := h.Has("a"); has || err != nil {
				t.Errorf("half a capture counts as ingested: %v", err)
			}
			w = openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 1000})
			for _, id := range []string{"x", "b", "y", "a"} {
				ingest(t, w, id, size)
			}
			closeWriter(t, w)
			for _, o := range w.Outcomes() {
				if o.Err != nil || o.Already {
					t.Errorf("outcome of the second run is %+v", o)
				}
			}
			expectCaptures(t, dir, map[string]int{"a": size, "b": size, "x": size, "y": size})
		}
	}
}

// readyWriter returns a writer of a warehouse whose tables exist.
func readyWriter(t *testing.T, dir string) *Writer {
	t.Helper()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	if err := w.Begin("none"); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRaceAtCommit has another writer commit some captures of a group, or a
// large one, between the look at the log and the commit.
func TestRaceAtCommit(t *testing.T) {
	for _, size := range []int{30, 3000} {
		dir := t.TempDir()
		h := openHouse(t, dir)
		slow := h.NewWriter(WriterOptions{BufferRows: 5000})
		for _, id := range []string{"a", "b", "c"} {
			ingest(t, slow, id, size/3)
		}
		if err := slow.Begin("d"); err != nil {
			t.Fatal(err)
		}
		if err := fill(slow, "d", size*3); err != nil {
			t.Fatal(err)
		}
		fast := openHouse(t, dir).NewWriter(WriterOptions{})
		ingest(t, fast, "d", size*3)
		if size == 30 { // else the large capture has had the others committed
			ingest(t, fast, "b", size/3)
		}
		closeWriter(t, fast)
		if err := slow.End(); err != nil {
			t.Fatal(err)
		}
		closeWriter(t, slow)
		for _, o := range slow.Outcomes() {
			want := o.CaptureID == "d" || o.CaptureID == "b" && size == 30
			if o.Err != nil || o.Already != want {
				t.Errorf("size %d: outcome is %+v", size, o)
			}
		}
		expectCaptures(t, dir, map[string]int{"a": size / 3, "b": size / 3, "c": size / 3, "d": size * 3})
	}
}

// conflictFS runs a function before the first log file is linked.
type conflictFS struct {
	delta.OS
	before func()
}

func (f *conflictFS) Create(name string) (delta.File, error) {
	if before := f.before; before != nil {
		f.before = nil
		before()
	}
	return f.OS.Create(name)
}

// TestConflictInsideCommit lets the other writer win after the files have
// been written and named, so that they must be written again.
func TestConflictInsideCommit(t *testing.T) {
	for _, table := range []string{"dns", "flows", "captures"} {
		dir := t.TempDir()
		closeWriter(t, readyWriter(t, dir))
		h := openHouse(t, dir)
		for _, s := range h.stores {
			if s.table.Name == table {
				s.log = delta.OpenFS(s.dir, &conflictFS{before: func() {
					fast := openHouse(t, dir).NewWriter(WriterOptions{})
					ingest(t, fast, "b", 31)
					closeWriter(t, fast)
				}})
			}
		}
		w := h.NewWriter(WriterOptions{})
		for _, id := range []string{"a", "b", "c"} {
			ingest(t, w, id, 31)
		}
		closeWriter(t, w)
		for _, o := range w.Outcomes() {
			if o.Err != nil || o.Already != (o.CaptureID == "b") {
				t.Errorf("outcome is %+v", o)
			}
		}
		expectCaptures(t, dir, map[string]int{"a": 31, "b": 31, "c": 31})
	}
}

// childVar makes the test binary ingest instead of testing.
const childVar = "WAREHOUSE_TEST_CHILD"

// TestChild is no test: other tests run it as another process. It ingests the captures
// c0 to c39 and prints the ones it has ingested.
func TestChild(t *testing.T) {
	dir := os.Getenv(childVar)
	if dir == "" {
		t.Skip("is run by other tests")
	}
	w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 1000, GroupCaptures: 5})
	report := func() {
		for _, o := range w.Outcomes() {
			if o.Err != nil {
				t.Error(o.Err)
			} else if !o.Already {
				fmt.Println("ingested", o.CaptureID)
			}
		}
	}
	for i := range 40 {
		id, flows := childCapture(i)
		err := w.Begin(id)
		report()
		if errors.Is(err, ErrIngested) {
			continue
		}
		if err == nil {
			err = fill(w, id, flows)
		}
		if err == nil {
			err = w.End()
		}
		if err != nil {
			t.Fatal(err)
		}
		report()
	}
	closeWriter(t, w)
	report()
}

func childCapture(i int) (id string, flows int) {
	if i%8 == 5 {
		return fmt.Sprintf("c%d", i), 3000
	}
	return fmt.Sprintf("c%d", i), 20 + i
}

func startChild(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childVar+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func ingestedIDs(lines *bufio.Scanner) []string {
	var ids []string
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "ingested "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestTwoProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	first, firstLines := startChild(t, dir)
	second, secondLines := startChild(t, dir)
	ids := make(chan []string)
	go func() { ids <- ingestedIDs(secondLines) }()
	got := append(ingestedIDs(firstLines), <-ids...)
	if err := errors.Join(first.Wait(), second.Wait()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for i := range 40 {
		id, flows := childCapture(i)
		want[id] = flows
		if n := len(got) - len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x == id })); n != 1 {
			t.Errorf("%s was ingested by %d processes", id, n)
		}
	}
	expectCaptures(t, dir, want)
}

// TestKill kills an ingest at random moments until one comes to its end.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(7, 7))
	reported := map[string]bool{}
	for range 12 {
		cmd, lines := startChild(t, dir)
		time.AfterFunc(time.Duration(20+r.IntN(250))*time.Millisecond, func() { cmd.Process.Kill() })
		for _, id := range ingestedIDs(lines) {
			if reported[id] {
				t.Errorf("%s was reported twice", id)
			}
			reported[id] = true
		}
		cmd.Wait() // killed, as a rule
		h := openHouse(t, dir)
		for id := range reported {
			if has, err := h.Has(id); !has || err != nil {
				t.Errorf("%s was reported and is not there: %v", id, err)
			}
		}
	}
	cmd, lines := startChild(t, dir)
	ingestedIDs(lines)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	removeOrphans(t, dir)
	want := map[string]int{}
	for i := range 40 {
		id, flows := childCapture(i)
		want[id] = flows
	}
	expectCaptures(t, dir, want)
}

// removeOrphans removes what a kill has left: temporary files, and named ones
// whose commit did not come.
func removeOrphans(t *testing.T, dir string) {
	t.Helper()
	for _, s := range openHouse(t, dir).stores {
		snapshot, err := s.log.Snapshot(delta.Latest)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range dataFiles(t, s.dir) {
			rel, err := filepath.Rel(s.dir, path)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := snapshot.File(filepath.ToSlash(rel)); !ok {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestUnwritableDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "file"), threeTables()); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("open of a file: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "flows"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	h, err := Open(dir, threeTables())
	if err == nil {
		err = h.NewWriter(WriterOptions{}).Begin("a")
	}
	if err == nil || !strings.Contains(err.Error(), "flows") {
		t.Errorf("warehouse with a file in place of a table: %v", err)
	}
}

// TestDiskErrors takes the temporary directory away under a large capture.
func TestDiskErrors(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 500})
	ingest(t, w, "before", 20)
	if err := w.Begin("large"); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(dir, "flows", tempDir)
	if err := os.Rename(temp, temp+"2"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(temp, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	err := fill(w, "large", 5000)
	if err == nil {
		err = w.End()
	} else if abort := w.Abort(); abort != nil {
		t.Error(abort)
	}
	var path *fs.PathError
	if !errors.As(err, &path) || !strings.Contains(err.Error(), "large") || !strings.Contains(err.Error(), "flows") {
		t.Errorf("error does not name the capture and the table: %v", err)
	}
	for _, o := range w.Outcomes() {
		if o.CaptureID == "before" && o.Err == nil {
			t.Errorf("outcome is %+v, though flows could not be written", o)
		}
	}
	if err := errors.Join(os.Remove(temp), os.Rename(temp+"2", temp)); err != nil {
		t.Fatal(err)
	}
	ingest(t, w, "after", 20)
	closeWriter(t, w)
	w = openHouse(t, dir).NewWriter(WriterOptions{})
	ingest(t, w, "before", 20)
	ingest(t, w, "large", 5000)
	closeWriter(t, w)
	expectCaptures(t, dir, map[string]int{"before": 20, "after": 20, "large": 5000})
}

func TestNewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	meta := delta.MetadataOf(threeTables()[1])
	meta.Configuration[delta.FormatProperty] = "2"
	if _, err := delta.Open(filepath.Join(dir, "flows")).Create(meta); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, threeTables())
	var format *FormatError
	if !errors.As(err, &format) || format.Found != 2 || !strings.Contains(err.Error(), "newer weir") {
		t.Errorf("open: %v", err)
	}
}

func TestColumnsGrow(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	ingest(t, w, "old", 5)
	closeWriter(t, w)
	tables := threeTables()
	tables[2].Columns = append(tables[2].Columns, schema.Column{Name: "note", Type: schema.Text, Nullable: true})
	h, err := Open(dir, tables)
	if err != nil {
		t.Fatal(err)
	}
	w = h.NewWriter(WriterOptions{})
	if err := w.Begin("new"); err != nil {
		t.Fatal(err)
	}
	b, err := w.Batch(tables[2], testDay)
	if err != nil {
		t.Fatal(err)
	}
	b.Vectors[0].AppendString("new", true)
	b.Vectors[1].AppendInt64(0, true)
	b.Vectors[2].AppendString("hello", true)
	b.Keys = append(b.Keys, schema.Key{})
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	closeWriter(t, w)
	s, err := OpenSession(t.Context(), dir, tables, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	expect(t, s, "SELECT string_agg(capture_id || ':' || coalesce(note, 'null'), ',' ORDER BY capture_id) FROM captures", "new:hello,old:null")
}

func TestPartitionDir(t *testing.T) {
	flows := threeTables()[1]
	for _, c := range []struct{ protocol, want string }{
		{"tcp", "date=2026-11-22/protocol=tcp"},
		{"ipv6-icmp", "date=2026-11-22/protocol=ipv6-icmp"},
		{"a/b=c%", "date=2026-11-22/protocol=a%2Fb%3Dc%25"},
		{"..", "date=2026-11-22/protocol=.."},
		{"", "date=2026-11-22/protocol=__HIVE_DEFAULT_PARTITION__"},
	} {
		if got := partitionDir(flows, []string{testDay, c.protocol}); got != c.want {
			t.Errorf("partition of %q is %s, want %s", c.protocol, got, c.want)
		}
	}
}

func TestMisuse(t *testing.T) {
	tables := threeTables()
	h, err := Open(t.TempDir(), tables)
	if err != nil {
		t.Fatal(err)
	}
	w := h.NewWriter(WriterOptions{})
	if _, err := w.Batch(tables[0], testDay); err == nil {
		t.Error("batch before begin")
	}
	if w.End() == nil || w.Abort() == nil || w.Begin("") == nil {
		t.Error("end or abort before begin, or an empty id, is no error")
	}
	if err := w.Begin("a"); err != nil {
		t.Fatal(err)
	}
	if w.Begin("b") == nil {
		t.Error("begin within a capture is no error")
	}
	if _, err := w.Batch(tables[1], testDay); err == nil {
		t.Error("too few partition values are no error")
	}
	if _, err := w.Batch(&schema.Table{Name: "other"}); err == nil {
		t.Error("an unknown table is no error")
	}
	closeWriter(t, w)
	if w.Begin("c") == nil {
		t.Error("begin after close is no error")
	}
}
