package warehouse

import (
	"context"
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

// flowsTable is a small table of the shape of flows.
func flowsTable() *schema.Table {
	return &schema.Table{Name: "flows", Columns: []schema.Column{
		{Name: "src_ip", Type: schema.Text, Nullable: true, Stats: true},
		{Name: "src_port", Type: schema.UInt16, Nullable: true, Stats: true},
		{Name: "protocol", Type: schema.Text, Partition: true},
		{Name: "double_ratio", Type: schema.Double, SQL: "ratio * 2"},
		{Name: "date", Type: schema.Date, Partition: true},
		{Name: "start_time", Type: schema.Timestamp, Stats: true},
		{Name: "fwd_packets", Type: schema.Int64},
		{Name: "bwd_packets", Type: schema.Int64},
		{Name: "ratio", Type: schema.Double, SQL: "fwd_packets / NULLIF(bwd_packets, 0)"},
		{Name: "added_later", Type: schema.Text, Nullable: true},
	}}
}

// store is a warehouse under construction.
type store struct {
	t   *testing.T
	dir string
	db  *Session
}

func newStore(t *testing.T) *store {
	t.Helper()
	db, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &store{t: t, dir: filepath.Join(t.TempDir(), "it's [a] house*"), db: db}
}

// log creates the table's log if need be.
func (s *store) log(columns ...string) *delta.Log {
	s.t.Helper()
	types := map[string]string{"src_ip": "string", "src_port": "integer", "protocol": "string", "date": "date",
		"start_time": "timestamp", "fwd_packets": "long", "bwd_packets": "long", "added_later": "string"}
	meta := delta.Metadata{PartitionColumns: []string{"date", "protocol"}}
	for _, c := range columns {
		meta.Schema = append(meta.Schema, delta.Column{Name: c, Type: types[c], Nullable: true})
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "flows"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	log := delta.Open(filepath.Join(s.dir, "flows"))
	if _, err := log.Create(meta); err != nil {
		s.t.Fatal(err)
	}
	return log
}

var firstColumns = []string{"src_ip", "src_port", "protocol", "date", "start_time", "fwd_packets", "bwd_packets"}

// file writes the rows of a query as a data file and returns its entry.
func (s *store) file(date, protocol, name, sql string) delta.Add {
	s.t.Helper()
	path := fmt.Sprintf("date=%s/protocol=%s/%s.parquet", date, protocol, name)
	full := filepath.Join(s.dir, "flows", path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Exec(s.t.Context(), fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, ROW_GROUP_SIZE 10000)", sql, QuoteText(full))); err != nil {
		s.t.Fatal(err)
	}
	info, err := os.Stat(full)
	if err != nil {
		s.t.Fatal(err)
	}
	return delta.Add{Path: path, PartitionValues: map[string]string{"date": date, "protocol": protocol},
		Size: info.Size(), ModificationTime: time.Now().UnixMilli()}
}

func (s *store) commit(log *delta.Log, c delta.Commit) {
	s.t.Helper()
	if _, err := log.Commit(c); err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) open() *Session {
	s.t.Helper()
	session, err := OpenSession(s.t.Context(), s.dir, []*schema.Table{flowsTable()}, SessionOptions{Threads: 2})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(session.Close)
	return session
}

const someRows = `SELECT '10.0.0.' || i AS src_ip, i::INTEGER AS src_port,
	TIMESTAMPTZ '2026-11-22 00:00:00+00' + to_milliseconds(i) AS start_time, i AS fwd_packets, i %% 3 AS bwd_packets FROM range(%d) t(i)`

// small returns a session over 5 TCP and 3 UDP rows of two days.
func small(t *testing.T) (*store, *Session) {
	s := newStore(t)
	s.commit(s.log(firstColumns...), delta.Commit{Adds: []delta.Add{
		s.file("2026-11-22", "tcp", "a", fmt.Sprintf(someRows, 5)),
		s.file("2026-11-23", "udp", "b", fmt.Sprintf(someRows, 3)),
	}})
	return s, s.open()
}

func snapshotOf(t *testing.T, s *Session, table string) *delta.Snapshot {
	t.Helper()
	snapshot, err := s.Snapshot(table)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// answer returns the rows of a query as text, cells joined by |.
func answer(t *testing.T, s *Session, sql string, args ...any) string {
	t.Helper()
	rows, err := s.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			var cells []string
			for j, c := range rows.Columns() {
				cells = append(cells, cellText(c.Kind, c.Elem, &rows.Chunk().Vectors[j], i))
			}
			lines = append(lines, strings.Join(cells, "|"))
		}
	}
	if rows.Err() != nil {
		t.Fatalf("%s: %v", sql, rows.Err())
	}
	return strings.Join(lines, "\n")
}

func cellText(kind, elem Kind, v *schema.Vector, i int) string {
	if v.Null(i) {
		return "NULL"
	}
	switch kind {
	case Integer, Date, Timestamp:
		return fmt.Sprint(v.Int64[i])
	case Double:
		return fmt.Sprint(v.Float64[i])
	case Bool:
		return fmt.Sprint(v.Bool[i])
	case List:
		var items []string
		for j := v.Offsets[i]; j < v.Offsets[i+1]; j++ {
			items = append(items, cellText(elem, Text, v.Elem, int(j)))
		}
		return "[" + strings.Join(items, " ") + "]"
	default:
		return string(v.Text(i))
	}
}

func expect(t *testing.T, s *Session, sql, want string, args ...any) {
	t.Helper()
	if got := answer(t, s, sql, args...); got != want {
		t.Errorf("%s\n got: %s\nwant: %s", sql, got, want)
	}
}

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

func TestCancelInterruptsQuery(t *testing.T) {
	_, s := small(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.Query(ctx, "SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	expect(t, s, "SELECT count(*) FROM flows", "8") // the session goes on
}

func TestCancelWhileReading(t *testing.T) {
	_, s := small(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, err := s.Query(ctx, "SELECT i FROM range(1000000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if n += rows.Chunk().Rows; n > 10_000 {
			cancel()
		}
	}
	if !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("after %d rows: %v", n, rows.Err())
	}
}

func TestQueryErrors(t *testing.T) {
	_, s := small(t)
	for sql, want := range map[string]string{
		"SELEC 1":                         "LINE 1: SELEC 1\n        ^",
		"SELECT nothing FROM flows":       "LINE 1: SELECT nothing FROM flows",
		"SELECT 1; SELECT 2":              ErrManyStatements.Error(),
		"  -- nothing\n":                  ErrEmptyQuery.Error(),
		"SELECT $1":                       "1 parameters, not 0",
		"SELECT error('boom') FROM flows": "boom",
		"SELECT ip_in('10.0.0.1', 'x')":   `"x" is no network`,
		"INSTALL httpfs":                  "",
	} {
		err := s.Exec(t.Context(), sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v lacks %q", sql, err, want)
		}
	}
	expect(t, s, "SELECT 1;", "1")
	expect(t, s, "SELECT $b - $a", "3", Arg{"a", 2}, Arg{"b", 5})
	expect(t, s, "SELECT ?", "x'); DROP VIEW flows; --", "x'); DROP VIEW flows; --")
}

func TestTypesOfResults(t *testing.T) {
	_, s := small(t)
	for sql, want := range map[string]string{
		"SELECT true, 1::TINYINT, -2::SMALLINT, 3::INTEGER, 4::BIGINT, 5::UTINYINT, 6::USMALLINT, 7::UINTEGER":                                                              "true|1|-2|3|4|5|6|7",
		"SELECT 18446744073709551615::UBIGINT, sum(9223372036854775807::BIGINT) FROM range(2)":                                                                              "18446744073709551615|18446744073709551614",
		"SELECT -1::HUGEINT, -9223372036854775808::HUGEINT, -9223372036854775809::HUGEINT, 9223372036854775808::HUGEINT":                                                    "-1|-9223372036854775808|-9223372036854775809|9223372036854775808",
		"SELECT 0.1::FLOAT, 1.50::DECIMAL(10,2), 'nan'::DOUBLE, 'inf'::DOUBLE, 1e300":                                                                                       "0.1|1.50|NULL|NULL|1e+300",
		"SELECT DATE '1970-01-02', TIMESTAMP '1970-01-01 00:00:01', TIMESTAMPTZ '1970-01-01 01:00:00+01', 'infinity'::TIMESTAMP, TIMESTAMP_NS '1970-01-01 00:00:00.000001'": "1|1000000|0|NULL|1",
		"SELECT INTERVAL 90 MINUTE, 'ab'::BLOB, TIME '10:00:01', 'x'::ENUM('x','y')":                                                                                        "01:30:00|ab|10:00:01|x",
		"SELECT [1, NULL, 3], ['a', 'a text longer than twelve'], []::BIGINT[], NULL::VARCHAR[]":                                                                            "[1 NULL 3]|[a a text longer than twelve]|[]|NULL",
		`SELECT {'a': 1, 'b': 'x"'}, MAP {'k': 2}, [[1], [2, 3]]`:                                                                                                           `{"a":1,"b":"x\""}|{"k":2}|[[1],[2,3]]`,
		"SELECT 1.5 AS a, 2 AS a ORDER BY a":               "1.5|2",
		"SELECT NULL, '', 'twelve bytes', 'thirteen byte'": "NULL||twelve bytes|thirteen byte",
	} {
		expect(t, s, sql, want)
	}
	// Many chunks keep their order, with validity across all of them.
	expect(t, s, "SELECT count(*), sum(x) FROM (SELECT CASE WHEN i % 2 = 0 THEN i END AS x FROM range(10000) t(i))", "10000|24995000")
	got := answer(t, s, "SELECT CASE WHEN i % 2 = 0 THEN i END, [i], i::DECIMAL(9,1) FROM range(5000) t(i) ORDER BY i")
	lines := strings.Split(got, "\n")
	if len(lines) != 5000 || lines[4998] != "4998|[4998]|4998.0" || lines[4999] != "NULL|[4999]|4999.0" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestTwoResultsAtOnce(t *testing.T) {
	_, s := small(t)
	rows, err := s.Query(t.Context(), "SELECT i FROM range(100000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	expect(t, s, "SELECT count(*) FROM flows", "8")
	n := 0
	for rows.Next() {
		n += rows.Chunk().Rows
	}
	if n != 100000 || rows.Err() != nil {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
}

func TestAddressFunctions(t *testing.T) {
	_, s := small(t)
	for expr, want := range map[string]string{
		"ip_in('10.1.2.3', '10.0.0.0/8')":              "true",
		"ip_in('11.1.2.3', '10.0.0.0/8')":              "false",
		"ip_in('10.1.2.3', '10.1.2.99/24')":            "true", // bits behind the prefix do not count
		"ip_in('10.1.2.3', '10.1.2.3')":                "true",
		"ip_in('::ffff:10.1.2.3', '10.0.0.0/8')":       "true",
		"ip_in('10.1.2.3', '::ffff:10.0.0.0/104')":     "true",
		"ip_in('10.1.2.3', '0.0.0.0/0')":               "true",
		"ip_in('fd00::1', '0.0.0.0/0')":                "false",
		"ip_in('2001:db8::1', '2001:db8::/32')":        "true",
		"ip_in('2001:db9::1', '2001:db8::/32')":        "false",
		"ip_in('2001:db8:0:0:0:0:0:1', '2001:db8::1')": "true",
		"ip_in(NULL, '10.0.0.0/8')":                    "NULL",
		"ip_in('10.0.0.1', NULL)":                      "NULL",
		"ip_in('10.0.0', '10.0.0.0/8')":                "NULL",
		"is_private('10.0.0.1')":                       "true",
		"is_private('172.15.255.255')":                 "false",
		"is_private('172.16.0.0')":                     "true",
		"is_private('172.31.255.255')":                 "true",
		"is_private('172.32.0.0')":                     "false",
		"is_private('192.168.255.255')":                "true",
		"is_private('192.169.0.0')":                    "false",
		"is_private('127.9.9.9')":                      "true",
		"is_private('169.254.1.1')":                    "true",
		"is_private('8.8.8.8')":                        "false",
		"is_private('100.64.0.1')":                     "false", // carrier-grade NAT is shared, not private
		"is_private('fc00::1')":                        "true",
		"is_private('fdff::1')":                        "true",
		"is_private('fe00::1')":                        "false",
		"is_private('fe80::1')":                        "true",
		"is_private('febf::1')":                        "true",
		"is_private('::1')":                            "true",
		"is_private('::')":                             "false",
		"is_private('2001:db8::1')":                    "false",
		"is_private('::ffff:192.168.0.1')":             "true",
		"is_private('fe80::1%eth0')":                   "NULL",
		"is_private('')":                               "NULL",
		"is_private(NULL)":                             "NULL",
	} {
		expect(t, s, "SELECT "+expr, want)
	}
	// Over vectors with nulls and varying networks.
	expect(t, s, `SELECT count(*) FILTER (ip_in(ip, net)), count(*) FILTER (NOT ip_in(ip, net)), count(*) FILTER (ip_in(ip, net) IS NULL) FROM (
		SELECT CASE WHEN i % 5 < 4 THEN '10.0.' || (i % 2) || '.1' END AS ip, '10.0.' || (i // 2 % 2) || '.0/24' AS net FROM range(10000) t(i))`, "4000|4000|2000")
}

func TestViewRejectsCircles(t *testing.T) {
	table := &schema.Table{Name: "t", Columns: []schema.Column{
		{Name: "a", Type: schema.Int64, SQL: "b + 1"}, {Name: "b", Type: schema.Int64, SQL: "a + 1"}, {Name: "c", Type: schema.Int64},
	}}
	if _, err := viewSQL(table, viewSource{}); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("a circle of derived columns: %v", err)
	}
	table.Columns[1].SQL = "c || ' a '" // a name within a text is none
	table.Columns[0].SQL = "c"
	table.Columns[1].SQL = "CASE WHEN c = 1 THEN 'a' END"
	if levels, err := derivedLevels(table); err != nil || len(levels) != 1 {
		t.Errorf("%d levels, %v", len(levels), err)
	}
}

func BenchmarkRows(b *testing.B) {
	s, err := OpenMemory(b.Context(), nil, SessionOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		rows, err := s.Query(b.Context(), "SELECT i, i * 2, i / 3, 'text ' || i, is_private('10.0.0.1' || i % 10) FROM range(1000000) t(i)")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
		}
		rows.Close()
	}
}
