package warehouse

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// stats returns what a writer says of a data file in the log.
func (s *store) stats(a delta.Add) delta.Stats {
	s.t.Helper()
	file := "read_parquet(" + QuoteText(escapeGlob(filepath.Join(s.dir, "flows", a.Path))) + ", hive_partitioning = false)"
	st := delta.Stats{NumRecords: -1, Min: map[string]any{}, Max: map[string]any{}, NullCount: map[string]int64{}}
	for _, c := range flowsTable().Columns {
		if !c.Stats {
			continue
		}
		rows, err := s.db.Query(s.t.Context(), fmt.Sprintf("SELECT min(%[1]s), max(%[1]s), count(*), count(*) - count(%[1]s) FROM %[2]s", c.Name, file))
		if err != nil {
			s.t.Fatal(err)
		}
		rows.Next()
		for i, bounds := range []map[string]any{st.Min, st.Max} {
			switch v := &rows.Chunk().Vectors[i]; {
			case v.Null(0):
			case c.Type == schema.Text:
				bounds[c.Name] = string(v.Text(0))
			default:
				bounds[c.Name] = v.Int64[0]
			}
		}
		st.NumRecords, st.NullCount[c.Name] = rows.Chunk().Vectors[2].Int64[0], rows.Chunk().Vectors[3].Int64[0]
		rows.Close()
	}
	return st
}

// many returns a warehouse of 40 files of 50 rows. Of file k ports are 100 k to 100 k + 49,
// the hours k to k + 1; every fifth has only nulls for ports, every seventh no
// statistics, and every eleventh long texts for addresses.
func many(t *testing.T) (*store, *Session) {
	t.Helper()
	s := newStore(t)
	log := s.log(firstColumns...)
	var c delta.Commit
	for k := range 40 {
		port, ip := "i + 100 * k", "'10.0.' || k || '.' || i"
		if k%5 == 4 {
			port = "CAST(NULL AS INTEGER)"
		}
		if k%11 == 10 {
			ip = "repeat('f', 40) || k || '.' || i"
		}
		sql := fmt.Sprintf(`SELECT CASE WHEN i %% 10 < 9 THEN %s END AS src_ip, CAST(%s AS INTEGER) AS src_port, TIMESTAMPTZ '2026-11-22 00:00:00+00' + to_hours(k) + to_minutes(i) AS start_time,
			i::BIGINT AS fwd_packets, k::BIGINT AS bwd_packets FROM range(50) a(i), (SELECT %d) b(k)`, ip, port, k)
		a := s.file(fmt.Sprintf("2026-11-%d", 22+k/24), "tcp", fmt.Sprintf("f%02d", k), sql)
		if k%7 != 6 {
			a.Stats = s.stats(a)
		} else {
			a.Stats = delta.Stats{NumRecords: -1}
		}
		c.Adds = append(c.Adds, a)
	}
	s.commit(log, c)
	return s, s.open()
}

var filesRead = regexp.MustCompile(`Total Files Read: (\d+)`)

// TestStatisticsPruneFiles holds to the plan how many of the 40 files are opened. The first is
// always among them, and the five without statistics (6, 13, 20, 27, 34).
func TestStatisticsPruneFiles(t *testing.T) {
	house, s := many(t)
	for where, want := range map[string]string{
		"src_port = 1234":                         "7", // 12
		"src_port BETWEEN 1210 AND 1520":          "8", // 12 and 15; 14 has nulls, and 13 counts already
		"src_ip = '10.0.12.7'":                    "7",
		"src_ip LIKE '10.0.12.%'":                 "7",
		"src_ip = '10.0.12.7' OR src_port = 1500": "8",
		"start_time >= '2026-11-22 12:10:00' AND start_time < '2026-11-22 12:20:00'": "7",
	} {
		p := plan(t, s, "SELECT sum(fwd_packets) FROM flows WHERE "+where)
		if m := filesRead.FindStringSubmatch(p); m == nil || m[1] != want {
			t.Errorf("%s opens %v files, want %s: %s", where, m, want, p)
		}
	}
	// Files that are ruled out are not touched, whatever they are; date and protocol need not be told.
	for k := range 40 {
		if k == 12 || k == 0 || k%7 == 6 {
			continue
		}
		path := filepath.Join(house.dir, "flows", fmt.Sprintf("date=2026-11-%d/protocol=tcp/f%02d.parquet", 22+k/24, k))
		if err := os.WriteFile(path, []byte("no Parquet"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, s, "SELECT count(*), sum(fwd_packets) FROM flows WHERE src_port = 1234", "1|34")
	expect(t, s, "SELECT count(*), sum(fwd_packets) FROM flows WHERE src_port = $1 AND start_time < $2::TIMESTAMPTZ", "1|34", 1234, "2027-01-01")
	expect(t, s, "SELECT src_port FROM flows WHERE src_port > 1247 AND src_port < 1250 ORDER BY start_time LIMIT 10", "1248\n1249")
	if n, err := s.CopyParquet(t.Context(), filepath.Join(t.TempDir(), "x.parquet"), "FROM flows WHERE src_port = 1234"); n != 1 || err != nil {
		t.Errorf("copied %d rows: %v", n, err)
	}
	if err := s.Exec(t.Context(), "SELECT sum(fwd_packets) FROM flows"); err == nil {
		t.Error("a statement without a condition reads files that are none")
	}
}

// unpruned opens the same warehouse as a session that looks for no conditions.
func (s *store) unpruned() *Session {
	session := s.open()
	session.views.altered = true
	return session
}

// TestPrunedAnswersAreTheSame asks statements at random of a session that leaves files out and of
// one that does not.
func TestPrunedAnswersAreTheSame(t *testing.T) {
	house, s := many(t)
	plain := house.unpruned()
	r := rand.New(rand.NewPCG(7, 11))
	pruned, statements := 0, 200
	if testing.Short() {
		statements = 50
	}
	for range statements {
		sql := randomStatement(r)
		got, want := answer(t, s, sql), answer(t, plain, sql)
		if got != want {
			t.Fatalf("%s\n got: %s\nwant: %s", sql, got, want)
		}
		for _, set := range s.views.told[s.conn.Ptr] {
			if strings.Count(set, ".parquet") < 40 {
				pruned++
			}
		}
	}
	if pruned < statements/8 || pruned == statements {
		t.Errorf("files were left out for %d of %d statements", pruned, statements)
	}
}

// randomCondition makes a condition on the columns, which q names; depth bounds its parts.
func randomCondition(r *rand.Rand, q string, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	if depth > 0 && r.IntN(3) > 0 {
		both := fmt.Sprintf("(%s %s %s)", randomCondition(r, q, depth-1), pick("AND", "AND", "OR"), randomCondition(r, q, depth-1))
		return pick("", "", "", "NOT ") + both
	}
	port := func() string { return fmt.Sprint(r.IntN(4200) - 50) }
	ip := func() string {
		return QuoteText(pick(fmt.Sprintf("10.0.%d.%d", r.IntN(42), r.IntN(50)), "10.0.3", strings.Repeat("f", 36+r.IntN(8))+"21.3", "a", ""))
	}
	at := func() string {
		return pick("", "TIMESTAMPTZ ", "TIMESTAMP ") + fmt.Sprintf("'2026-11-%d %02d:%02d:00'", 21+r.IntN(4), r.IntN(24), r.IntN(60))
	}
	op := pick("=", "<", "<=", ">", ">=", "<>", "IS DISTINCT FROM")
	switch r.IntN(10) {
	case 0, 1:
		return fmt.Sprintf("%ssrc_port %s %s", q, op, port())
	case 2:
		return fmt.Sprintf("%s %s %ssrc_ip", ip(), op, q)
	case 3, 4:
		return fmt.Sprintf("%sstart_time %s %s", q, op, at())
	case 5:
		return fmt.Sprintf("%ssrc_port %sIN (%s, %s, %s)", q, pick("", "NOT "), port(), port(), pick(port(), "NULL"))
	case 6:
		return fmt.Sprintf("%sstart_time BETWEEN %s AND %s", q, at(), at())
	case 7:
		return fmt.Sprintf("%s%s IS %sNULL", q, pick("src_ip", "src_port", "start_time"), pick("", "NOT "))
	case 8:
		return fmt.Sprintf("%ssrc_ip %sLIKE %s || '%%'", q, pick("", "NOT "), ip())
	default:
		return fmt.Sprintf("%s%s", q, pick("fwd_packets % 7 = 3", "bwd_packets < 20", "ratio > 1", "src_ip LIKE '10.0.1%'", "src_port % 2 = 0"))
	}
}

// randomStatement has conditions in places of all kinds.
func randomStatement(r *rand.Rand) string {
	where := func(q string) string { return "WHERE " + randomCondition(r, q, 2) }
	const sums = "count(*), sum(fwd_packets), sum(bwd_packets * 100 + fwd_packets), min(src_ip), max(src_port), min(start_time)"
	const both = "count(*), sum(a.fwd_packets), sum(b.fwd_packets), count(a.src_ip), count(b.src_ip)"
	few := "SELECT * FROM flows WHERE fwd_packets < 3"
	switch r.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprintf("SELECT %s FROM flows %s", sums, where(""))
	case 3:
		return fmt.Sprintf("SELECT src_ip, src_port FROM flows f %s ORDER BY start_time, src_ip, bwd_packets LIMIT 5", where("f."))
	case 4:
		return fmt.Sprintf("SELECT %s FROM (SELECT * FROM flows %s) %s", sums, where(""), where(""))
	case 5:
		return fmt.Sprintf("SELECT (SELECT count(*) FROM flows), %s FROM flows %s", sums, where(""))
	case 6:
		return fmt.Sprintf("WITH f AS (SELECT * FROM flows %s), g AS (SELECT * FROM flows %s) SELECT %s FROM f FULL JOIN g ON f.src_port = g.src_port",
			where(""), where(""), "count(*), sum(f.fwd_packets), sum(g.fwd_packets), count(f.src_ip)")
	case 7:
		return fmt.Sprintf("SELECT %s FROM flows a JOIN flows b ON a.src_port = b.src_port %s AND %s", both, where("a."), randomCondition(r, "b.", 1))
	case 8:
		return fmt.Sprintf("SELECT %s FROM (%s) a %s JOIN flows b ON a.fwd_packets = b.fwd_packets %s", both, few, []string{"LEFT", "RIGHT", "FULL", "INNER"}[r.IntN(4)], where([]string{"a.", "b."}[r.IntN(2)]))
	case 9:
		return fmt.Sprintf("SELECT %s FROM flows %s AND src_port %s (SELECT src_port FROM flows %s AND src_port IS NOT NULL)", sums, where(""), []string{"IN", "NOT IN"}[r.IntN(2)], where(""))
	case 10:
		return fmt.Sprintf("SELECT protocol, count(*), count(*) FILTER (%s) FROM flows %s GROUP BY ALL HAVING count(*) > 2 ORDER BY ALL", where(""), where(""))
	default:
		return fmt.Sprintf("SELECT count(*), sum(n) FROM (SELECT fwd_packets AS n FROM flows %s UNION ALL SELECT bwd_packets FROM flows %s)", where(""), where(""))
	}
}

// TestStatementsAfterAPrunedOne has the next statement, another connection and what the user made
// see all files again.
func TestStatementsAfterAPrunedOne(t *testing.T) {
	house, s := many(t)
	few := func() { expect(t, s, "SELECT count(*) FROM flows WHERE src_port = 1234", "1") }
	few()
	expect(t, s, "SELECT count(*) FROM flows", "2000")
	few()
	expect(t, s, "SELECT count(*) FROM query('FROM flows')", "2000")
	rows, err := s.Query(t.Context(), "SELECT src_port FROM flows WHERE src_port BETWEEN 1200 AND 1310")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, s, "SELECT count(*) FROM flows", "2000")
	few()
	n := 0
	for rows.Next() {
		n += rows.Chunk().Rows
	}
	if rows.Close(); n != 61 {
		t.Errorf("%d rows of an answer that was read meanwhile, want 61", n)
	}
	few()
	for _, sql := range []string{"PREPARE p AS SELECT count(*) FROM flows", "CREATE VIEW own AS FROM flows", "CREATE MACRO total() AS (SELECT count(*) FROM flows)"} {
		few()
		if err := s.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	few()
	expect(t, s, "EXECUTE p", "2000")
	expect(t, s, "SELECT count(*) FROM own", "2000")
	expect(t, s, "SELECT total() FROM flows WHERE src_port = 1234", "2000")

	// A view of the user's that hides the table, in which 1134 is the port.
	for _, explain := range []string{"", "EXPLAIN ANALYZE "} {
		s = house.open()
		few()
		if err := s.Exec(t.Context(), explain+"CREATE TEMP VIEW flows AS SELECT src_port + 100 AS src_port FROM memory.main.flows"); err != nil {
			t.Fatal(err)
		}
		few()
	}
}

// TestPrunedFilesVanish compacts the files between two statements.
func TestPrunedFilesVanish(t *testing.T) {
	house, s := many(t)
	log := delta.Open(filepath.Join(house.dir, "flows"))
	c := delta.Commit{Adds: []delta.Add{house.file("2026-11-22", "tcp", "all", fmt.Sprintf(someRows, 2000))}}
	for _, f := range snapshotOf(t, s, "flows").Files {
		c.Removes = append(c.Removes, delta.Remove{Path: f.Path})
		if err := os.Remove(filepath.Join(house.dir, "flows", f.Path)); err != nil {
			t.Fatal(err)
		}
	}
	house.commit(log, c)
	expect(t, s, "SELECT count(*), min(fwd_packets) FROM flows WHERE src_port = 1234", "1|1234")
}

// TestReadOnlySessionsPrune asks as saved queries do.
func TestReadOnlySessionsPrune(t *testing.T) {
	house, _ := many(t)
	s, err := OpenSession(t.Context(), house.dir, []*schema.Table{flowsTable()}, SessionOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	expect(t, s, "SELECT count(*) FROM flows WHERE src_port = CAST($port AS BIGINT)", "1", Arg{"port", 1234})
	set := s.views.told[s.conn.Ptr]["flows"]
	if n := strings.Count(set, ".parquet"); n != 7 {
		t.Errorf("%d files are named, want 7", n)
	}
	expect(t, s, "SELECT count(*) FROM flows", "2000")
}
