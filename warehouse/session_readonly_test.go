package warehouse

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func readOnly(t *testing.T, o SessionOptions) *Session {
	t.Helper()
	_, first := small(t)
	o.ReadOnly = true
	s, err := OpenSession(t.Context(), first.dir, first.tables, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestReadOnlySessionReadsTablesOnly(t *testing.T) {
	s := readOnly(t, SessionOptions{})
	outside := filepath.Join(t.TempDir(), "outside.csv")
	if err := os.WriteFile(outside, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inside := filepath.Join(s.dir, "flows")
	link := filepath.Join(inside, "link.csv") // leads out of the warehouse
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"SELECT * FROM read_csv(" + QuoteText(outside) + ")",
		"SELECT * FROM read_text(" + QuoteText(outside) + ")",
		"SELECT * FROM read_blob(" + QuoteText(inside+"/../../../"+filepath.Base(filepath.Dir(outside))+"/outside.csv") + ")",
		"SELECT * FROM read_text('/proc/self/environ')",
		"SELECT * FROM read_parquet(" + QuoteText(outside) + ")",
		"SELECT * FROM sniff_csv(" + QuoteText(outside) + ")",
		"SELECT * FROM glob(" + QuoteText(filepath.Dir(outside)+"/*") + ")",
		"FROM " + QuoteText(outside),
		"SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
		"SELECT getenv('HOME')",
		"COPY (SELECT 1) TO " + QuoteText(outside),
		"COPY (SELECT 1) TO " + QuoteText(inside+"/x.csv"),
		"EXPLAIN ANALYZE COPY (SELECT 1) TO " + QuoteText(inside+"/x.csv"),
		"EXPORT DATABASE " + QuoteText(inside+"/x"),
		"ATTACH " + QuoteText(outside+".db"),
		"ATTACH " + QuoteText(inside+"/x.db"),
		"INSTALL httpfs", "LOAD httpfs",
		"SET enable_external_access = true", "SET lock_configuration = false", "RESET allowed_directories",
		"SET VARIABLE x = 1", "PRAGMA memory_limit='1GB'",
		"CREATE TABLE t (a INTEGER)", "CREATE OR REPLACE VIEW flows AS SELECT 1", "DROP VIEW flows",
		"SELECT * FROM query('COPY (SELECT 1) TO ''" + outside + "''')",
		"/* SELECT */ EXPORT DATABASE " + QuoteText(inside+"/x2"), "/* /* */ SELECT */ EXPORT DATABASE " + QuoteText(inside+"/x3"),
		"-- SELECT\n EXPORT DATABASE " + QuoteText(inside+"/x4"), "(EXPORT DATABASE 'x')", "/*/", "--", "/*",
		"SELECT 1; COPY (SELECT 1) TO " + QuoteText(outside),
		"FROM enable_logging(storage = 'file', storage_config = {'path': '" + inside + "/x'})", "SELECT 1 FROM system.main.ENABLE_LOGGING()",
		"SELECT (SELECT count(*) FROM \"truncate_duckdb_logs\"())", "FROM force_checkpoint('memory')", "SELECT write_log('x')",
		"FROM query('SELECT 1')", "FROM query_table('flows')", "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
		"FROM read_text(" + QuoteText(link) + ")", "FROM read_parquet(" + QuoteText(inside+"/**") + ")", "FROM glob(" + QuoteText(inside+"/*") + ")",
		"FROM " + QuoteText(link), "TABLE " + QuoteName(link), "DESCRIBE " + QuoteText(link), "SUMMARIZE " + QuoteText(link),
		"WITH a AS (FROM flows WHERE flow_uid IN (SELECT a FROM " + QuoteText(link) + ")) FROM a", "FROM flows, LATERAL (FROM read_csv(" + QuoteText(link) + "))",
		"FROM pragma_show(" + QuoteText(link) + ")", "FROM pragma_table_info(" + QuoteText(link) + ")",
	} {
		if err := s.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is allowed", sql)
		}
	}
	b, err := os.ReadFile(outside)
	if err != nil || string(b) != "a,b\n1,2\n" {
		t.Errorf("the file outside is %q, %v", b, err)
	}
	if found, _ := filepath.Glob(filepath.Join(s.dir[:len(s.dir)-len(filepath.Base(s.dir))], "*", "flows", "x*")); len(found) > 0 {
		t.Errorf("written into the table: %v", found)
	}
	if err := s.Exec(t.Context(), "COPY (SELECT 1) TO 'x.csv'"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a COPY ends with %v", err)
	}
	for _, sql := range []string{"SELECT count(*) > 0 FROM flows", "SELECT count(*) > 0 FROM (DESCRIBE flows)", "FROM (SELECT is_private('10.0.0.1'))", "-- it\n/* reads */ (SELECT true)", "WITH a AS (SELECT true) FROM a", "VALUES (true)",
		"SELECT count(*) = 3 FROM range(3)", "SELECT count(*) > 0 FROM (SUMMARIZE flows)", "SELECT count(*) > 0 FROM duckdb_functions()",
		"SELECT count(*) > 0 FROM information_schema.tables", "SELECT true FROM unnest([1]), json_each('[1]')"} {
		expect(t, s, sql, "true")
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "SELECT count(*) > 0 FROM flows", "true")
}

func TestReadOnlySessionCopiesWhereAllowed(t *testing.T) {
	dir := t.TempDir()
	s := readOnly(t, SessionOptions{CopyDir: dir})
	file := filepath.Join(dir, "it's.parquet")
	n, err := s.CopyParquet(t.Context(), file, "SELECT * FROM range($n)", Arg{"n", 3})
	if err != nil || n != 3 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if err := s.Exec(t.Context(), "SELECT * FROM read_parquet("+QuoteText(file)+")"); err == nil {
		t.Error("a file in the directory can be read")
	}
	for _, sql := range []string{"DROP VIEW flows", "SELECT 1) TO '" + dir + "/other.parquet' --", "SELECT 1\n) TO '" + dir + "/other.parquet'; SELECT (1"} {
		if _, err := s.CopyParquet(t.Context(), file, sql); err == nil {
			t.Errorf("%s is copied", sql)
		}
	}
	s.Close()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if _, err := readOnly(t, SessionOptions{}).CopyParquet(t.Context(), file, "SELECT 1"); err == nil {
		t.Error("copied without a directory for it")
	}
}
