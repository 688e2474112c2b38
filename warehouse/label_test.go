package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// labelTables are flows with a label and the table that decides.
func labelTables() []*schema.Table {
	return []*schema.Table{
		{Name: "flows", Columns: []schema.Column{
			{Name: "flow_uid", Type: schema.Text}, {Name: "start_time", Type: schema.Timestamp, Stats: true},
			{Name: "dst_port", Type: schema.UInt16, Nullable: true, Stats: true},
			{Name: "end_reason", Type: schema.Text, Late: true}, {Name: "label", Type: schema.Text, Nullable: true},
			{Name: "date", Type: schema.Date, Partition: true}, {Name: "protocol", Type: schema.Text, Partition: true},
		}},
		{Name: "captures", Columns: []schema.Column{{Name: "capture_id", Type: schema.Text}}},
	}
}

// ingestPorts writes a capture with a TCP flow to each port, and a UDP one to port 53.
func ingestPorts(t testing.TB, dir, id string, ports ...int) {
	t.Helper()
	h, err := Open(dir, labelTables())
	if err != nil {
		t.Fatal(err)
	}
	w := h.NewWriter(WriterOptions{})
	if err := w.Begin(id); err != nil {
		t.Fatal(err)
	}
	add := func(i int, protocol string, port int) {
		b, err := w.Batch(h.stores[0].table, testDay, protocol)
		if err != nil {
			t.Fatal(err)
		}
		b.Vectors[0].AppendString(fmt.Sprintf("%s/%d", id, i), true)
		b.Vectors[1].AppendInt64(int64(i), true)
		b.Vectors[2].AppendInt32(int32(port), true)
		b.Vectors[3].AppendString("eof", true)
		b.Vectors[4].AppendString("", false)
		b.Keys = append(b.Keys, schema.Key{Time: int64(i), Packet: int64(i)})
	}
	for i, port := range ports {
		add(i, "tcp", port)
	}
	add(len(ports), "udp", 53)
	b, err := w.Batch(h.stores[1].table)
	if err != nil {
		t.Fatal(err)
	}
	b.Vectors[0].AppendString(id, true)
	b.Keys = append(b.Keys, schema.Key{})
	if err := errors.Join(w.End(), w.Close()); err != nil {
		t.Fatal(err)
	}
}

func assign(t testing.TB, dir string, a Assignment) Assigned {
	t.Helper()
	h, err := Open(dir, labelTables())
	if err != nil {
		t.Fatal(err)
	}
	a.Table, a.Column = "flows", "label"
	done, err := h.Assign(t.Context(), a, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// labels returns "uid:label" of all flows.
func labels(t testing.TB, dir string) string {
	t.Helper()
	s, err := OpenSession(t.Context(), dir, labelTables(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Query(t.Context(), "SELECT string_agg(flow_uid || ':' || coalesce(label, '-'), ' ' ORDER BY flow_uid) FROM flows")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	return string(rows.Chunk().Vectors[0].Text(0))
}

// live returns the paths of the files of flows.
func live(t testing.TB, dir string) []string {
	t.Helper()
	snapshot, err := delta.Open(dir + "/flows").Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range snapshot.Files {
		paths = append(paths, f.Path)
	}
	return paths
}

func TestAssign(t *testing.T) {
	dir := t.TempDir()
	ingestPorts(t, dir, "a", 80, 443, 22)
	ingestPorts(t, dir, "b", 80)
	before := live(t, dir)
	rules := []Case{
		{"dst_port < 1024 AND protocol = 'tcp' -- well known", "low"},
		{"dst_port = 80", "it's web"},
		{"dst_port = 9", "none"},
		{"NULL::BOOLEAN", "null"},
	}
	dry := assign(t, dir, Assignment{Cases: rules, DryRun: true})
	if got := labels(t, dir); got != "a/0:- a/1:- a/2:- a/3:- b/0:- b/1:-" || dry.Files != 0 {
		t.Errorf("a dry run has changed something: %s", got)
	}
	done := assign(t, dir, Assignment{Cases: rules})
	want := []CaseResult{{4, 2, 2}, {2, 2, 2}, {}, {}}
	if !slices.Equal(done.Cases, want) || !slices.Equal(dry.Cases, want) || done.Rows != 6 || done.Changed != 4 || done.Cleared != 0 || done.Files != 2 {
		t.Errorf("%+v", done)
	}
	if got := labels(t, dir); got != "a/0:it's web a/1:low a/2:low a/3:- b/0:it's web b/1:-" {
		t.Error(got)
	}
	after := live(t, dir)
	for _, path := range before {
		if kept := slices.Contains(after, path); kept != strings.Contains(path, "protocol=udp") {
			t.Errorf("%s kept: %t", path, kept)
		}
		if _, err := os.Stat(dir + "/flows/" + path); err != nil {
			t.Errorf("a query may still read it: %v", err)
		}
	}
	again := assign(t, dir, Assignment{Cases: rules})
	if again.Version != done.Version || again.Changed != 0 || again.Files != 0 || again.Cases[0] != (CaseResult{4, 2, 0}) {
		t.Errorf("a second run: %+v", again)
	}
	some := assign(t, dir, Assignment{Cases: rules[1:2], Clear: true})
	if got := labels(t, dir); some.Cleared != 2 || some.Changed != 2 || got != "a/0:it's web a/1:- a/2:- a/3:- b/0:it's web b/1:-" {
		t.Errorf("%+v %s", some, got)
	}
	all := assign(t, dir, Assignment{Clear: true})
	if got := labels(t, dir); all.Cleared != 2 || all.Files != 2 || strings.Contains(got, ":it") {
		t.Errorf("%+v %s", all, got)
	}
	for _, s := range mustOpen(t, dir).stores {
		snapshot, err := s.log.Snapshot(delta.Latest)
		if err != nil || len(snapshot.Txns()) != 2 {
			t.Errorf("%s: transactions %v, %v", s.table.Name, snapshot.Txns(), err)
		}
	}
	left, err := os.ReadDir(dir + "/flows/" + tempDir)
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files %v, %v", left, err)
	}
}

func mustOpen(t testing.TB, dir string) *Warehouse {
	t.Helper()
	h, err := Open(dir, labelTables())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestAssignConflict lets another run rewrite the same files, and a capture
// come in, between the count and the commit.
func TestAssignConflict(t *testing.T) {
	dir := t.TempDir()
	ingestPorts(t, dir, "a", 80, 443)
	h := mustOpen(t, dir)
	store := h.stores[0]
	store.log = delta.OpenFS(store.dir, &conflictFS{before: func() {
		assign(t, dir, Assignment{Cases: []Case{{"dst_port = 443", "fast"}}})
		ingestPorts(t, dir, "b", 80)
	}})
	done, err := h.Assign(t.Context(), Assignment{Table: "flows", Column: "label", Cases: []Case{{"dst_port = 80", "slow"}}}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Computed again, it has seen the new capture too.
	if got := labels(t, dir); got != "a/0:slow a/1:fast a/2:- b/0:slow b/1:-" || done.Changed != 2 {
		t.Errorf("%s %+v", got, done)
	}
	tables := mustOpen(t, dir)
	files := dataFiles(t, tables.stores[0].dir)
	if len(files) != 2+1+2+2 { // of a and b, by fast, by slow: no file of the first try is left
		t.Errorf("files %v", files)
	}
}

// TestAssignAtOnce runs several assignments and writers at once.
func TestAssignAtOnce(t *testing.T) {
	dir := t.TempDir()
	ingestPorts(t, dir, "first", 1, 2, 3)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			assign(t, dir, Assignment{Cases: []Case{{fmt.Sprintf("dst_port = %d", i+1), fmt.Sprint("port", i+1)}}})
		})
		all.Go(func() { ingestPorts(t, dir, fmt.Sprint("x", i), 1, 2, 3) })
	}
	all.Wait()
	if got := labels(t, dir); !strings.HasPrefix(got, "first/0:port1 first/1:port2 first/2:port3 first/3:- x0/0:") || strings.Count(got, ":") != 16 {
		t.Error(got)
	}
}

func TestAssignFails(t *testing.T) {
	dir := t.TempDir()
	h := mustOpen(t, dir)
	label := func(c ...Case) Assignment { return Assignment{Table: "flows", Column: "label", Cases: c} }
	if _, err := h.Assign(t.Context(), label(), WriterOptions{}); !errors.Is(err, ErrNoWarehouse) {
		t.Errorf("no warehouse: %v", err)
	}
	ingestPorts(t, dir, "a", 80)
	for _, a := range []Assignment{{Table: "none", Column: "label"}, {Table: "flows", Column: "none"}, {Table: "flows", Column: "protocol"},
		{Table: "flows", Column: "dst_port"}, {Table: "flows", Column: "flow_uid"}, label(Case{"no_such_column = 1", "x"})} {
		if _, err := h.Assign(t.Context(), a, WriterOptions{}); err == nil {
			t.Errorf("%+v is no error", a)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Assign(ctx, label(Case{"true", "x"}), WriterOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	store := h.stores[0]
	store.log = delta.OpenFS(store.dir, &crashFS{stopped: true})
	if _, err := h.Assign(t.Context(), label(Case{"true", "x"}), WriterOptions{}); !errors.Is(err, errCrash) {
		t.Errorf("disk: %v", err)
	}
	expectNoOrphansOf(t, dir)
}

// expectNoOrphansOf checks that the files of flows are those of its log.
func expectNoOrphansOf(t *testing.T, dir string) {
	t.Helper()
	if files, log := dataFiles(t, dir+"/flows"), live(t, dir); len(files) != len(log) {
		t.Errorf("files %v, in the log %v", files, log)
	}
}
