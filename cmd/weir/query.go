package main

import (
	"weir/extract/dialect"
	"weir/queries/output"
	"weir/warehouse"
)

// queryCommand answers SQL.
type queryCommand struct {
	SQL string `arg:"" name:"sql" help:"One SQL statement, as DuckDB understands it. The tables are flows and captures; weir fields lists their columns. nexus, cic97, cic2017, cic2018, cicflowmeter and cicflowmeter_py show flows as those tools do."`
	formatFlags
	Rows int `default:"40" help:"How many rows a table on the terminal shows; 0 for all."`
}

// Help ends the command's help.
func (queryCommand) Help() string {
	return examples(
		`weir query "SELECT src_ip, sum(total_bytes) AS bytes FROM flows GROUP BY src_ip ORDER BY bytes DESC LIMIT 10"`, "top talkers",
		`weir query "FROM flows WHERE ip_in(src_ip, '10.0.0.0/8') AND dst_port = 22" --format ndjson`, "SSH flows from a network, a JSON object a line",
		`weir query "SELECT * FROM cic2018" -o flows.csv`, "flows in the columns of CICFlowMeter",
		`weir query "SELECT * FROM captures" -o captures.xlsx`, "into a file",
	) + "\n\n" + exitStatuses
}

// Run answers the statement.
func (c *queryCommand) Run(a *app) error {
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	return c.print(a, s, output.Query{SQL: c.SQL}, output.Options{MaxRows: c.Rows})
}

// open opens a session on the warehouse.
func (a *app) open() (*warehouse.Session, error) {
	return warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(), warehouse.SessionOptions{Dialects: dialect.All()})
}
