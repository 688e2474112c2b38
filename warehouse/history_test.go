package warehouse

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
)

// TestTimeTravel looks at each moment of a history: ingest, compaction,
// expiry, and then at what Reclaim has left.
func TestTimeTravel(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir)
	past := time.Now().Add(-time.Hour)
	w := h.NewWriter(WriterOptions{})
	var moments []time.Time
	for i := range 3 {
		ingest(t, w, fmt.Sprint("c", i), 10)
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
		moments = append(moments, time.Now())
		time.Sleep(5 * time.Millisecond)
	}
	closeWriter(t, w)
	if _, err := h.Compact(t.Context(), CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	ask := func(versions map[string]int64, want string) {
		t.Helper()
		s, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{Versions: versions})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		expect(t, s, "SELECT (SELECT count(*) FROM flows) || '/' || (SELECT count(*) FROM dns) || '/' || (SELECT count(*) FROM captures)", want)
	}
	for i, moment := range moments {
		want := fmt.Sprintf("%d/%d/%d", 10*(i+1), 5*(i+1), i+1)
		versions, err := h.AsOf(moment)
		if err != nil {
			t.Fatal(err)
		}
		ask(versions, want)
		if versions["flows"] != int64(i+1) {
			t.Errorf("flows was at %d, want %d", versions["flows"], i+1)
		}
		if versions, err = h.AtVersion("flows", int64(i+1)); err != nil {
			t.Fatal(err)
		}
		ask(versions, want)
	}
	versions, err := h.AtVersion("flows", 0)
	if err != nil {
		t.Fatal(err)
	}
	ask(versions, "0/0/0")
	if versions, err = h.AtVersion("flows", 4); err != nil { // of the compaction of tcp
		t.Fatal(err)
	}
	ask(versions, "30/15/3")
	if _, err := h.AtVersion("flows", 99); !errors.Is(err, delta.ErrNoVersion) {
		t.Errorf("a version to come: %v", err)
	}
	if _, err := h.AsOf(past); !errors.Is(err, ErrNoMoment) {
		t.Errorf("before the beginning: %v", err)
	}
	history, err := h.History()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range history {
		if c.Table == "flows" {
			lines = append(lines, fmt.Sprintf("%d %s +%d -%d files +%d -%d rows %d txns", c.Version, c.Operation, c.Adds, c.Removes, c.Rows, c.RowsRemoved, c.Txns))
		}
	}
	if got := strings.Join(lines[:2], "; "); got != "0 CREATE TABLE +0 -0 files +0 -0 rows 0 txns; 1 WRITE +3 -0 files +10 -0 rows 1 txns" && got != "0 CREATE TABLE +0 -0 files +0 -0 rows 0 txns; 1 WRITE +2 -0 files +10 -0 rows 1 txns" {
		t.Error(got)
	}
	last := history[len(history)-1]
	if last.Operation != CompactOperation || last.Rows != last.RowsRemoved || last.Removes != 3 || last.Adds != 1 {
		t.Errorf("the last commit is %+v, want a compaction of three files", last)
	}
	// Once the old files are gone, so are the old versions, and the error says why.
	if _, err := h.Reclaim(t.Context(), ReclaimOptions{}); err != nil {
		t.Fatal(err)
	}
	if versions, err = h.AsOf(moments[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSession(t.Context(), dir, threeTables(), SessionOptions{Versions: versions}); !errors.Is(err, ErrReclaimed) {
		t.Errorf("a version whose files are gone: %v", err)
	}
	if versions, err = h.AsOf(time.Now()); err != nil {
		t.Fatal(err)
	}
	ask(versions, "30/15/3")
}
