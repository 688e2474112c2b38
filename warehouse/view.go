package warehouse

import (
	"fmt"
	"strings"

	"weir/warehouse/schema"
)

// viewSource names the files of a view.
type viewSource struct {
	files []string
	union bool // read every footer, because columns differ from file to file
	// more are columns of the files besides those of the catalogue; named adds
	// the column filename.
	more  []string
	named bool
}

// viewSQL returns the statement that makes the table's view: the columns of
// the catalogue in order, stored, partition and derived ones. A typed empty
// relation stands before the files, so that columns which no file has are
// null and a table without files has its types; DuckDB drops it when planning,
// and filters reach the row groups.
func viewSQL(t *schema.Table, src viewSource) (string, error) {
	levels, err := derivedLevels(t)
	if err != nil {
		return "", err
	}
	body := storedSQL(t, src)
	for _, level := range levels {
		var b strings.Builder
		b.WriteString("SELECT *")
		for _, c := range level {
			fmt.Fprintf(&b, ", CAST(%s AS %s) AS %s", c.SQL, duckType(c.Type), QuoteName(c.Name))
		}
		body = fmt.Sprintf("%s FROM (%s)", b.String(), body)
	}
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = QuoteName(c.Name)
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT %s FROM (%s)",
		QuoteName(t.Name), strings.Join(names, ", "), body), nil
}

func storedSQL(t *schema.Table, src viewSource) string {
	var typed, names, parts []string
	for _, c := range t.Columns {
		if c.Derived() {
			continue
		}
		typed = append(typed, fmt.Sprintf("CAST(NULL AS %s) AS %s", duckType(c.Type), QuoteName(c.Name)))
		names = append(names, QuoteText(c.Name))
		if c.Partition {
			parts = append(parts, fmt.Sprintf("%s: %s", QuoteName(c.Name), duckType(c.Type)))
		}
	}
	empty := fmt.Sprintf("SELECT %s WHERE false", strings.Join(typed, ", "))
	if len(src.files) == 0 {
		return empty
	}
	files := make([]string, len(src.files))
	for i, f := range src.files {
		files[i] = QuoteText(escapeGlob(f))
	}
	for _, c := range src.more {
		names = append(names, QuoteText(c))
	}
	options := fmt.Sprintf("union_by_name = %t", src.union)
	if src.named {
		names = append(names, "'filename'")
		options += ", filename = true"
	}
	if len(parts) > 0 {
		options += fmt.Sprintf(", hive_partitioning = true, hive_types = {%s}", strings.Join(parts, ", "))
	} else {
		options += ", hive_partitioning = false"
	}
	return fmt.Sprintf("%s UNION ALL BY NAME SELECT COLUMNS(c -> list_contains([%s], c)) FROM read_parquet([%s], %s)",
		empty, strings.Join(names, ", "), strings.Join(files, ", "), options)
}

// escapeGlob makes a path mean itself where DuckDB expects a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

// duckType returns the type of a column of the view. Unsigned integers keep
// the signed type they are stored in: a cast would hide them from row-group
// statistics. So would one of the timestamps, which are instants.
func duckType(t schema.Type) string {
	switch t {
	case schema.Text:
		return "VARCHAR"
	case schema.Bool:
		return "BOOLEAN"
	case schema.UInt8, schema.UInt16:
		return "INTEGER"
	case schema.Double:
		return "DOUBLE"
	case schema.Date:
		return "DATE"
	case schema.Timestamp:
		return "TIMESTAMP WITH TIME ZONE"
	case schema.TextList:
		return "VARCHAR[]"
	case schema.Int64List:
		return "BIGINT[]"
	case schema.UInt16List:
		return "INTEGER[]"
	default:
		return "BIGINT"
	}
}

// derivedLevels orders the derived columns: those of a level refer only to
// stored ones and to levels before it.
func derivedLevels(t *schema.Table) ([][]schema.Column, error) {
	derived := map[string]bool{}
	var left []schema.Column
	for _, c := range t.Columns {
		if c.Derived() {
			derived[c.Name] = true
			left = append(left, c)
		}
	}
	var levels [][]schema.Column
	for len(left) > 0 {
		var level, later []schema.Column
		for _, c := range left {
			if refersTo(c.SQL, derived) {
				later = append(later, c)
			} else {
				level = append(level, c)
			}
		}
		if len(level) == 0 {
			return nil, fmt.Errorf("table %s: derived columns %s refer to each other in a circle", t.Name, columnNames(later))
		}
		for _, c := range level {
			delete(derived, c.Name)
		}
		levels, left = append(levels, level), later
	}
	return levels, nil
}

func columnNames(cols []schema.Column) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// refersTo reports whether an SQL expression mentions one of the names as an
// identifier, outside of string literals.
func refersTo(sql string, names map[string]bool) bool {
	for i := 0; i < len(sql); {
		switch ch := sql[i]; {
		case ch == '\'':
			i++
			for i < len(sql) && sql[i] != '\'' {
				i++
			}
			i++
		case isNameByte(ch):
			start := i
			for i < len(sql) && isNameByte(sql[i]) {
				i++
			}
			if names[strings.ToLower(sql[start:i])] {
				return true
			}
		default:
			i++
		}
	}
	return false
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
