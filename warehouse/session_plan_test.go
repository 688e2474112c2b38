package warehouse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// plan returns DuckDB's plan of a query after running it, on one line.
func plan(t *testing.T, s *Session, sql string) string {
	t.Helper()
	rows, err := s.Query(t.Context(), "EXPLAIN ANALYZE "+sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			b.Write(rows.Chunk().Vectors[1].Text(i))
		}
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return strings.ContainsRune("│┌┐└┘─┬┴├┤┼ \n", r) }), " ")
}

func TestPartitionsPruneFiles(t *testing.T) {
	_, s := small(t)
	for _, where := range []string{"date = '2026-11-22'", "protocol = 'tcp'", "protocol IN ('tcp', 'icmp')", "date < '2026-11-23'",
		"date BETWEEN CAST(CAST('-infinity' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST('2026-11-22 12:00' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)"} {
		if p := plan(t, s, "SELECT sum(fwd_packets) FROM flows WHERE "+where); !strings.Contains(p, "Scanning Files: 1/2") {
			t.Errorf("%s does not prune files: %s", where, p)
		}
	}
}

func TestStartTimePrunesRowGroups(t *testing.T) {
	s := newStore(t)
	s.commit(s.log(firstColumns...), delta.Commit{Adds: []delta.Add{s.file("2026-11-22", "tcp", "a", fmt.Sprintf(someRows, 200_000))}})
	session := s.open()
	// The filter stands in the scan, on the type of the file, and not above
	// it behind a cast: that is what row-group statistics answer.
	p := plan(t, session, "SELECT sum(ratio) FROM flows WHERE start_time >= '2026-11-22 00:01:00' AND start_time < '2026-11-22 00:01:01'")
	scan := p[strings.Index(p, "TABLE_SCAN"):]
	if !strings.Contains(scan, "Filters: start_time>=") || strings.Contains(p, "CAST(start_time") || !strings.Contains(scan, "1,000 rows") {
		t.Errorf("start_time is not filtered in the scan: %s", p)
	}
	expect(t, session, "SELECT count(*), min(fwd_packets) FROM flows WHERE start_time >= $1 AND start_time < $2", "1000|60000",
		time.Date(2026, 11, 22, 0, 1, 0, 0, time.UTC), time.Date(2026, 11, 22, 1, 1, 1, 0, time.FixedZone("CET", 3600)))
}

// A join hands rows on as its threads come to them.
func TestLongListsKeepTheOrder(t *testing.T) {
	s, _ := small(t)
	const sql = "SELECT fwd_packets FROM flows WHERE fwd_packets IN (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)"
	for _, inOrder := range []bool{true, false} {
		session, err := OpenSession(t.Context(), s.dir, []*schema.Table{flowsTable()}, SessionOptions{InOrder: inOrder})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		if joins := strings.Contains(plan(t, session, sql), "JOIN"); joins == inOrder {
			t.Errorf("in order %t: joins %t", inOrder, joins)
		}
	}
}
