package warehouse

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/warehouse/schema"
)

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
		"SELEC 1":                   "LINE 1: SELEC 1\n        ^",
		"SELECT nothing FROM flows": "LINE 1: SELECT nothing FROM flows",
		"SELECT 1; SELECT 2":        ErrManyStatements.Error(),
		"PIVOT flows ON protocol USING count(*); SELECT 2":       ErrManyStatements.Error(),
		"CREATE TYPE letter AS ENUM ('a'); SELECT 1":             ErrManyStatements.Error(),
		"/* /* */ */ CREATE TYPE letter AS ENUM ('a'); SELECT 1": ErrManyStatements.Error(),
		"PIVOT flows ON nothing USING count(*)":                  "nothing",
		"  -- nothing\n":                                         ErrEmptyQuery.Error(),
		"SELECT $1":                                              "1 parameters, not 0",
		"SELECT error('boom') FROM flows":                        "boom",
		"SELECT ip_in('10.0.0.1', 'x')":                          `"x" is no network`,
		"INSTALL httpfs":                                         "",
	} {
		err := s.Exec(t.Context(), sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v lacks %q", sql, err, want)
		}
	}
	expect(t, s, "SELECT 1;", "1")
	expect(t, s, "SELECT count(*) FROM duckdb_types() WHERE type_name = 'letter'", "0")
	expect(t, s, "SELECT $b - $a", "3", Arg{"a", 2}, Arg{"b", 5})
	expect(t, s, "SELECT ?", "x'); DROP VIEW flows; --", "x'); DROP VIEW flows; --")
}

// TestPivot has DuckDB find the columns of a result in the table, by statements of its
// own before the one asked for.
func TestPivot(t *testing.T) {
	_, s := small(t)
	letters := "(VALUES ('x', 'a', 1), ('x', 'b', 2), ('y', 'b', 3)) t(k, letter, n)"
	for range 2 {
		expect(t, s, "PIVOT (FROM "+letters+") ON letter USING sum(n) GROUP BY k ORDER BY k", "x|1|2\ny|NULL|3")
	}
	expect(t, s, "SELECT b FROM (PIVOT (FROM "+letters+") ON letter USING sum(n)) ORDER BY k", "2\n3")
	rows, err := s.Query(t.Context(), "PIVOT flows ON protocol USING count(*) GROUP BY date")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names := ""
	for _, c := range rows.Columns() {
		names += " " + c.Name
	}
	if names != " date tcp udp" {
		t.Errorf("the columns are%s", names)
	}
	path := filepath.Join(t.TempDir(), "pivot.parquet")
	if n, err := s.CopyParquet(t.Context(), path, "PIVOT (FROM "+letters+") ON letter USING sum(n)"); err != nil || n != 2 {
		t.Errorf("%d rows copied: %v", n, err)
	}
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
