package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/warehouse"
)

// queryCommand answers SQL, and questions that have a name.
type queryCommand struct {
	Query    string   `arg:"" optional:"" name:"query" help:"One SQL statement, as DuckDB understands it, or the name of a saved query. The tables are flows, dns, http, tls and captures; weir fields lists their columns. nexus, cic97, cic2017, cic2018, cicflowmeter and cicflowmeter_py show flows as those tools do."`
	Param    []string `short:"p" sep:"none" placeholder:"NAME=VALUE" help:"A parameter of a saved query; may be given several times."`
	List     bool     `xor:"look" help:"List the saved queries with their parameters."`
	Show     string   `xor:"look" placeholder:"NAME" help:"Print the SQL of a saved query, ready to be changed and run."`
	Queries  string   `placeholder:"DIR" env:"WEIR_QUERIES" help:"A directory with saved queries of your own, one .sql file each."`
	ReadOnly bool     `help:"Let the SQL read the warehouse's tables and nothing else. Saved queries always run so."`
	formatFlags
	momentFlags
	Rows int `default:"40" help:"How many rows a table on the terminal shows; 0 for all."`
}

// Help ends the command's help.
func (queryCommand) Help() string {
	return examples(
		`weir query "SELECT src_ip, sum(total_bytes) AS bytes FROM flows GROUP BY src_ip ORDER BY bytes DESC LIMIT 10"`, "top talkers",
		`weir query "FROM flows WHERE ip_in(src_ip, '10.0.0.0/8') AND dst_port = 22" --format ndjson`, "SSH flows from a network, a JSON object a line",
		"weir query --list", "the saved queries",
		"weir query beacons --param min_score=0.8 --param since=2026-11-01", "one of them, with parameters",
		"weir query --show beacons > mine.sql", "its SQL, to be changed",
		`weir query "$(cat mine.sql)"`, "and asked",
		`weir query "SELECT * FROM cic2018" -o flows.csv`, "flows in the columns of CICFlowMeter",
		`weir query "SELECT * FROM captures" -o captures.xlsx`, "into a file",
	) + "\n\n" + savedHelp + "\n\n" + exitStatuses
}

const savedHelp = `A saved query of your own is a file NAME.sql in the directory of --queries:
  -- name: big_flows
  -- group: mine
  -- doc: Flows above a size.
  -- param: min_bytes integer = 1000000: Smallest size in bytes.
  SELECT * FROM flows WHERE total_bytes >= $min_bytes ORDER BY total_bytes DESC, flow_uid
Types: integer, number, boolean, text, span (30s, 5m, 2h, 7d), time; the
defaults of text and time stand in single quotes.`

// Run answers the statement, or tells about the saved queries.
func (c *queryCommand) Run(a *app) error {
	values, err := c.values()
	if err != nil {
		return err
	}
	library, err := c.library()
	if err != nil {
		return err
	}
	switch {
	case c.List:
		if c.Query != "" {
			return usage("--list takes no query")
		}
		return c.list(a, library)
	case c.Show != "":
		if c.Query != "" {
			return usage("--show NAME takes no query")
		}
		return c.show(a, library, values)
	case strings.TrimSpace(c.Query) == "":
		return usage("say what to ask: SQL, or the name of a saved query (weir query --list)")
	case wordPattern.MatchString(strings.TrimSpace(c.Query)):
		return c.saved(a, library, values)
	case len(values) > 0:
		return usage("--param belongs to saved queries, and this is SQL")
	}
	return c.run(a, output.Query{SQL: c.Query}, c.ReadOnly)
}

// library returns the saved queries that the command has to do with.
func (c *queryCommand) library() (*queries.Library, error) {
	asked := strings.TrimSpace(c.Query)
	switch {
	case c.List || c.Queries != "":
		return queries.OpenLibrary(c.Queries)
	case c.Show != "":
		return queries.OpenNamed(c.Show)
	case wordPattern.MatchString(asked):
		return queries.OpenNamed(asked)
	}
	return &queries.Library{}, nil // SQL is asked
}

// wordPattern matches what can be a name; no SELECT is a single word.
var wordPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// statements are the words that are statements by themselves.
var statements = []string{"begin", "checkpoint", "commit", "rollback", "vacuum", "analyze"}

// saved answers a saved query.
func (c *queryCommand) saved(a *app, library *queries.Library, values map[string]string) error {
	name := strings.TrimSpace(c.Query)
	q, ok := library.Find(name)
	if !ok {
		if slices.Contains(statements, strings.ToLower(name)) && len(values) == 0 {
			return c.run(a, output.Query{SQL: c.Query}, c.ReadOnly)
		}
		return c.unknown(a, library, name)
	}
	args, err := q.Args(values)
	if err != nil {
		return usage("%v", err)
	}
	return c.run(a, output.Query{SQL: q.SQL, Args: args}, true)
}

// unknown says what a word that is no saved query may have been meant as.
func (c *queryCommand) unknown(a *app, library *queries.Library, name string) error {
	for _, t := range a.tables.Tables() {
		if t.Name == strings.ToLower(name) {
			return usage("%s is a table, not a saved query; try: weir query \"FROM %s LIMIT 10\"", name, t.Name)
		}
	}
	message := fmt.Sprintf("no saved query is called %s", name)
	if near := library.Near(name); near != "" {
		message += "; did you mean " + near + "?"
	}
	return usage("%s (weir query --list tells all)", message)
}

// values reads --param.
func (c *queryCommand) values() (map[string]string, error) {
	values := map[string]string{}
	for _, p := range c.Param {
		name, value, ok := strings.Cut(p, "=")
		if name = strings.ReplaceAll(strings.TrimSpace(name), "-", "_"); !ok || name == "" {
			return nil, usage("--param takes NAME=VALUE, not %q", p)
		}
		if _, twice := values[name]; twice {
			return nil, usage("--param %s is given twice", name)
		}
		values[name] = value
	}
	return values, nil
}

func (c *queryCommand) show(a *app, library *queries.Library, values map[string]string) error {
	q, ok := library.Find(c.Show)
	if !ok {
		return c.unknown(a, library, c.Show)
	}
	text, err := q.Show(values)
	if err != nil {
		return usage("%v", err)
	}
	text = strings.TrimRight(text, "\n")
	if a.json {
		return writeJSON(a.out, shownQuery{q, text})
	}
	_, err = fmt.Fprintln(a.out, text)
	return err
}

// shownQuery is a saved query with its SQL, as --json prints it.
type shownQuery struct {
	queries.Saved
	SQL string `json:"sql"`
}

func (c *queryCommand) list(a *app, library *queries.Library) error {
	if len(c.Param) > 0 {
		return usage("--list takes no --param")
	}
	if a.json {
		return writeJSON(a.out, library.Queries)
	}
	return library.WriteText(a.out)
}

// filesAhead is how many files more than there are cores a command opens ahead.
const filesAhead = 2

// run answers a query. A read-only session may write only where its answer
// goes, and that only as Parquet, which DuckDB itself writes.
func (c *queryCommand) run(a *app, q output.Query, readOnly bool) error {
	o := warehouse.SessionOptions{Dialects: dialect.All(), ReadOnly: readOnly, Ahead: filesAhead, First: q.SQL}
	target, err := c.target(a, output.Options{MaxRows: c.Rows})
	if err != nil {
		return err
	}
	if o.Versions, err = c.versions(a); err != nil {
		return err
	}
	if readOnly && target.Format == output.Parquet && target.Path != "-" {
		o.CopyDir = filepath.Dir(target.Path)
	}
	s, err := warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(), o)
	if err != nil {
		return err
	}
	defer a.leave(s)
	_, err = output.Run(a.ctx, s, q, target)
	return err
}

// leave ends a session at the end of a command.
func (a *app) leave(s *warehouse.Session) {
	if a.exits {
		s.Leave()
		return
	}
	s.Close()
}

// open opens a session on the warehouse for a command's own questions.
func (a *app) open() (*warehouse.Session, error) {
	return warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(), warehouse.SessionOptions{Dialects: dialect.All()})
}
