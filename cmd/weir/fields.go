package main

import (
	"slices"
	"strings"

	"weir/extract/dialect"
	"weir/queries/output"
	"weir/warehouse"
	"weir/warehouse/schema"
)

// fieldsCommand lists the columns.
type fieldsCommand struct {
	formatFlags
	Table string `help:"Only the columns of this table."`
}

// Help ends the command's help.
func (fieldsCommand) Help() string {
	return examples(
		"weir fields", "all columns with type, unit and definition, and what other tools call them",
		"weir fields --table flows --format markdown", "for a document",
		"weir fields --format csv", "with a column for each tool's names",
	) + "\n\n" + exitStatuses
}

// Run lists the columns.
func (c *fieldsCommand) Run(a *app) error {
	target, err := c.target(a, output.Options{})
	if err != nil {
		return err
	}
	readable := target.Format == output.Table || target.Format == output.Markdown
	sql := fieldsSQL(a.tables.Tables(), dialect.All(), readable)
	if c.Table != "" {
		known := false
		for _, t := range a.tables.Tables() {
			known = known || t.Name == c.Table
		}
		if !known {
			return usage("no table is called %q", c.Table)
		}
		sql += " WHERE \"table\" = " + quote(c.Table)
	}
	s, err := warehouse.OpenMemory(a.ctx, nil, warehouse.SessionOptions{})
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = output.Run(a.ctx, s, output.Query{SQL: sql}, target)
	return err
}

// fieldsSQL is a query for the catalogue of the tables with the names that the
// dialects have for each column: one column per dialect, or for people to
// read a single one.
func fieldsSQL(tables []*schema.Table, dialects []*schema.Dialect, readable bool) string {
	header := []string{"table", "group", "column", "type", "unit", "kind", "definition"}
	if readable {
		header = append(header, "elsewhere")
	} else {
		for _, d := range dialects {
			header = append(header, d.Name)
		}
	}
	var rows []string
	for _, t := range tables {
		for _, c := range t.Columns {
			kind := "stored"
			if c.Derived() {
				kind = "derived"
			}
			cells := []string{t.Name, c.Group, c.Name, c.Type.String(), c.Unit, kind, c.Doc}
			if readable {
				cells = append(cells, elsewhere(dialects, t.Name, c.Name))
			} else {
				for _, d := range dialects {
					cells = append(cells, strings.Join(spellings(d, t.Name, c.Name), "; "))
				}
			}
			rows = append(rows, "("+quoteCells(cells)+")")
		}
	}
	for i, name := range header {
		header[i] = warehouse.QuoteName(name)
	}
	return "SELECT * FROM (VALUES " + strings.Join(rows, ",\n") + ") AS fields (" + strings.Join(header, ", ") + ")"
}

// quoteCells returns the cells as SQL texts, empty ones as null.
func quoteCells(cells []string) string {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		quoted[i] = "CAST(NULL AS VARCHAR)"
		if cell != "" {
			quoted[i] = quote(cell)
		}
	}
	return strings.Join(quoted, ", ")
}

// spellings returns the names that a dialect has for a column, each once.
func spellings(d *schema.Dialect, table, column string) []string {
	var names []string
	for _, s := range d.Spellings {
		if d.Table == table && len(s.Of) > 0 && s.Of[0] == column && !slices.Contains(names, s.Header) {
			names = append(names, s.Header)
		}
	}
	return names
}

// elsewhere returns all names for a column, each with the dialects that have it.
func elsewhere(dialects []*schema.Dialect, table, column string) string {
	var names []string
	users := map[string][]string{}
	for _, d := range dialects {
		for _, name := range spellings(d, table, column) {
			if users[name] == nil {
				names = append(names, name)
			}
			users[name] = append(users[name], d.Name)
		}
	}
	for i, name := range names {
		names[i] = name + " (" + strings.Join(users[name], ", ") + ")"
	}
	return strings.Join(names, "; ")
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
