package warehouse

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestGroupsAreWhole holds DuckDB to groups that are not split: before 1.4.4 a
// thread that read values without a dictionary in one file and with one in the
// next gave some of the latter a group of their own.
func TestGroupsAreWhole(t *testing.T) {
	dir := t.TempDir()
	maker, err := OpenMemory(t.Context(), nil, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer maker.Close()
	rows := []int{1, 1072, 410, 700}
	for i, n := range rows {
		dictionary := "DICTIONARY_SIZE_LIMIT 0"
		if n > 1 {
			dictionary = "DICTIONARY_SIZE_LIMIT 100"
		}
		sql := fmt.Sprintf(`COPY (SELECT CASE WHEN i %% 2 = 0 THEN ['A', 'AAAA', 'PTR', 'TXT'][i // 2 %% 4 + 1] END AS qtype
			FROM range(%d) AS t(i)) TO '%s' (FORMAT parquet, %s)`, n, filepath.Join(dir, fmt.Sprintf("%d.parquet", i)), dictionary)
		if err := maker.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	sql := fmt.Sprintf(`SELECT count(*), count(DISTINCT type), CAST(sum(n) AS BIGINT)
		FROM (SELECT coalesce(qtype, 'none') AS type, count(*) AS n FROM read_parquet('%s/*.parquet') GROUP BY ALL)`, dir)
	for range 25 {
		s, err := OpenMemory(t.Context(), nil, SessionOptions{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		got := answer(t, s, sql)
		s.Close()
		if got != "5|5|2183" {
			t.Fatalf("groups, distinct groups, rows: %s, want 5|5|2183", got)
		}
	}
}
