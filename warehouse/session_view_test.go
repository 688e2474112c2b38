package warehouse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// pair opens a session over the small flows and a table other, of the same columns, without files.
func pair(t *testing.T) (*store, *Session) {
	t.Helper()
	house, _ := small(t)
	other := flowsTable()
	other.Name = "Other"
	s, err := OpenSession(t.Context(), house.dir, []*schema.Table{flowsTable(), other}, SessionOptions{Dialects: []*schema.Dialect{inverted()}, Ahead: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return house, s
}

func TestViewsAreMadeWhenMentioned(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1": "",
		"SELECT 'flows', [1, 2][1] AS d ORDER BY d DESC":           "",
		"SELECT count(*) FROM FLOWS":                               "flows",
		`SELECT count(*) FROM memory.main."other"`:                 "Other",
		"SELECT count(*) FROM inverted":                            "flows Other inverted",
		"SELECT count(*) FROM query('FROM fl' || 'ows')":           "flows Other inverted",
		"SELECT 1 AS start_time -- passwords are not shown":        "",
		`SELECT E'\'', count(*) FROM duckdb_views()`:               "flows Other inverted",
		"/* it's */ SELECT count(*) FROM flows -- it's":            "flows Other inverted",
		"SELECT count(*) FROM 'flows'":                             "flows Other inverted",
		"SELECT count(*) FROM not_there":                           "flows Other inverted",
		"SELECT count(*) FROM information_schema.tables":           "flows Other inverted",
		"SELECT count(*) FROM duckdb_columns() WHERE NOT internal": "flows Other inverted",
		"SHOW TABLES":                        "flows Other inverted",
		"DESCRIBE":                           "flows Other inverted",
		"-- all\n desc":                      "flows Other inverted",
		"SELECT count(*) FROM ( DESC)":       "flows Other inverted",
		"PRAGMA show_tables":                 "flows Other inverted",
		"BEGIN TRANSACTION":                  "flows Other inverted",
		"SELECT count(*) FROM pg_class":      "flows Other inverted",
		"SELECT count(*) FROM sqlite_master": "flows Other inverted",
	} {
		t.Run(sql, func(t *testing.T) {
			_, s := pair(t)
			if rows, err := s.Query(t.Context(), sql); err == nil {
				rows.Close()
			}
			var made []string
			for _, table := range s.tables {
				if _, ok := s.views.files[table.Name]; ok {
					made = append(made, table.Name)
				}
			}
			if s.views.spelled {
				made = append(made, "inverted")
			}
			if got := strings.Join(made, " "); got != want {
				t.Errorf("made: %q, want %q", got, want)
			}
		})
	}
}

// Views stand in the schema main, whatever the statements before.
func TestViewsAreFoundWhereverTheUserIs(t *testing.T) {
	_, s := pair(t)
	for _, sql := range []string{"CREATE SCHEMA mine", "USE mine", "CREATE VIEW own AS FROM inverted", "BEGIN", "ROLLBACK"} {
		if err := s.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	expect(t, s, "SELECT count(*) FROM flows", "8")
	expect(t, s, "SELECT count(*) FROM own", "4")
	expect(t, s, "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL", "main.Other\nmain.flows\nmain.inverted\nmine.own")
}

// Another connection, as there is one while the session's own has open rows,
// has the files too, also of views that it does not mention.
func TestEveryConnectionHasTheFiles(t *testing.T) {
	_, s := pair(t)
	if err := s.Exec(t.Context(), "CREATE VIEW own AS SELECT * FROM flows"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Query(t.Context(), "SELECT i FROM range(100000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		expect(t, s, "SELECT count(*) FROM own", "8")
	}
	rows.Close()
	expect(t, s, "SELECT count(*) FROM own", "8")
	if len(s.views.told) != 1 {
		t.Errorf("%d connections are remembered, of which one is open", len(s.views.told))
	}
}

// Compaction may take away files between the session's snapshot and the
// first statement that mentions their table.
func TestFilesVanishBeforeTheViewIsMade(t *testing.T) {
	house, s := pair(t)
	log := delta.Open(filepath.Join(house.dir, "flows"))
	c := delta.Commit{Adds: []delta.Add{house.file("2026-11-24", "tcp", "c", fmt.Sprintf(someRows, 7))}}
	for _, f := range snapshotOf(t, s, "flows").Files {
		c.Removes = append(c.Removes, delta.Remove{Path: f.Path})
		if err := os.Remove(filepath.Join(house.dir, "flows", f.Path)); err != nil {
			t.Fatal(err)
		}
	}
	house.commit(log, c)
	expect(t, s, "SELECT count(*) FROM flows", "7")
}

// Threads of which some are lent files only are no more than there were, and only
// where there are many files.
func TestFilesAreOpenedAhead(t *testing.T) {
	house, s := pair(t)
	open := func(first string) *Session {
		session, err := OpenSession(t.Context(), s.dir, s.tables, SessionOptions{Threads: 1, Ahead: 3, First: first, ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(session.Close)
		return session
	}
	const settings = "SELECT current_setting('threads'), current_setting('external_threads')"
	expect(t, open(""), settings, "1|1")
	first := snapshotOf(t, s, "flows").Files[0]
	c := delta.Commit{}
	for i := range aheadFiles {
		a := first
		a.Path = fmt.Sprintf("%s/%d.parquet", filepath.Dir(first.Path), i)
		if err := os.Link(filepath.Join(s.dir, "flows", first.Path), filepath.Join(s.dir, "flows", a.Path)); err != nil {
			t.Fatal(err)
		}
		c.Adds = append(c.Adds, a)
	}
	house.commit(delta.Open(filepath.Join(s.dir, "flows")), c)
	for first, want := range map[string]string{"": "4|4", "FROM flows": "4|4", "FROM other": "1|1"} {
		expect(t, open(first), settings, want)
	}
	expect(t, open(""), "SELECT count(*) FROM flows", fmt.Sprint(8+5*aheadFiles))
	one, err := OpenSession(t.Context(), s.dir, s.tables, SessionOptions{Ahead: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	expect(t, one, "SELECT current_setting('threads') - current_setting('external_threads')::BIGINT + 1 > 0", "true")
}

// What was read stays in memory for no later statement, up to the whole warehouse.
func TestWhatWasReadIsNotKept(t *testing.T) {
	_, s := pair(t)
	expect(t, s, "SELECT current_setting('enable_external_file_cache')", "false")
	expect(t, s, "SELECT count(*), sum(fwd_packets) FROM flows", "8|13")
	expect(t, s, "SELECT count(*) FROM duckdb_external_file_cache()", "0")
}
