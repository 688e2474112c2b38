package warehouse

import (
	"fmt"
	"testing"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// aFile has rows from 10.0.0.10 to 10.0.0.80, ports 100 to 200, on 2026-11-22 from
// 10:00 to 11:00; of its ten rows two have no port.
func aFile() *delta.Add {
	return &delta.Add{Stats: delta.Stats{
		NumRecords: 10,
		Min:        map[string]any{"src_ip": "10.0.0.10", "src_port": int64(100), "start_time": "2026-11-22T10:00:00.000Z"},
		Max:        map[string]any{"src_ip": "10.0.0.80", "src_port": int64(200), "start_time": "2026-11-22T11:00:00.000Z"},
		NullCount:  map[string]int64{"src_ip": 0, "src_port": 2, "start_time": 0},
	}}
}

// mayHave tells whether a statement needs a file, and whether it has a condition
// at all.
func mayHave(t *testing.T, s *Session, f *delta.Add, sql string, args ...any) (needs, condition bool) {
	t.Helper()
	tree, err := treeOf(t.Context(), s.conn, explained(sql))
	if err != nil {
		t.Fatal(err)
	}
	tables := []*schema.Table{flowsTable(), {Name: "dns", Columns: []schema.Column{{Name: "src_ip", Type: schema.Text, Stats: true}}}}
	r := readingOf(tree, tables, []*schema.Dialect{inverted()}, args)
	if r == nil {
		return true, false
	}
	r.settle(t.Context(), s.conn)
	c := r.of(tables[0])
	return c == nil || c(f), c != nil
}

// TestConditionsRuleFilesOut holds each WHERE to whether aFile may have a row of it.
func TestConditionsRuleFilesOut(t *testing.T) {
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for where, want := range map[string]string{
		// Each operator at both bounds, from both sides.
		"src_port = 99": "no", "src_port = 100": "yes", "src_port = 200": "yes", "src_port = 201": "no",
		"src_port < 100": "no", "src_port < 101": "yes", "src_port <= 99": "no", "src_port <= 100": "yes",
		"src_port > 200": "no", "src_port > 199": "yes", "src_port >= 201": "no", "src_port >= 200": "yes",
		"100 > src_port": "no", "101 > src_port": "yes", "99 >= src_port": "no", "100 >= src_port": "yes",
		"200 < src_port": "no", "199 < src_port": "yes", "201 <= src_port": "no", "200 <= src_port": "yes", "201 = src_port": "no",
		"src_port BETWEEN 201 AND 300": "no", "src_port BETWEEN 1 AND 99": "no", "src_port BETWEEN 1 AND 100": "yes",
		"src_port IN (1, 201)": "no", "src_port IN (1, 150)": "yes", "src_port <> 150": "yes", "NOT (src_port <> 99)": "no",
		"src_port = '99'": "no", "src_port = '150'": "yes", "src_port = -1": "no", "src_port = 4294967296": "no",
		"src_ip = '10.0.0.1'": "no", "src_ip = '10.0.0.10'": "yes", "src_ip = '10.0.0.80'": "yes", "src_ip = '10.0.0.9'": "no",
		"src_ip < '10.0.0.10'": "no", "src_ip > '10.0.0.80'": "no", "src_ip >= '10.0.0.80'": "yes",
		"src_ip LIKE '10.0.1.%'": "no", "src_ip LIKE '10.0.0.8%'": "yes", "src_ip LIKE '10.0.0.80%'": "yes", "src_ip LIKE '10.0.0.81%'": "no", "src_ip LIKE '10.0.0.0%'": "no", "src_ip LIKE '10.0.0.9'": "no", "src_ip LIKE '%'": "yes", "src_ip LIKE '10.0.0.5_'": "yes",
		`src_ip LIKE '1\%'`: "yes",
		// Times: of every kind, with the milliseconds by which the log rounds.
		"start_time < '2026-11-22 10:00:00'": "no", "start_time <= '2026-11-22 10:00:00'": "yes", "start_time > '2026-11-22 11:00:00.000999'": "no", "start_time > '2026-11-22 11:00:00.000998'": "yes",
		"start_time >= DATE '2026-11-23'": "no", "start_time < DATE '2026-11-23'": "yes", "start_time >= TIMESTAMP '2026-11-22 11:00:01'": "no", "start_time > TIMESTAMPTZ '2026-11-22 12:30:00+02:00'": "yes",
		"start_time > TIMESTAMPTZ '2026-11-22 12:30:00+01:00'": "no", "start_time > TIMESTAMP '2026-11-22 12:00:00' - INTERVAL 30 MINUTE": "no", "start_time > TIMESTAMP '2026-11-22 12:00:00' - INTERVAL 90 MINUTE": "yes",
		"start_time >= '-infinity'": "yes", "start_time < 'infinity'": "yes", "start_time = 'infinity'": "yes",
		"start_time > now() + INTERVAL 100 YEAR": "no", "start_time > current_timestamp + INTERVAL 100 YEAR": "no", "start_time > today() + 40000": "no",
		// Nulls.
		"src_ip IS NULL": "no", "src_port IS NULL": "yes", "src_port IS NOT NULL": "yes",
		// Parts that are understood beside those that are not.
		"src_port = 99 AND length(src_ip) > 3": "no", "src_port = 99 OR src_ip = '10.0.0.9'": "no", "src_port = 99 OR src_ip = '10.0.0.50'": "yes",
		"(src_port = 150 AND src_ip = '9') OR src_port > 300": "no", "src_port = 99 AND (src_ip = '10.0.0.50' OR fwd_packets > 2)": "no",
		"flows.src_port = 99": "no", "FLOWS.Src_Port = 99": "no", `"src_port" = 99`: "no", "src_port = CAST(99 AS BIGINT)": "no",
		// What is not understood rules nothing out.
		"src_port = 99 OR length(src_ip) > 3": "-", "NOT (src_port = 99)": "yes", "NOT (src_port = 99 AND src_ip = '9')": "-", "src_port + 0 = 99": "-", "src_port = 99.0": "-", "src_port = 99::DOUBLE": "-",
		"src_port = NULL": "-", "src_port IN (99, NULL)": "-", "src_port IN (99, src_port)": "-", "src_port NOT IN (150)": "-", "src_port IS DISTINCT FROM 150": "-", "src_port IS NOT DISTINCT FROM 99": "-",
		"src_ip = 'x' COLLATE NOCASE": "-", "src_ip ILIKE 'x%'": "-", "src_ip NOT LIKE '1%'": "-", "src_ip = 5": "-", "src_port = CAST('99' AS VARCHAR)": "-", "fwd_packets = 99": "-", "ratio = 99": "-", "date = '2020-01-01'": "-",
		"start_time < now()": "-", "start_time < now() - INTERVAL 100 YEAR": "-", "start_time = now()": "-", "start_time > TIMESTAMP '2999-01-01' - (now() - now())": "-",
		"start_time > 'no time'": "yes", "start_time::DATE = '2020-01-01'": "-", "start_time > TRY_CAST('2999-01-01' AS TIMESTAMPTZ)": "-", "start_time > getvariable('x')": "-", "start_time > CAST('2999-01-01' AS TIMESTAMP_NS)": "-",
		"list_contains(list_transform([1], src_port -> src_port = 99), true)": "-", "src_port = (SELECT 99)": "-", "other.src_port = 99": "-", "COLUMNS('src_port') = 99": "-",
	} {
		needs, known := mayHave(t, s, aFile(), "SELECT count(*) FROM flows WHERE "+where)
		got := map[bool]string{true: "yes", false: "no"}[needs]
		if !known {
			got = "-"
		}
		if got != want {
			t.Errorf("WHERE %s: %s, want %s", where, got, want)
		}
	}
}

// TestFilesThatSayLess changes what the log says of the file.
func TestFilesThatSayLess(t *testing.T) {
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, c := range map[string]struct {
		change func(*delta.Stats)
		where  string
		needs  bool
	}{
		"no statistics":        {func(s *delta.Stats) { *s = delta.Stats{NumRecords: -1} }, "src_port = 99 AND src_ip = 'x' AND start_time < '2000-01-01' AND src_ip IS NULL", true},
		"no minimum":           {func(s *delta.Stats) { delete(s.Min, "src_port") }, "src_port = 99", true},
		"no minimum, above":    {func(s *delta.Stats) { delete(s.Min, "src_port") }, "src_port = 201", false},
		"no maximum":           {func(s *delta.Stats) { delete(s.Max, "src_port") }, "src_port = 201", true},
		"no maximum of a text": {func(s *delta.Stats) { delete(s.Max, "src_ip") }, "src_ip LIKE '9%'", true},
		"no minimum of a text": {func(s *delta.Stats) { delete(s.Min, "src_ip") }, "src_ip LIKE '1%'", true},
		"nulls throughout": {func(s *delta.Stats) {
			s.NullCount["src_port"] = 10
			delete(s.Min, "src_port")
			delete(s.Max, "src_port")
		}, "src_port = 150", false},
		"nulls and <>":           {func(s *delta.Stats) { s.NullCount["src_port"] = 10 }, "src_port <> 1", false},
		"nulls and IS NULL":      {func(s *delta.Stats) { s.NullCount["src_port"] = 10 }, "src_port IS NULL", true},
		"nulls and IS NOT NULL":  {func(s *delta.Stats) { s.NullCount["src_port"] = 10 }, "src_port IS NOT NULL", false},
		"nulls and LIKE":         {func(s *delta.Stats) { s.NullCount["src_ip"] = 10 }, "src_ip LIKE '10.0.0.5%'", false},
		"nulls and a wrong time": {func(s *delta.Stats) { s.NullCount["start_time"] = 10 }, "start_time > '-infinity'", false},
		"nulls not counted":      {func(s *delta.Stats) { delete(s.NullCount, "src_port") }, "src_port IS NULL", true},
		"rows not counted":       {func(s *delta.Stats) { s.NumRecords = -1; s.NullCount["src_port"] = 10 }, "src_port IS NOT NULL", true},
		"a maximum cut down":     {func(s *delta.Stats) { s.Max["start_time"] = "2026-11-22T11:00:00.123Z" }, "start_time = '2026-11-22 11:00:00.123456'", true},
		"a time that is none":    {func(s *delta.Stats) { s.Max["start_time"] = "soon" }, "start_time < '2000-01-01'", true},
		"bounds of another type": {func(s *delta.Stats) { s.Min["src_port"], s.Max["src_port"] = 1e9, "2" }, "src_port = 5", true},
		"a text cut":             {func(s *delta.Stats) { s.Min["src_ip"], s.Max["src_ip"] = "aaaa", "aaab" }, "src_ip = 'aaaaaaaaa'", true},
		"a text cut, below":      {func(s *delta.Stats) { s.Min["src_ip"], s.Max["src_ip"] = "aaaa", "aaab" }, "src_ip LIKE 'aaaaaaaaa%'", true},
	} {
		f := aFile()
		c.change(&f.Stats)
		if needs, _ := mayHave(t, s, f, "FROM flows WHERE "+c.where); needs != c.needs {
			t.Errorf("%s: WHERE %s needs the file: %t", name, c.where, needs)
		}
	}
}

// TestPlacesWhereTablesAreRead has statements with the condition src_port = 99,
// which aFile has no row of, in many places.
func TestPlacesWhereTablesAreRead(t *testing.T) {
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for sql, needs := range map[string]bool{
		"FROM flows WHERE src_port = 99 ORDER BY start_time LIMIT 3":                                             false,
		"EXPLAIN FROM flows WHERE src_port = 99":                                                                 false,
		"explain ANALYZE FROM flows WHERE src_port = 99":                                                         false,
		"EXPLAIN (FORMAT json) FROM flows WHERE src_port = 99":                                                   false,
		"EXPLAIN (ANALYZE, FORMAT json) SELECT (1) FROM flows WHERE src_port = 99":                               false,
		"EXPLAIN ANALYZE (FORMAT json) SELECT (1) FROM flows WHERE src_port = 99":                                true, // no SQL of DuckDB's
		"FROM memory.main.flows WHERE src_port = 99":                                                             false,
		"FROM other.flows WHERE src_port = 99":                                                                   true,
		"FROM flows f WHERE f.src_port = 99":                                                                     false,
		"FROM flows f WHERE flows.src_port = 99":                                                                 true,
		"SELECT src_ip AS src_port FROM flows WHERE src_port = 99":                                               false, // the column, as in DuckDB
		"SELECT src_port AS p FROM flows WHERE p = 99":                                                           true,
		"FROM flows f(src_port, src_ip) WHERE src_port = 99":                                                     true,
		"FROM flows TABLESAMPLE 3 ROWS WHERE src_port = 99":                                                      true,
		"FROM flows WHERE src_port = 99 USING SAMPLE 3 ROWS":                                                     false,
		"FROM flows AT (VERSION => 3) WHERE src_port = 99":                                                       true,
		"SELECT src_ip FROM flows GROUP BY src_ip HAVING min(src_port) = 99":                                     true,
		"FROM flows QUALIFY src_port = 99":                                                                       true,
		"SELECT count(*) FILTER (WHERE src_port = 99) FROM flows":                                                true,
		"FROM (FROM flows) f WHERE src_port = 99":                                                                true,
		"FROM (FROM flows WHERE src_port = 99) WHERE fwd_packets > 3":                                            false,
		"WITH f AS (FROM flows WHERE src_port = 99) SELECT count(*) FROM f, f AS g":                              false,
		"WITH f AS (FROM flows WHERE src_port = 99) FROM f UNION ALL FROM f":                                     false,
		"WITH flows AS (FROM dns) FROM flows WHERE src_port = 99":                                                true,
		"SELECT (WITH flows AS (FROM dns) SELECT 1), (SELECT count(*) FROM flows WHERE src_port = 99)":           true,
		"SELECT (WITH inverted AS (SELECT 1) SELECT 1), count(*) FROM flows, inverted WHERE flows.src_port = 99": true,
		"FROM inverted, flows WHERE flows.src_port = 99":                                                         true,
		"FROM flows WHERE src_port = 99 UNION ALL FROM flows WHERE src_port = 98":                                false,
		"FROM flows WHERE src_port = 99 UNION ALL FROM flows WHERE src_port = 150":                               true,
		"FROM flows WHERE src_port = 99 UNION ALL FROM flows":                                                    true,
		"SELECT (SELECT count(*) FROM flows), count(*) FROM flows WHERE src_port = 99":                           true,
		"SELECT count(*) FROM flows WHERE src_port = 99 AND src_ip IN (SELECT src_ip FROM flows)":                true,
		"FROM dns WHERE EXISTS (FROM flows WHERE src_port = 99 AND flows.src_ip = dns.src_ip)":                   false,
		"FROM dns WHERE NOT EXISTS (FROM flows WHERE src_port = 99)":                                             false,
		"FROM dns WHERE src_ip NOT IN (SELECT src_ip FROM flows WHERE src_port = 99)":                            false,
		"FROM dns, flows WHERE flows.src_port = 99":                                                              false,
		"FROM dns, flows WHERE src_port = 99":                                                                    true, // of either
		"FROM dns JOIN flows USING (src_ip) WHERE flows.src_port = 99":                                           false,
		"FROM flows a JOIN flows b ON a.src_ip = b.src_ip WHERE a.src_port = 99 AND b.src_port = 99":             false,
		"FROM flows a JOIN flows b ON a.src_ip = b.src_ip WHERE a.src_port = 99":                                 true,
		"FROM flows a JOIN flows b ON a.src_ip = b.src_ip WHERE a.src_port = 99 OR b.src_port = 99":              true,
		"FROM dns JOIN dns AS flows ON true WHERE flows.src_port = 99":                                           true,
		"FROM flows JOIN dns AS flows ON true WHERE flows.src_port = 99":                                         true,
		"SELECT * FROM (SHOW TABLES), flows WHERE flows.src_port = 99":                                           true,
		"FROM dns LEFT JOIN flows ON true WHERE flows.src_port = 99":                                             true,
		"FROM flows LEFT JOIN dns ON true WHERE flows.src_port = 99":                                             true,
		"FROM flows FULL JOIN dns ON true WHERE flows.src_port = 99":                                             true,
		"FROM flows SEMI JOIN dns ON flows.src_ip = dns.src_ip WHERE flows.src_port = 99":                        true,
		"FROM dns ANTI JOIN flows ON flows.src_ip = dns.src_ip WHERE dns.src_ip = '9'":                           true,
		"FROM flows POSITIONAL JOIN dns WHERE flows.src_port = 99":                                               true,
		"FROM flows NATURAL JOIN dns WHERE flows.src_port = 99":                                                  true,
		"FROM flows ASOF JOIN dns ON flows.src_ip >= dns.src_ip WHERE flows.src_port = 99":                       true,
		"FROM range(3), flows WHERE flows.src_port = 99":                                                         false,
		"FROM query('FROM flows'), flows WHERE flows.src_port = 99":                                              true,
		"FROM query_table('flows'), flows WHERE flows.src_port = 99":                                             true,
		"FROM read_parquet('x'), flows WHERE flows.src_port = 99":                                                true,
		"FROM mine, flows WHERE flows.src_port = 99":                                                             true,
		"SUMMARIZE FROM flows WHERE src_port = 99":                                                               false,
		"SELECT * FROM (SUMMARIZE flows), flows WHERE src_port = 99":                                             true,
		"SELECT * FROM (DESCRIBE flows) AS d, (FROM flows WHERE src_port = 99)":                                  true,
		"WITH RECURSIVE r AS (FROM flows WHERE src_port = 99 UNION ALL FROM r) FROM r":                           false,
		"WITH RECURSIVE flows AS (SELECT 99 AS src_port UNION FROM flows) FROM flows WHERE src_port = 99":        true,
		"FROM flows, LATERAL (SELECT flows.src_port) AS l(p) WHERE flows.src_port = 99":                          false,
		"FROM dns, LATERAL (FROM flows WHERE src_port = 99)":                                                     false,
		"INSERT INTO x FROM flows WHERE src_port = 99":                                                           true,
		"FROM flows WHERE src_port = 99; FROM flows":                                                             true,
		"PIVOT flows ON protocol USING sum(fwd_packets)":                                                         true,
		"SELECT max(x) FROM (VALUES (1)) AS v(x), flows WHERE flows.src_port = 99":                               false,
	} {
		if got, _ := mayHave(t, s, aFile(), sql); got != needs {
			t.Errorf("%s: needs the file: %t", sql, got)
		}
	}
}

func TestArgumentsAreConditions(t *testing.T) {
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		where string
		args  []any
		needs bool
	}{
		{"src_port = ?", []any{99}, false},
		{"src_port = ?", []any{int64(150)}, true},
		{"src_port = $2 AND src_ip = $1", []any{"10.0.0.50", 99}, false},
		{"src_ip = $2 AND src_port = $1", []any{150, "10.0.0.50"}, true},
		{"src_port = CAST($port AS BIGINT)", []any{Arg{"ip", "x"}, Arg{"Port", int64(99)}}, false},
		{"src_port = CAST($port AS BIGINT)", []any{Arg{"ip", "x"}, Arg{"port", int64(150)}}, true},
		{"src_ip = CAST($ip AS VARCHAR)", []any{Arg{"ip", "9"}}, false},
		{"start_time > ?", []any{noon}, false},
		{"start_time < ?", []any{noon}, true},
		{"start_time >= CAST(CAST($since AS VARCHAR) AS TIMESTAMPTZ)", []any{Arg{"since", "2026-11-22 12:00:00"}}, false},
		{"start_time >= CAST(CAST($since AS VARCHAR) AS TIMESTAMPTZ)", []any{Arg{"since", "-infinity"}}, true},
		{"start_time >= CAST(CAST($since AS VARCHAR) AS TIMESTAMPTZ)", nil, true},
		{"src_port = ?", []any{nil}, true},
		{"src_port = ?", []any{99.0}, true},
		{"src_port = ?", []any{"99"}, true}, // a text, which is compared otherwise than a literal
	} {
		if got, _ := mayHave(t, s, aFile(), "FROM flows WHERE "+c.where, c.args...); got != c.needs {
			t.Errorf("%d. WHERE %s of %v needs the file: %t", i, c.where, c.args, got)
		}
	}
}

// What a text means as a time depends on the session's zone.
func TestConditionsKnowTheTimeZone(t *testing.T) {
	s, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sql := "FROM flows WHERE start_time > '2026-11-22 12:30:00'"
	for zone, needs := range map[string]bool{"UTC": false, "Europe/Berlin": false, "Asia/Kolkata": true} {
		if err := s.Exec(t.Context(), fmt.Sprintf("SET TimeZone = %s", QuoteText(zone))); err != nil {
			t.Fatal(err)
		}
		if got, _ := mayHave(t, s, aFile(), sql); got != needs {
			t.Errorf("%s: needs the file: %t", zone, got)
		}
	}
}
