package warehouse

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// threeTables are an event table, flows, and the table that decides.
func threeTables() []*schema.Table {
	date := schema.Column{Name: "date", Type: schema.Date, Partition: true}
	id := schema.Column{Name: "capture_id", Type: schema.Text, Stats: true}
	at := schema.Column{Name: "start_time", Type: schema.Timestamp, Stats: true}
	return []*schema.Table{
		{Name: "dns", Columns: []schema.Column{id, at, {Name: "name", Type: schema.Text, Nullable: true}, date}},
		{Name: "flows", Columns: []schema.Column{
			{Name: "flow_uid", Type: schema.Text}, id, at,
			{Name: "bytes", Type: schema.Int64, Nullable: true, Stats: true},
			{Name: "ports", Type: schema.UInt16List, Nullable: true},
			date, {Name: "protocol", Type: schema.Text, Partition: true},
		}},
		{Name: "captures", Columns: []schema.Column{id, {Name: "flows", Type: schema.Int64}, date}},
	}
}

var protocols = []string{"tcp", "udp", "icmp"}

const testDay = "2026-11-22"

// fill appends the rows of a capture: flows over three protocols, and a dns
// row for every second one. Flows are told of in steps of 50 rows.
func fill(w *Writer, id string, flows int) error {
	tables := w.warehouse.stores
	for i := 0; i < flows; {
		touched := map[string]bool{}
		for ; i < flows && (len(touched) == 0 || i%50 != 0); i++ {
			protocol := protocols[i*i%3%2+i%2]
			touched[protocol] = true
			b, err := w.Batch(tables[1].table, testDay, protocol)
			if err != nil {
				return err
			}
			appendFlow(b, id, i)
			if i%2 == 0 {
				if b, err = w.Batch(tables[0].table, testDay); err != nil {
					return err
				}
				b.Vectors[0].AppendString(id, true)
				b.Vectors[1].AppendInt64(int64(i), true)
				b.Vectors[2].AppendString("example.org", i%4 == 0)
				b.Keys = append(b.Keys, schema.Key{Time: int64(i), Packet: int64(i)})
			}
		}
		if err := grown(w, touched); err != nil {
			return err
		}
	}
	b, err := w.Batch(tables[2].table, testDay)
	if err != nil {
		return err
	}
	b.Vectors[0].AppendString(id, true)
	b.Vectors[1].AppendInt64(int64(flows), true)
	b.Keys = append(b.Keys, schema.Key{})
	return w.Grown(b)
}

// grown tells the writer of all batches that may have grown.
func grown(w *Writer, protocols map[string]bool) error {
	tables := w.warehouse.stores
	for _, p := range []string{"tcp", "udp", "icmp"} {
		if protocols[p] {
			b, err := w.Batch(tables[1].table, testDay, p)
			if err == nil {
				err = w.Grown(b)
			}
			if err != nil {
				return err
			}
		}
	}
	b, err := w.Batch(tables[0].table, testDay)
	if err != nil {
		return err
	}
	return w.Grown(b)
}

func appendFlow(b *schema.Batch, id string, i int) {
	b.Vectors[0].AppendString(fmt.Sprintf("%s/%d", id, i), true)
	b.Vectors[1].AppendString(id, true)
	b.Vectors[2].AppendInt64(int64(i)*1000, true)
	b.Vectors[3].AppendInt64(int64(i), i%5 != 0)
	for j := range i % 4 {
		b.Vectors[4].Elem.AppendInt32(int32(65535-j), true)
	}
	b.Vectors[4].EndList(i%7 != 0 || i%4 != 0)
	// Every second pair is out of order.
	b.Keys = append(b.Keys, schema.Key{Time: int64(i^1) * 1000, Packet: int64(i)})
}

func openHouse(t testing.TB, dir string) *Warehouse {
	t.Helper()
	h, err := Open(dir, threeTables())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ingest writes one capture and fails the test on errors.
func ingest(t testing.TB, w *Writer, id string, flows int) {
	t.Helper()
	err := w.Begin(id)
	if err == nil {
		err = fill(w, id, flows)
	}
	if err == nil {
		err = w.End()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func closeWriter(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// expectCaptures checks that the warehouse has the captures, each once and
// with all its rows in all tables, and that no file lies about.
func expectCaptures(t *testing.T, dir string, want map[string]int) {
	t.Helper()
	s, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var lines []string
	for id, flows := range want {
		lines = append(lines, fmt.Sprintf("%s %d %d %d %d", id, flows, flows, flows, (flows+1)/2))
	}
	slices.Sort(lines)
	got := answer(t, s, `SELECT string_agg(line, ';' ORDER BY line) FROM (
		SELECT concat_ws(' ', capture_id, any_value(c.flows), count(flow_uid), count(DISTINCT flow_uid),
			(SELECT count(*) FROM dns d WHERE d.capture_id = c.capture_id)) AS line
		FROM captures c LEFT JOIN flows f USING (capture_id) GROUP BY capture_id)`)
	if text := strings.Join(lines, ";"); !strings.Contains(got, text) {
		t.Errorf("captures, flows by captures, flows, distinct flows, dns rows:\n got %.500s\nwant %.500s", got, text)
	}
	total := 0
	for _, flows := range want {
		total += flows
	}
	expect(t, s, "SELECT count(*) FROM flows", fmt.Sprint(total))
	expect(t, s, "SELECT count(*) FROM captures", fmt.Sprint(len(want)))
	expect(t, s, "SELECT count(*) FROM flows WHERE bytes IS NOT NULL AND bytes * 1000 <> epoch_us(start_time)", "0")
	expectNoOrphans(t, dir)
}

// expectNoOrphans checks that exactly the files of the logs exist.
func expectNoOrphans(t *testing.T, dir string) {
	t.Helper()
	live := map[string]bool{}
	for _, s := range openHouse(t, dir).stores {
		snapshot, err := s.log.Snapshot(delta.Latest)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range snapshot.Files {
			live[filepath.Join(s.dir, f.Path)] = true
		}
	}
	for _, path := range dataFiles(t, dir) {
		if !live[path] {
			t.Errorf("%s is in no log", path)
		}
		delete(live, path)
	}
	for path := range live {
		t.Errorf("%s is in a log and does not exist", path)
	}
}

// dataFiles returns the paths of all data and temporary files, sorted.
func dataFiles(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "_delta_log") && !strings.Contains(path, leaseDir) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSmallCapturesShareFiles(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	want := map[string]int{}
	for i := range 500 {
		id := fmt.Sprintf("capture%03d", i)
		want[id] = i % 9
		ingest(t, w, id, i%9)
	}
	if o := w.Outcomes(); len(o) != 0 {
		t.Errorf("%d captures are reported before the commit", len(o))
	}
	if err := w.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	outcomes := w.Outcomes()
	for i, o := range outcomes {
		if o.CaptureID != fmt.Sprintf("capture%03d", i) || o.Err != nil || o.Already {
			t.Fatalf("outcome %d is %+v", i, o)
		}
	}
	if len(outcomes) != 500 {
		t.Errorf("%d outcomes, want 500", len(outcomes))
	}
	closeWriter(t, w)
	expectCaptures(t, dir, want)
	if n := len(dataFiles(t, dir)); n > 5 {
		t.Errorf("%d data files for one group of 5 partitions", n)
	}
	again := openHouse(t, dir).NewWriter(WriterOptions{})
	defer again.Close()
	for id := range want {
		if err := again.Begin(id); !errors.Is(err, ErrIngested) {
			t.Fatalf("second ingest of %s: %v", id, err)
		}
	}
}

func TestSameCaptureTwiceInOneGroup(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	ingest(t, w, "a", 10)
	if err := w.Begin("a"); !errors.Is(err, ErrIngested) {
		t.Errorf("second begin: %v", err)
	}
	ingest(t, w, "b", 10)
	closeWriter(t, w)
	expectCaptures(t, dir, map[string]int{"a": 10, "b": 10})
}

// TestMadeOf ingests a capture that is made of others, which are in with it;
// one of them comes in alone by another writer within the commit.
func TestMadeOf(t *testing.T) {
	for _, size := range []int{5, 3000} {
		dir := t.TempDir()
		closeWriter(t, readyWriter(t, dir))
		h := openHouse(t, dir)
		last := h.stores[2]
		last.log = delta.OpenFS(last.dir, &conflictFS{before: func() {
			other := openHouse(t, dir).NewWriter(WriterOptions{})
			ingest(t, other, "b", 3)
			closeWriter(t, other)
		}})
		w := h.NewWriter(WriterOptions{BufferRows: 1000})
		if err := w.Begin("whole"); err != nil {
			t.Fatal(err)
		}
		w.MadeOf([]string{"a", "b", "a"})
		if err := errors.Join(fill(w, "whole", size), w.End(), w.Commit(t.Context())); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a", "b", "whole"} {
			if err := w.Begin(id); !errors.Is(err, ErrIngested) {
				t.Errorf("begin %s: %v", id, err)
			}
		}
		if err := w.Begin("dropped"); err != nil {
			t.Fatal(err)
		}
		w.MadeOf([]string{"c"})
		if err := w.Abort(); err != nil {
			t.Fatal(err)
		}
		ingest(t, w, "c", 2)
		closeWriter(t, w)
		expectCaptures(t, dir, map[string]int{"whole": size, "b": 3, "c": 2})
	}
}

func TestAbort(t *testing.T) {
	for _, size := range []int{30, 5000} { // within the buffers, and beyond them
		for n := range 4 {
			dir := t.TempDir()
			w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 1000, Workers: 2})
			want := map[string]int{}
			for i := range 4 {
				id := fmt.Sprintf("c%d", i)
				if i != n {
					ingest(t, w, id, 40+i)
					want[id] = 40 + i
					continue
				}
				if err := w.Begin(id); err != nil {
					t.Fatal(err)
				}
				if err := fill(w, id, size); err != nil {
					t.Fatal(err)
				}
				if err := w.Abort(); err != nil {
					t.Fatal(err)
				}
			}
			closeWriter(t, w)
			expectCaptures(t, dir, want)
		}
	}
}

func TestCloseInTheMiddle(t *testing.T) {
	for _, size := range []int{30, 5000} {
		dir := t.TempDir()
		w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 1000})
		ingest(t, w, "whole", 20)
		if err := w.Begin("half"); err != nil {
			t.Fatal(err)
		}
		if err := fill(w, "half", size); err != nil {
			t.Fatal(err)
		}
		closeWriter(t, w)
		expectCaptures(t, dir, map[string]int{"whole": 20})
	}
}

// TestOverflow has a large capture among small ones: it must not hold up the ones
// before it, and has files of its own.
func TestOverflow(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 1000, OpenFiles: 2, FileBytes: 20_000})
	ingest(t, w, "small1", 100)
	ingest(t, w, "small2", 100)
	if err := w.Begin("large"); err != nil {
		t.Fatal(err)
	}
	if err := fill(w, "large", 20_000); err != nil {
		t.Fatal(err)
	}
	if o := w.Outcomes(); len(o) != 2 || o[0].CaptureID != "small1" || o[1].CaptureID != "small2" {
		t.Errorf("in the middle of the large capture, %+v are committed", o)
	}
	if w.buffers.rows > 1000 {
		t.Errorf("%d rows are in memory", w.buffers.rows)
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	if o := w.Outcomes(); len(o) != 1 || o[0] != (Outcome{CaptureID: "large"}) {
		t.Errorf("at the end of the large capture, %+v are committed", o)
	}
	ingest(t, w, "small3", 100)
	closeWriter(t, w)
	expectCaptures(t, dir, map[string]int{"small1": 100, "small2": 100, "small3": 100, "large": 20_000})
	var large []string
	for _, path := range dataFiles(t, filepath.Join(dir, "flows")) {
		if strings.Contains(path, "part-large-") {
			large = append(large, filepath.Base(path))
		}
	}
	if len(large) < 6 {
		t.Errorf("files of 20 kB and two open ones make %d files", len(large))
	}
}

// house returns the hash of each data file in order of path.
func house(t *testing.T, dir string) []string {
	t.Helper()
	var hashes []string
	for _, path := range dataFiles(t, dir) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		stable := rel[:strings.LastIndexByte(rel, '-')] // the rest is random
		hashes = append(hashes, fmt.Sprintf("%s %x", stable, sha256.Sum256(data)))
	}
	return hashes
}

func TestWorkersMakeTheSameFiles(t *testing.T) {
	var want []string
	for _, workers := range []int{1, 2, 8, 3} {
		dir := t.TempDir()
		w := openHouse(t, dir).NewWriter(WriterOptions{Workers: workers, BufferRows: 6000, OpenFiles: 2, FileBytes: 60_000})
		for i, n := range []int{30, 500, 25_000, 10, 4000, 4000, 7} {
			ingest(t, w, fmt.Sprintf("capture%d", i), n)
		}
		closeWriter(t, w)
		got := house(t, dir)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers make other files than 1", workers)
		}
	}
}

func TestConcurrentWriters(t *testing.T) {
	for _, size := range []int{20, 3000} {
		dir := t.TempDir()
		h := openHouse(t, dir)
		want := map[string]int{}
		for i := range 8 {
			want[fmt.Sprintf("c%d", i)] = size + i
		}
		var mu sync.Mutex
		ingested := map[string]int{}
		var all sync.WaitGroup
		for k := range 4 {
			all.Go(func() {
				w := h.NewWriter(WriterOptions{Workers: 1, BufferRows: 1000})
				for i := range 8 {
					i = (i + 2*k) % 8
					id := fmt.Sprintf("c%d", i)
					err := w.Begin(id)
					if errors.Is(err, ErrIngested) {
						continue
					}
					if err == nil {
						err = fill(w, id, size+i)
					}
					if err == nil {
						err = w.End()
					}
					if err != nil {
						t.Error(err)
					}
				}
				if err := w.Close(); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, o := range w.Outcomes() {
					if o.Err != nil {
						t.Error(o.Err)
					}
					if !o.Already {
						ingested[o.CaptureID]++
					}
				}
			})
		}
		all.Wait()
		for id := range want {
			if ingested[id] != 1 {
				t.Errorf("%s was ingested by %d writers", id, ingested[id])
			}
		}
		expectCaptures(t, dir, want)
	}
}

// TestHasRows tells which tables have a capture's rows.
func TestHasRows(t *testing.T) {
	h := openHouse(t, t.TempDir())
	w := h.NewWriter(WriterOptions{})
	ingest(t, w, "a", 10)
	ingest(t, w, "none", 0)
	closeWriter(t, w)
	for _, c := range []struct {
		table, id string
		want      bool
	}{{"flows", "a", true}, {"flows", "none", false}, {"captures", "none", true}, {"flows", "b", false}} {
		if has, err := h.HasRows(c.table, c.id); err != nil || has != c.want {
			t.Errorf("%s of %s: %v, %v", c.table, c.id, has, err)
		}
	}
	if _, err := h.HasRows("nothing", "a"); err == nil {
		t.Error("a table that is not there is looked into")
	}
}
