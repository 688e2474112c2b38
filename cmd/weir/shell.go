package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"weir/extract/dialect"
	"weir/queries"
	"weir/queries/output"
	"weir/queries/shell"
	"weir/warehouse"
)

// shellCommand is the interactive shell.
type shellCommand struct {
	Command  []string `short:"c" sep:"none" placeholder:"SQL" help:"Answer these statements, separated by semicolons, or this dot-command, and leave; may be given several times."`
	Bail     bool     `default:"true" negatable:"" help:"With --command and piped input, stop at the first error (default; --no-bail goes on)."`
	Format   string   `enum:",table,csv,tsv,json,ndjson,markdown" placeholder:"NAME" default:"" help:"table, csv, tsv, json, ndjson or markdown. Default: table on a terminal, csv elsewhere."`
	Rows     int      `default:"40" help:"How many rows a table shows; 0 for all."`
	Queries  string   `placeholder:"DIR" env:"WEIR_QUERIES" help:"A directory with saved queries of your own, one .sql file each."`
	ReadOnly bool     `help:"Let the SQL read the warehouse's tables and nothing else."`
	momentFlags
	History string `placeholder:"FILE" env:"WEIR_HISTORY" help:"Where what is typed is kept (default $XDG_STATE_HOME/weir/history, or below ~/.local/state); none keeps nothing."`
}

// Help ends the command's help.
func (shellCommand) Help() string {
	return examples(
		"weir shell", "a prompt; .help tells what it knows, Tab completes",
		`weir shell -c "FROM flows LIMIT 5" -c ".run beacons min_score=0.8"`, "statements and a saved query",
		"weir shell --format csv < statements.sql > answers.csv", "a file of statements, stopping at the first error",
		`weir shell -c ".output talkers.xlsx" -c ".run top_talkers"`, "an answer into a file",
	) + "\n\n" + exitStatuses
}

// Run opens the warehouse and answers what is typed, piped in or given.
func (c *shellCommand) Run(a *app) error {
	if c.Rows < 0 {
		return usage("--rows must be at least 1, or 0 for all rows, not %d", c.Rows)
	}
	library, err := queries.OpenLibrary(c.Queries)
	if err != nil {
		return err
	}
	o := warehouse.SessionOptions{Dialects: dialect.All(), ReadOnly: c.ReadOnly, KeepFooters: true}
	var meter *shell.Meter
	if a.live {
		meter = shell.NewMeter(a.err)
		o.Progress = meter.Show
	}
	if o.Versions, err = c.versions(a); err != nil {
		return err
	}
	s, err := warehouse.OpenSession(a.ctx, a.warehouse, a.tables.Tables(), o)
	if err != nil {
		return err
	}
	defer s.Close()
	config := shell.Config{
		Session: s, Library: shellLibrary{library}, Out: a.out, Err: a.err, Format: c.format(a),
		MaxRows: c.Rows, Width: a.columns, Color: a.color, Meter: meter,
	}
	interactive := a.terminal != nil && len(c.Command) == 0
	if interactive {
		return c.converse(a, config)
	}
	return c.obey(a, shell.New(config))
}

// format returns the format that the flags choose.
func (c *shellCommand) format(a *app) output.Format {
	switch {
	case c.Format != "":
		return output.Format(c.Format)
	case a.json:
		return output.JSON
	case a.width > 0:
		return output.Table
	default:
		return output.CSV
	}
}

// obey answers what was given with -c, or else standard input.
func (c *shellCommand) obey(a *app, s *shell.Shell) error {
	var in shell.Input = shell.NewScript(a.in)
	if len(c.Command) > 0 {
		in = &given{c.Command}
	}
	err := s.Run(a.ctx, in, c.Bail)
	if errors.Is(err, shell.ErrFailed) {
		return &status{exitFailed, errors.New("")} // it is printed already
	}
	return err
}

// given is the Input of -c: each argument is a piece.
type given struct{ pieces []string }

// Read returns the next argument.
func (g *given) Read() (string, error) {
	if len(g.pieces) == 0 {
		return "", io.EOF
	}
	piece := g.pieces[0]
	g.pieces = g.pieces[1:]
	return piece, nil
}

// converse reads from the terminal until its end. Interrupts stop the
// statement that runs, never the shell; a signal to terminate ends both.
func (c *shellCommand) converse(a *app, config shell.Config) error {
	history, err := shell.OpenHistory(c.historyFile(a))
	if err != nil {
		a.say("weir: %v", err) // it is no reason not to work
	}
	ctx, stop := signal.NotifyContext(context.WithoutCancel(a.ctx), syscall.SIGTERM)
	defer stop()
	config.Interruptible = func(ctx context.Context) (context.Context, context.CancelFunc) {
		return signal.NotifyContext(ctx, a.interrupts...)
	}
	s := shell.New(config)
	a.say("weir %s, warehouse %s: .help tells what there is", a.version, a.warehouse)
	in, restore := a.terminal(ctx, s, history)
	defer restore()
	err = s.Run(ctx, in, false)
	if errors.Is(err, shell.ErrFailed) {
		return nil
	}
	if ctx.Err() != nil {
		return &status{exitInterrupted, errors.New("")}
	}
	return err
}

// historyFile returns where the history is kept, or nothing.
func (c *shellCommand) historyFile(a *app) string {
	switch c.History {
	case "":
		return a.typed
	case "none":
		return ""
	default:
		return c.History
	}
}

// shellLibrary shows the shell the saved queries.
type shellLibrary struct{ *queries.Library }

// Names returns the names of all queries.
func (l shellLibrary) Names() []string {
	var names []string
	for _, q := range l.Library.Queries {
		names = append(names, q.Name)
	}
	return names
}

// Parameters returns the names of a query's parameters.
func (l shellLibrary) Parameters(name string) []string {
	var names []string
	if q, ok := l.Find(name); ok {
		for _, p := range q.Parameters {
			names = append(names, p.Name)
		}
	}
	return names
}

// Query returns a query with its parameters set.
func (l shellLibrary) Query(name string, values map[string]string) (output.Query, error) {
	q, err := l.find(name)
	if err != nil {
		return output.Query{}, err
	}
	args, err := q.Args(values)
	return output.Query{SQL: q.SQL, Args: args}, err
}

// Show returns a query's SQL.
func (l shellLibrary) Show(name string) (string, error) {
	q, err := l.find(name)
	if err != nil {
		return "", err
	}
	return q.Show(nil)
}

func (l shellLibrary) find(name string) (queries.Saved, error) {
	q, ok := l.Find(name)
	if ok {
		return q, nil
	}
	message := "no saved query is called " + name
	if near := l.Near(strings.TrimPrefix(name, ".")); near != "" {
		message += "; did you mean " + near + "?"
	}
	return q, fmt.Errorf("%s (.queries tells all)", message)
}
