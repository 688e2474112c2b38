package warehouse

import (
	"fmt"
	"strings"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// viewSource names the files of a view.
type viewSource struct {
	files []string
	adds  []delta.Add // what the log says of them, if they are a table's
	union bool        // read every footer, because columns differ from file to file
	// has are the columns of the first file, which those of the others are, if
	// known.
	has map[string]bool
	// more are columns of the files besides those of the catalogue; named adds
	// the column filename.
	more  []string
	named bool
	// variable, if not empty, has the list of the files when the view is asked.
	variable string
}

// viewSQL returns the statement that makes the table's view: the columns of
// the catalogue in order, stored, partition and derived ones.
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
		wholeName(t.Name), strings.Join(names, ", "), body), nil
}

// storedSQL returns a SELECT of the stored columns and those of the partitions.
// Columns that no file has are null.
func storedSQL(t *schema.Table, src viewSource) string {
	if len(src.files) == 0 {
		return emptySQL(t)
	}
	if src.has != nil && !src.union {
		return namedSQL(t, src)
	}
	// A typed empty relation stands before the files; DuckDB drops it when
	// planning, and filters reach the row groups.
	var names []string
	for _, c := range t.Columns {
		if !c.Derived() {
			names = append(names, QuoteText(c.Name))
		}
	}
	for _, c := range src.more {
		names = append(names, QuoteText(c))
	}
	if src.named {
		names = append(names, "'filename'")
	}
	return fmt.Sprintf("%s UNION ALL BY NAME SELECT COLUMNS(c -> list_contains([%s], c)) FROM %s",
		emptySQL(t), strings.Join(names, ", "), readSQL(t, src))
}

// emptySQL returns a SELECT of no rows that has the types of the columns.
func emptySQL(t *schema.Table) string {
	var typed []string
	for _, c := range t.Columns {
		if !c.Derived() {
			typed = append(typed, fmt.Sprintf("CAST(NULL AS %s) AS %s", duckType(c.Type), QuoteName(c.Name)))
		}
	}
	return fmt.Sprintf("SELECT %s WHERE false", strings.Join(typed, ", "))
}

// namedSQL is storedSQL where the columns of the files are known: DuckDB binds
// it in half the time. Casts to the type that a column has are none.
func namedSQL(t *schema.Table, src viewSource) string {
	var columns []string
	for _, c := range t.Columns {
		value := QuoteName(c.Name)
		if c.Derived() {
			continue
		}
		if !c.Partition && !src.has[c.Name] {
			value = "NULL"
		}
		columns = append(columns, fmt.Sprintf("CAST(%s AS %s) AS %s", value, duckType(c.Type), QuoteName(c.Name)))
	}
	return fmt.Sprintf("SELECT %s FROM %s", strings.Join(columns, ", "), readSQL(t, src))
}

// readSQL returns the call that reads the files.
func readSQL(t *schema.Table, src viewSource) string {
	files := filesSQL(src.files)
	if src.variable != "" {
		files = "getvariable(" + QuoteText(src.variable) + ")"
	}
	options := fmt.Sprintf("union_by_name = %t", src.union)
	if src.named {
		options += ", filename = true"
	}
	var parts []string
	for _, c := range t.Columns {
		if c.Partition {
			parts = append(parts, fmt.Sprintf("%s: %s", QuoteName(c.Name), duckType(c.Type)))
		}
	}
	if len(parts) > 0 {
		options += fmt.Sprintf(", hive_partitioning = true, hive_types = {%s}", strings.Join(parts, ", "))
	} else {
		options += ", hive_partitioning = false"
	}
	return fmt.Sprintf("read_parquet(%s, %s)", files, options)
}

// filesSQL returns the list of files as SQL.
func filesSQL(files []string) string {
	var b strings.Builder
	for i, f := range files {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(QuoteText(escapeGlob(f)))
	}
	return "[" + b.String() + "]"
}

// setFiles returns the statement that puts a list of files into a variable.
func setFiles(variable string, files []string) string {
	return fmt.Sprintf("SET VARIABLE %s = %s", QuoteName(variable), filesSQL(files))
}

// wholeName returns the name of a view as it is from within any schema: that
// of a database in memory.
func wholeName(view string) string { return "memory.main." + QuoteName(view) }

// escapeGlob makes a path mean itself where DuckDB expects a pattern.
func escapeGlob(path string) string {
	if !strings.ContainsAny(path, "*?[") {
		return path
	}
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
	found := false
	eachName(sql, func(name string, _ byte) { found = found || names[name] })
	return found
}

// eachName visits the names, keywords and numbers of SQL outside of string
// literals, in small letters, each with the byte that it stands after, blanks left out.
func eachName(sql string, visit func(name string, after byte)) {
	after := byte(0)
	for i := 0; i < len(sql); {
		start := i
		switch ch := sql[i]; {
		case ch == '\'':
			i++
			for i < len(sql) && sql[i] != '\'' {
				i++
			}
			i++
		case isNameByte(ch):
			for i < len(sql) && isNameByte(sql[i]) {
				i++
			}
			visit(strings.ToLower(sql[start:i]), after)
		default:
			i++
		}
		if ch := sql[start]; ch > ' ' {
			after = ch
		}
	}
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
