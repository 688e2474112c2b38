package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// ErrReadOnly says that a read-only session was asked for something other than
// a SELECT. EXPLAIN is none, because EXPLAIN ANALYZE runs what it explains.
var ErrReadOnly = errors.New("a read-only session answers single SELECT statements only")

// lock takes from DuckDB all files but those of the tables, and from SQL the
// power to change that. What DuckDB would still allow in those directories,
// writing by COPY or ATTACH, the check of the statement forbids.
func (s *Session) lock(ctx context.Context) error {
	if s.options.CopyDir != "" {
		dir, err := os.MkdirTemp(s.options.CopyDir, ".weir-copy-")
		if err != nil {
			return fmt.Errorf("make a directory to copy to: %w", err)
		}
		if s.private, err = filepath.Abs(dir); err != nil {
			return fmt.Errorf("make a directory to copy to: %w", err)
		}
	}
	var dirs []string
	if s.dir != "" {
		for _, t := range s.tables {
			dir := filepath.Join(s.dir, t.Name)
			dirs = append(dirs, QuoteText(dir), QuoteText(escapeGlob(dir)))
		}
	}
	if s.private != "" {
		dirs = append(dirs, QuoteText(s.private))
	}
	for _, sql := range []string{
		"SET GLOBAL allowed_directories = [" + strings.Join(dirs, ", ") + "]",
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL lock_configuration = true",
	} {
		if err := s.run(ctx, sql); err != nil {
			return fmt.Errorf("confine DuckDB to the warehouse: %w", err)
		}
	}
	return nil
}

// readers are the words that statements begin with that may be SELECTs.
const readers = " SELECT WITH FROM VALUES TABLE DESCRIBE DESC SHOW SUMMARIZE PIVOT UNPIVOT "

// startsReading looks at the first word of a statement. It goes before the
// check of the prepared statement's type, because to prepare some statements,
// such as EXPORT, writes already.
func startsReading(sql string) bool {
	word := firstWord(sql)
	return word != "" && strings.Contains(readers, " "+strings.ToUpper(word)+" ")
}

// confined returns an error unless the statement is one that a read-only
// session answers, as far as its text tells.
func (q *question) confined(ctx context.Context, conn duckdb.Connection) error {
	if !startsReading(q.sql) && strings.TrimSpace(q.sql) != "" {
		return ErrReadOnly
	}
	tree, err := q.parse(ctx, conn)
	if err != nil {
		return err
	}
	return readsTables(tree)
}

// firstWord returns the word that a statement begins with, after comments and
// brackets; it is empty if there is none, or if that cannot be said for sure.
func firstWord(sql string) string {
	word, _ := cutWord(sql)
	return word
}

// cutWord returns the first word and what follows it.
func cutWord(sql string) (word, after string) {
	for {
		sql = strings.TrimLeft(sql, " \t\r\n\f\v(")
		end := "\n"
		switch {
		case strings.HasPrefix(sql, "--"):
		case strings.HasPrefix(sql, "/*"):
			end = "*/"
		default:
			n := 0
			for n < len(sql) && isNameByte(sql[n]) {
				n++
			}
			return sql[:n], sql[n:]
		}
		comment, after, found := strings.Cut(sql[2:], end)
		if !found || end == "*/" && strings.Contains(comment, "/*") {
			return "", "" // no end, or one comment in another, of which only DuckDB knows the end
		}
		sql = after
	}
}

// explained returns the statement that an EXPLAIN is about, and any other as
// it is.
func explained(sql string) string {
	word, after := cutWord(sql)
	if !strings.EqualFold(word, "explain") {
		return sql
	}
	switch word, rest := cutWord(after); strings.ToLower(word) {
	case "analyze":
		if strings.HasPrefix(strings.TrimSpace(after), "(") { // an option in brackets
			_, rest, _ = strings.Cut(rest, ")")
		}
		return rest
	case "format":
		_, rest, _ = strings.Cut(rest, ")")
		return rest
	}
	return after
}

// reads returns an error unless sql is one SELECT by itself.
func (s *Session) reads(ctx context.Context, sql string) error {
	conn, release, err := s.acquire()
	if err != nil {
		return err
	}
	defer release()
	q := &question{sql: sql, reads: sql}
	if err := q.confined(ctx, conn); err != nil {
		return err
	}
	st, err := s.prepare(ctx, conn, q)
	if err != nil {
		return err
	}
	defer st.close()
	if duckdb.PreparedStatementType(st.prepared) != duckdb.StatementTypeSelect {
		return ErrReadOnly
	}
	return nil
}

// copyConfined copies into the private directory and renames the result,
// because that directory is the only place DuckDB may write.
func (s *Session) copyConfined(ctx context.Context, path, sql string, args []any) (int64, error) {
	if err := s.reads(ctx, sql); err != nil {
		return 0, err
	}
	if s.private == "" {
		return 0, errors.New("a read-only session without a directory to copy to writes no files")
	}
	file := filepath.Join(s.private, "rows.parquet")
	n, err := s.copyTo(ctx, file, sql, args)
	if err != nil {
		return 0, err
	}
	if err := os.Rename(file, path); err != nil {
		return 0, fmt.Errorf("place the Parquet file: %w", err)
	}
	return n, nil
}
