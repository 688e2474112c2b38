package warehouse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// allRows returns all rows of the tables but for the order.
func allRows(t testing.TB, dir string) string {
	t.Helper()
	s, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b strings.Builder
	for _, table := range threeTables() {
		rows, err := s.Query(t.Context(), fmt.Sprintf("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM %s ORDER BY ALL", table.Name))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			for i := range rows.Chunk().Rows {
				for _, v := range rows.Chunk().Vectors {
					if v.Null(i) {
						b.WriteString("null,")
						continue
					}
					fmt.Fprintf(&b, "%s,", v.Text(i))
				}
				b.WriteByte('\n')
			}
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
		rows.Close()
	}
	return b.String()
}

// ingestMany ingests captures one by one, each with files of its own.
func ingestMany(t testing.TB, dir string, captures, flows int) {
	t.Helper()
	w := openHouse(t, dir).NewWriter(WriterOptions{BufferRows: 500})
	for i := range captures {
		id := fmt.Sprintf("many%03d", i)
		if has, err := w.warehouse.Has(id); has || err != nil {
			continue
		}
		ingest(t, w, id, flows)
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	closeWriter(t, w)
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 20, 400)
	ingestMany(t, dir, 21, 2000) // 20 are there already, one has several row groups
	want := allRows(t, dir)
	h := openHouse(t, dir)
	before := map[string]int{}
	for _, s := range h.stores {
		snap, err := s.log.Snapshot(delta.Latest)
		if err != nil {
			t.Fatal(err)
		}
		before[s.table.Name] = len(snap.Files)
	}
	dry, err := h.Compact(t.Context(), CompactOptions{DryRun: true})
	if err != nil || len(dry) != 3 || dry[1].FilesBefore != int64(before["flows"]) {
		t.Fatalf("%+v, %v; want %v", dry, err, before)
	}
	done, err := h.Compact(t.Context(), CompactOptions{RowGroupRows: 700})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range done {
		if c.FilesBefore != int64(before[c.Table]) || c.FilesAfter != c.Partitions || c.BytesAfter == 0 || c.Rows != dry[i].Rows {
			t.Errorf("%+v, want %d files before and one per partition after", c, before[c.Table])
		}
	}
	if got := allRows(t, dir); got != want {
		t.Error("the rows are not those from before")
	}
	// The times of a file grow from row to row, over all row groups.
	s, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	snap := snapshotOf(t, s, "flows")
	for _, f := range snap.Files {
		path := filepath.Join(dir, "flows", f.Path)
		expect(t, s, fmt.Sprintf("SELECT count(*) FROM (SELECT start_time < lag(start_time) OVER (ORDER BY file_row_number) AS back FROM read_parquet('%s', file_row_number = true)) WHERE back", path), "0")
		if f.Stats.NumRecords == 0 || f.Stats.Min["start_time"] == nil {
			t.Errorf("%s has no statistics: %+v", f.Path, f.Stats)
		}
	}
	// There is nothing more to do, and the transactions are still known.
	if again, err := h.Compact(t.Context(), CompactOptions{}); err != nil || again[1].FilesBefore != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	if has, err := h.Has("many003"); !has || err != nil {
		t.Errorf("after compaction a capture is forgotten: %v", err)
	}
	history, err := h.stores[1].log.History()
	if err != nil || history[len(history)-1].Operation != CompactOperation {
		t.Errorf("%+v, %v", history[len(history)-1], err)
	}
}

// A file that stands alone is rewritten once if that makes it smaller, small or large.
func TestCompactLoneFile(t *testing.T) {
	for _, fileBytes := range []int64{0, 1 << 10} {
		dir := t.TempDir()
		w := openHouse(t, dir).NewWriter(WriterOptions{})
		ingest(t, w, "large", 12*looseRows)
		closeWriter(t, w)
		want := allRows(t, dir)
		h := openHouse(t, dir)
		lone := func() (loose int64) {
			snap, err := h.stores[1].log.Snapshot(delta.Latest)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range snap.Files {
				if !strings.Contains(f.Path, "part-compact-") && f.Stats.NumRecords >= looseRows {
					loose++
				}
			}
			return loose
		}
		before := lone()
		if done, err := h.Compact(t.Context(), CompactOptions{Tables: []string{"flows"}, FileBytes: fileBytes}); err != nil || done[0].FilesBefore != 0 {
			t.Errorf("unasked %+v, %v", done, err)
		}
		done, err := h.Compact(t.Context(), CompactOptions{Tables: []string{"flows"}, FileBytes: fileBytes, Loose: true})
		if err != nil || before == 0 || done[0].FilesBefore != before || done[0].BytesAfter >= done[0].BytesBefore || lone() != 0 {
			t.Errorf("%+v, %v: want the %d files that were written in haste, and smaller", done, err, before)
		}
		if got := allRows(t, dir); got != want {
			t.Error("the rows are not those from before")
		}
		if again, err := h.Compact(t.Context(), CompactOptions{Tables: []string{"flows"}, FileBytes: fileBytes, Loose: true}); err != nil || again[0].FilesBefore != 0 {
			t.Errorf("a second time %+v, %v", again, err)
		}
	}
}

// TestMergeOrder compares the merge of random runs with a stable sort.
func TestMergeOrder(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		type row struct{ file, number, time int64 }
		var runs []*run
		var want []row
		for file := range 1 + r.IntN(6) {
			times := make([]int64, r.IntN(200))
			now := int64(r.IntN(50))
			for i := range times {
				if r.IntN(40) == 0 {
					now = int64(r.IntN(50))
				}
				now += int64(r.IntN(3))
				times[i] = now
				want = append(want, row{int64(file), int64(i), now})
			}
			runs = append(runs, runsOf(file, times)...)
		}
		slices.SortStableFunc(want, func(a, b row) int { return int(a.time - b.time) })
		m := newMerge(runs)
		var got []row
		for {
			taken := m.take(37)
			if len(taken) == 0 {
				break
			}
			n := 0
			for _, s := range taken {
				n += len(s.places)
			}
			part := make([]row, n)
			for _, s := range taken {
				if int(s.to-s.from) != len(s.places) {
					t.Fatalf("slice %+v", s)
				}
				for i, place := range s.places {
					part[place] = row{int64(s.file), s.from + int64(i), 0}
				}
			}
			got = append(got, part...)
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d rows, want %d", seed, len(got), len(want))
		}
		for i := range got {
			if got[i].file != want[i].file || got[i].number != want[i].number {
				t.Fatalf("seed %d: place %d has %+v, want %+v", seed, i, got[i], want[i])
			}
		}
	}
}

// TestCompactMeetsExpire has another program remove files while they are
// being rewritten.
func TestCompactMeetsExpire(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 5, 100)
	h := openHouse(t, dir)
	fired := false
	h.stores[1].log = delta.OpenFS(h.stores[1].dir, &conflictFS{before: func() {
		fired = true
		other := openHouse(t, dir)
		if _, err := other.Expire(t.Context(), ExpireOptions{Before: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Tables: []string{"flows"}}); err != nil {
			t.Error(err)
		}
	}})
	done, err := h.Compact(t.Context(), CompactOptions{})
	if err != nil || !fired {
		t.Fatal(err)
	}
	if done[1].Conflicts != 1 || done[1].FilesAfter != 0 {
		t.Errorf("%+v, want one conflict", done[1])
	}
	if snap, err := h.stores[1].log.Snapshot(delta.Latest); err != nil || len(snap.Files) != 0 {
		t.Errorf("expired rows are back: %d files, %v", len(snap.Files), err)
	}
	if rest := orphansOf(t, dir); len(rest) != 0 {
		t.Errorf("files left behind: %v", rest)
	}
}

// orphansOf lists the files that no version of a log names.
func orphansOf(t testing.TB, dir string) []string {
	t.Helper()
	var rest []string
	for _, s := range openHouse(t, dir).stores {
		snap, err := s.log.Replay(delta.Latest)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, f := range snap.Files {
			known[f.Path] = true
		}
		for _, f := range snap.Tombstones() {
			known[f.Path] = true
		}
		files, err := s.walk()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !known[f.path] {
				rest = append(rest, f.path)
			}
		}
	}
	return rest
}

func TestReclaim(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 6, 50)
	h := openHouse(t, dir)
	if _, err := h.Compact(t.Context(), CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	want := allRows(t, dir)
	// A file of a writer at work, one of a dead one, one without an owner.
	alive := openHouse(t, dir)
	working, err := alive.stores[1].create()
	if err != nil {
		t.Fatal(err)
	}
	dead := openHouse(t, dir)
	if _, err := dead.stores[1].create(); err != nil {
		t.Fatal(err)
	}
	dead.lease.file.Close() // as the end of its process does
	stray := filepath.Join(dir, "flows", "date="+testDay, "protocol=tcp", "part-stray.parquet")
	if err := os.WriteFile(stray, []byte("PAR1"), 0o666); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-100 * 24 * time.Hour)
	for _, path := range []string{working.path, stray} {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	reclaim := func(o ReclaimOptions) Reclaimed {
		t.Helper()
		all, err := h.Reclaim(t.Context(), o)
		if err != nil || len(all) != 3 {
			t.Fatal(all, err)
		}
		return all[1]
	}
	if r := reclaim(ReclaimOptions{Grace: time.Hour, DryRun: true}); r.Removed != 0 || r.Orphans != 1 || r.Kept != 20 {
		t.Errorf("within the grace period: %+v; want the stray file alone, 18 files, one being written and a young orphan kept", r)
	}
	if r := reclaim(ReclaimOptions{Grace: 30 * 24 * time.Hour, DryRun: true}); r.Removed != 0 || r.Orphans != 1 {
		t.Errorf("within a long grace period: %+v", r)
	}
	if r := reclaim(ReclaimOptions{OrphansOnly: true, DryRun: true}); r.Removed != 0 || r.Orphans != 2 {
		t.Errorf("orphans alone: %+v", r)
	}
	r := reclaim(ReclaimOptions{})
	if r.Removed != 18 || r.Orphans != 2 || r.Kept != 1 || r.RemovedBytes == 0 || r.OrphanBytes == 0 {
		t.Errorf("%+v, want 18 files of 6 captures and 3 protocols, 2 orphans, and one kept", r)
	}
	if _, err := os.Stat(working.path); err != nil {
		t.Errorf("the file of a writer at work: %v", err)
	}
	if got := allRows(t, dir); got != want {
		t.Error("rows are lost")
	}
	alive.Close()
	if r := reclaim(ReclaimOptions{}); r.Orphans != 1 || r.Kept != 0 {
		t.Errorf("after the end of the writer: %+v", r)
	}
	if rest := orphansOf(t, dir); len(rest) != 0 {
		t.Errorf("left behind: %v", rest)
	}
	if locks, _ := os.ReadDir(filepath.Join(dir, leaseDir)); len(locks) > 3 {
		t.Errorf("%d locks are left", len(locks))
	}
}

func TestExpire(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	ingest(t, w, "a", 60)
	if err := w.Begin("b"); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-11-20", "2026-11-21", "2026-11-23"} {
		b, err := w.Batch(w.warehouse.stores[1].table, day, "tcp")
		if err != nil {
			t.Fatal(err)
		}
		appendFlow(b, day, 1)
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	closeWriter(t, w)
	h := openHouse(t, dir)
	before := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	dry, err := h.Expire(t.Context(), ExpireOptions{Before: before, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	done, err := h.Expire(t.Context(), ExpireOptions{Before: before})
	if err != nil || len(done) != 2 || done[1].Table != "flows" || done[1].Partitions != 2 || done[1].Rows != 2 || done[1].Version != dry[1].Version+1 {
		t.Fatalf("%+v, %v; want two rows of two partitions of flows gone", done, err)
	}
	if done[0].Rows != 0 || done[0].Version != dry[0].Version {
		t.Errorf("dns: %+v; want no commit, because nothing is that old", done[0])
	}
	s, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	expect(t, s, "SELECT count(*) FROM flows", "61")
	expect(t, s, "SELECT CAST(min(date) AS VARCHAR) FROM flows", "2026-11-22")
	if has, err := h.Has("b"); !has || err != nil {
		t.Errorf("an expired capture would be ingested again: %v", err)
	}
	if done, err = h.Expire(t.Context(), ExpireOptions{Before: before.AddDate(1, 0, 0), Tables: []string{"captures"}}); err != nil || done[0].Rows == 0 {
		t.Errorf("captures by name: %+v, %v", done, err)
	}
	if _, err := h.Expire(t.Context(), ExpireOptions{Tables: []string{"none"}}); err == nil {
		t.Error("a table that does not exist expires")
	}
	all, err := h.Reclaim(t.Context(), ReclaimOptions{})
	if err != nil || all[1].Removed != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "flows", "date=2026-11-20")); err == nil {
		t.Error("the directory of an expired partition is still there")
	}
}

// TestCompactOldColumns compacts files that lack a column with files that
// have it, and with ones that have a column of a newer release.
func TestCompactOldColumns(t *testing.T) {
	dir := t.TempDir()
	w := openHouse(t, dir).NewWriter(WriterOptions{})
	ingest(t, w, "old", 10)
	closeWriter(t, w)
	tables := threeTables()
	tables[2].Columns = append(tables[2].Columns,
		schema.Column{Name: "note", Type: schema.Text, Nullable: true}, schema.Column{Name: "sum", Type: schema.Int64}, schema.Column{Name: "seen", Type: schema.Timestamp})
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
	b.Vectors[3].AppendInt64(7, true)
	b.Vectors[4].AppendInt64(-5, true)
	b.Keys = append(b.Keys, schema.Key{})
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	closeWriter(t, w)
	// This release does not know the new columns, and keeps them.
	if _, err := openHouse(t, dir).Compact(t.Context(), CompactOptions{Tables: []string{"captures"}}); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSession(t.Context(), dir, tables, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n := len(snapshotOf(t, s, "captures").Files); n != 1 {
		t.Fatalf("%d files", n)
	}
	expect(t, s, "SELECT string_agg(capture_id || ':' || coalesce(note, 'null') || ':' || coalesce(sum, -1) || ':' || coalesce(epoch_us(seen), 0), ',' ORDER BY capture_id) FROM captures",
		"new:hello:7:-5,old:null:-1:0")
}

// TestCompactDamage leaves a partition with a damaged file as it is, and
// compacts the others.
func TestCompactDamage(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 3, 100)
	h := openHouse(t, dir)
	snap, err := h.stores[1].log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "flows", snap.Files[0].Path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/3] ^= 0xff
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	done, err := h.Compact(t.Context(), CompactOptions{})
	if err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("the error does not name the damaged file: %v", err)
	}
	if done[1].Partitions != 2 || done[2].Partitions != 1 {
		t.Errorf("%+v, want the other partitions done", done)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Compact(ctx, CompactOptions{}); err == nil {
		t.Error("an interrupt is not told")
	}
}
