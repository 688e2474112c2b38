package main

import (
	"strings"

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
		"weir fields", "all columns with type, unit and definition",
		"weir fields --table flows --format markdown", "for a document",
	) + "\n\n" + exitStatuses
}

// Run lists the columns.
func (c *fieldsCommand) Run(a *app) error {
	sql := fieldsSQL(a.tables.Tables())
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
	return c.print(a, s, output.Query{SQL: sql}, output.Options{})
}

// fieldsSQL is a query for the catalogue of the tables.
func fieldsSQL(tables []*schema.Table) string {
	var rows []string
	for _, t := range tables {
		for _, c := range t.Columns {
			kind := "stored"
			if c.Derived() {
				kind = "derived"
			}
			cells := []string{t.Name, c.Group, c.Name, c.Type.String(), c.Unit, kind, c.Doc}
			for i := range cells {
				if cells[i] == "" {
					cells[i] = "NULL"
					continue
				}
				cells[i] = quote(cells[i])
			}
			rows = append(rows, "("+strings.Join(cells, ", ")+")")
		}
	}
	return "SELECT * FROM (VALUES " + strings.Join(rows, ",\n") +
		`) AS fields ("table", "group", "column", "type", "unit", "kind", "definition")`
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
