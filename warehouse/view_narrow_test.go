package warehouse

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weir/warehouse/schema"
)

// openFor opens the warehouse for a first statement.
func (s *store) openFor(first string) *Session {
	s.t.Helper()
	other := flowsTable()
	other.Name = "Other"
	session, err := OpenSession(s.t.Context(), s.dir, []*schema.Table{flowsTable(), other}, SessionOptions{Threads: 2, First: first, Dialects: []*schema.Dialect{inverted()}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(session.Close)
	return session
}

// TestFirstViewsAreNarrow holds to each statement whether its view of flows has only the
// columns that it names, and to all that the answer is that of the whole view.
func TestFirstViewsAreNarrow(t *testing.T) {
	house, _ := small(t)
	for sql, narrow := range map[string]bool{
		"SELECT count(*) FROM flows": true,
		"SELECT src_ip, f.Src_Port FROM flows f WHERE date = '2026-11-22' ORDER BY fwd_packets":       true,
		`SELECT "bwd_packets" FROM memory.main.flows ORDER BY src_ip, 1`:                              true,
		"SELECT double_ratio FROM flows ORDER BY src_ip, fwd_packets, double_ratio":                   true,
		"SELECT added_later FROM flows":                                                               true,
		"WITH x AS (SELECT src_ip AS a, fwd_packets AS b FROM flows) SELECT * FROM x ORDER BY ALL":    true,
		"SELECT E'\\'' || src_ip AS x, 'it''s', fwd_packets FROM flows ORDER BY x, fwd_packets":       true,
		"SELECT protocol, count(*) FROM flows GROUP BY ALL ORDER BY ALL":                              false,
		"SELECT min(a.src_ip), count(*) FROM flows a JOIN flows b USING (src_port)":                   true,
		"SELECT protocol, count(*) FROM flows GROUP BY ALL ORDER BY protocol":                         true,
		"SELECT a.src_ip FROM flows a JOIN flows b USING (src_port) ORDER BY ALL":                     false,
		"SELECT count(*) FROM other":                                                                  false,
		"SELECT count(*) FROM inverted":                                                               false,
		"FROM flows ORDER BY src_ip, fwd_packets, date":                                               false,
		"SELECT * FROM flows ORDER BY src_ip, date":                                                   false,
		"SELECT f.* FROM flows f ORDER BY src_ip, date":                                               false,
		"SELECT * EXCLUDE (src_ip) FROM flows ORDER BY src_port, date":                                false,
		"SELECT COLUMNS('src.*') FROM flows ORDER BY ALL":                                             false,
		"SELECT max(COLUMNS(*)) FROM flows":                                                           false,
		"SELECT flows FROM flows ORDER BY src_ip, date":                                               false,
		"SELECT f FROM flows f ORDER BY src_ip, date":                                                 false,
		"SELECT count(f) FROM flows f":                                                                false,
		"SELECT #1 AS x, bwd_packets FROM flows ORDER BY x, bwd_packets":                              false,
		"SELECT count(*) FROM flows NATURAL JOIN other":                                               false,
		"SELECT count(*) FROM flows NATURAL JOIN (SELECT src_ip FROM flows) g":                        false,
		"SELECT a FROM flows f(a) ORDER BY a":                                                         false,
		"SELECT count(*) FROM (FROM flows)":                                                           false,
		"SELECT count(*) FROM (SELECT src_ip FROM flows), flows f WHERE EXISTS (FROM flows)":          false,
		"SELECT column_name FROM (DESCRIBE flows)":                                                    false,
		"SELECT column_name FROM (SUMMARIZE flows)":                                                   false,
		"SELECT (SELECT count(*) FROM duckdb_columns() WHERE NOT internal), count(src_ip) FROM flows": false,
		"SELECT count(*) FROM query('SELECT * FROM flows'), flows":                                    false,
		"SELECT count(*) FROM flows, (SELECT count(*) FROM 'flows')":                                  true,
		"EXPLAIN SELECT src_ip FROM flows":                                                            true,
	} {
		s := house.openFor(sql)
		got := answer(t, s, sql)
		f := s.views.files["flows"]
		if f != nil && f.narrow != narrow || f == nil && narrow {
			t.Errorf("%s: the view is narrow: %t", sql, !narrow)
		}
		if strings.HasPrefix(sql, "EXPLAIN") {
			continue
		}
		if want := answer(t, house.openFor(""), sql); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", sql, got, want)
		}
		expect(t, s, "SELECT count(src_ip), count(bwd_packets) FROM flows", "8|8") // another statement
		expect(t, s, "SELECT count(*) FROM (DESCRIBE flows)", "10")
	}
}

// A column may be called as a table is.
func TestColumnsThatAreCalledAsTables(t *testing.T) {
	house, _ := small(t)
	sql := "SELECT count(fwd_packets) AS flows FROM other ORDER BY flows"
	s := house.openFor(sql)
	expect(t, s, sql, "0")
	if s.views.files["flows"] != nil || s.views.files["Other"] == nil || !s.views.files["Other"].narrow {
		t.Errorf("made: %v", s.views.files)
	}
	expect(t, s, "SELECT count(*) FROM flows", "8")
}

// What DuckDB says of a wrong name does not depend on the columns that the view has.
func TestNarrowViewsProposeAllNames(t *testing.T) {
	house, _ := small(t)
	for _, sql := range []string{"SELECT bwd_packet FROM flows", "SELECT src_ip FROM flows WHERE start_tim > now()"} {
		var messages []string
		for _, first := range []string{sql, ""} {
			err := house.openFor(first).Exec(t.Context(), sql)
			if err == nil {
				t.Fatalf("%s: no error", sql)
			}
			messages = append(messages, err.Error())
		}
		if messages[0] != messages[1] || !strings.Contains(messages[0], "packets") && !strings.Contains(messages[0], "start_time") {
			t.Errorf("%s:\n%s\n%s", sql, messages[0], messages[1])
		}
	}
}

// TestNarrowAnswersAreTheSame asks statements at random as first ones.
func TestNarrowAnswersAreTheSame(t *testing.T) {
	house, _ := many(t)
	plain := house.unpruned()
	r := rand.New(rand.NewPCG(5, 13))
	for range 25 {
		sql := randomStatement(r)
		if got, want := answer(t, house.openFor(sql), sql), answer(t, plain, sql); got != want {
			t.Fatalf("%s\n got: %s\nwant: %s", sql, got, want)
		}
	}
}
