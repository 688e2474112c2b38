package warehouse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

func TestViewShowsTheCatalogue(t *testing.T) {
	_, s := small(t)
	expect(t, s, "SELECT column_name || ' ' || column_type FROM (DESCRIBE flows)", strings.Join([]string{
		"src_ip VARCHAR", "src_port INTEGER", "protocol VARCHAR", "double_ratio DOUBLE", "date DATE",
		"start_time TIMESTAMP WITH TIME ZONE", "fwd_packets BIGINT", "bwd_packets BIGINT", "ratio DOUBLE", "added_later VARCHAR"}, "\n"))
	// 4 / (4 % 3) = 4, twice that is 8; 3 % 3 = 0 gives null; row 4 starts 4 ms after midnight.
	expect(t, s, "SELECT src_ip, protocol, CAST(date AS VARCHAR), ratio, double_ratio, added_later, CAST(start_time AS VARCHAR) FROM flows WHERE fwd_packets >= 3 ORDER BY src_port",
		"10.0.0.3|tcp|2026-11-22|NULL|NULL|NULL|2026-11-22 00:00:00.003+00\n10.0.0.4|tcp|2026-11-22|4|8|NULL|2026-11-22 00:00:00.004+00")
	expect(t, s, "SELECT protocol, count(*) FROM flows GROUP BY ALL ORDER BY ALL", "tcp|5\nudp|3")
}

func TestFilesWithoutNewerColumnsReadNull(t *testing.T) {
	for _, newest := range []string{"wide", "narrow"} {
		t.Run(newest, func(t *testing.T) {
			s := newStore(t)
			log := s.log(append(firstColumns, "added_later")...)
			narrow := s.file("2026-11-22", "tcp", "a", fmt.Sprintf(someRows, 2))
			wide := s.file("2026-11-23", "tcp", "b", "SELECT *, 'x' AS added_later FROM ("+fmt.Sprintf(someRows, 2)+")")
			narrow.ModificationTime, wide.ModificationTime = 1000, 2000
			if newest == "narrow" {
				narrow.ModificationTime = 3000
			}
			s.commit(log, delta.Commit{Adds: []delta.Add{narrow, wide}})
			expect(t, s.open(), "SELECT CAST(date AS VARCHAR), added_later, count(*) FROM flows GROUP BY ALL ORDER BY ALL",
				"2026-11-22|NULL|2\n2026-11-23|x|2")
		})
	}
}

func TestEmptyTableHasTypes(t *testing.T) {
	s := newStore(t)
	s.log(firstColumns...)
	expect(t, s.open(), "SELECT count(*), sum(fwd_packets), max(start_time) FROM flows", "0|NULL|NULL")
}

func TestNoWarehouse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	for _, d := range []string{dir, t.TempDir()} {
		_, err := OpenSession(t.Context(), d, []*schema.Table{flowsTable()}, SessionOptions{})
		if !errors.Is(err, ErrNoWarehouse) || !strings.Contains(err.Error(), d) || !strings.Contains(err.Error(), "weir ingest") {
			t.Errorf("open %s: %v", d, err)
		}
	}
}

func TestSnapshotStandsStill(t *testing.T) {
	s, session := small(t)
	s.commit(delta.Open(filepath.Join(s.dir, "flows")), delta.Commit{Adds: []delta.Add{s.file("2026-11-24", "tcp", "c", fmt.Sprintf(someRows, 7))}})
	expect(t, session, "SELECT count(*) FROM flows", "8")
	expect(t, s.open(), "SELECT count(*) FROM flows", "15")
	pinned, err := OpenSession(t.Context(), s.dir, []*schema.Table{flowsTable()}, SessionOptions{Versions: map[string]int64{"flows": 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer pinned.Close()
	expect(t, pinned, "SELECT count(*) FROM flows", "8")
}

func TestCompactedFileIsFoundAgain(t *testing.T) {
	s, session := small(t)
	log := delta.Open(filepath.Join(s.dir, "flows"))
	snap, err := log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	old := snap.Files[1]
	replacement := s.file("2026-11-23", "udp", "compacted", fmt.Sprintf(someRows, 3))
	s.commit(log, delta.Commit{Adds: []delta.Add{replacement}, Removes: []delta.Remove{{Path: old.Path}}})
	if err := os.Remove(filepath.Join(s.dir, "flows", old.Path)); err != nil {
		t.Fatal(err)
	}
	expect(t, session, "SELECT count(*), sum(fwd_packets) FROM flows", "8|13") // 0+…+4 and 0+1+2
	if err := os.Remove(filepath.Join(s.dir, "flows", replacement.Path)); err != nil {
		t.Fatal(err)
	}
	if _, err := session.Query(t.Context(), "SELECT count(*), sum(fwd_packets) FROM flows"); !Vanished(err) {
		t.Errorf("a file that is lost for good: %v", err)
	}
}

func TestThousandFilesOpenFast(t *testing.T) {
	s := newStore(t)
	var adds []delta.Add
	first := s.file("2026-01-01", "tcp", "f", fmt.Sprintf(someRows, 10))
	data, err := os.ReadFile(filepath.Join(s.dir, "flows", first.Path))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		a := first
		a.Path = fmt.Sprintf("date=2026-01-01/protocol=tcp/f%d.parquet", i)
		if err := os.WriteFile(filepath.Join(s.dir, "flows", a.Path), data, 0o644); err != nil {
			t.Fatal(err)
		}
		adds = append(adds, a)
	}
	s.commit(s.log(firstColumns...), delta.Commit{Adds: adds})
	began := time.Now()
	session := s.open()
	opened := time.Since(began)
	expect(t, session, "SELECT count(*) FROM flows", "10000")
	t.Logf("opened in %v, counted in %v", opened, time.Since(began)-opened)
	if opened > 2*time.Second {
		t.Errorf("opening 1,000 files took %v", opened)
	}
}
