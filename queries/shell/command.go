package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"weir/queries/output"
)

// command is a dot-command.
type command struct {
	name string
	args string // as help shows them
	doc  string
	run  func(s *Shell, ctx context.Context, args []string) error
}

func commands() []command {
	return []command{
		{".help", "", "this list", (*Shell).help},
		{".tables", "", "the tables and views", (*Shell).tables},
		{".columns", "[TABLE]", "the columns of a table, or of all", (*Shell).columns},
		{".queries", "", "the saved queries with their parameters", (*Shell).queries},
		{".run", "NAME [PARAMETER=VALUE...]", "answer a saved query", (*Shell).saved},
		{".show", "NAME", "the SQL of a saved query", (*Shell).show},
		{".mode", "[FORMAT]", "how answers are written: " + strings.Join(formats(), ", "), (*Shell).mode},
		{".maxrows", "[N]", "how many rows a table shows; 0 for all", (*Shell).maxRows},
		{".output", "[--force] [FILE]", "write answers to a file, its extension telling the format; back to the screen without one", (*Shell).output},
		{".timer", "on|off", "tell how long statements take", (*Shell).setTimer},
		{".quit", "", "leave; so does Ctrl-D, and .exit", (*Shell).leave},
		{".exit", "", "leave", (*Shell).leave},
	}
}

func formats() []string {
	var names []string
	for _, f := range output.Formats() {
		names = append(names, string(f))
	}
	return names
}

// command runs a dot-command. What it queries can be interrupted.
func (s *Shell) command(ctx context.Context, line string) error {
	words, err := fields(line)
	if err != nil {
		return err
	}
	all := commands()
	var meant []command
	for _, c := range all {
		if c.name == words[0] {
			meant = []command{c}
			break
		}
		if strings.HasPrefix(c.name, words[0]) {
			meant = append(meant, c)
		}
	}
	switch len(meant) {
	case 1:
		return meant[0].run(s, ctx, words[1:])
	case 0:
		return fmt.Errorf("there is no command %s; .help lists them", words[0])
	default:
		var names []string
		for _, c := range meant {
			names = append(names, c.name)
		}
		return fmt.Errorf("%s may be %s", words[0], strings.Join(names, ", "))
	}
}

// fields splits a dot-command into its words. Quotes keep blanks within a word.
func fields(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	in := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, in = r, true
		case quote == 0 && strings.ContainsRune(" \t\r\n", r):
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteRune(r)
			in = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c is not closed", quote)
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}

// takes checks the number of arguments.
func takes(args []string, least, most int, usage string) error {
	if len(args) < least || len(args) > most {
		return errors.New("usage: " + usage)
	}
	return nil
}

func (s *Shell) help(_ context.Context, _ []string) error {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "%-32s %s\n", strings.TrimSpace(c.name+" "+c.args), c.doc)
	}
	b.WriteString("\nAnything else is SQL as DuckDB understands it; a semicolon ends a statement.\n" +
		"Tab completes, Ctrl-R searches what was typed before, Ctrl-C interrupts.\n")
	_, err := fmt.Fprint(s.Out, b.String())
	return err
}

func (s *Shell) tables(ctx context.Context, args []string) error {
	if err := takes(args, 0, 0, ".tables"); err != nil {
		return err
	}
	return s.answer(ctx, output.Query{SQL: `SELECT table_name AS name, CASE WHEN any_value(is_view) THEN 'view' ELSE 'table' END AS kind, count(*) AS columns
FROM (SELECT c.table_name, t.table_name IS NULL AS is_view
	FROM duckdb_columns() c LEFT JOIN duckdb_tables() t ON c.table_oid = t.table_oid AND c.schema_oid = t.schema_oid
	WHERE NOT c.internal)
GROUP BY table_name ORDER BY table_name`})
}

func (s *Shell) columns(ctx context.Context, args []string) error {
	if err := takes(args, 0, 1, ".columns [TABLE]"); err != nil {
		return err
	}
	if len(args) == 0 {
		return s.answer(ctx, output.Query{SQL: `SELECT table_name AS "table", column_name AS name, lower(data_type) AS type
FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index`})
	}
	words, err := s.suggestions(ctx)
	if err != nil {
		return err
	}
	if len(words.columns[strings.ToLower(args[0])]) == 0 {
		return fmt.Errorf("there is no table %s; .tables lists them", args[0])
	}
	return s.answer(ctx, output.Query{SQL: `SELECT column_name AS name, lower(data_type) AS type
FROM duckdb_columns() WHERE NOT internal AND lower(table_name) = lower(?) ORDER BY column_index`, Args: []any{args[0]}})
}

func (s *Shell) queries(_ context.Context, args []string) error {
	if err := takes(args, 0, 0, ".queries"); err != nil {
		return err
	}
	return s.Library.WriteText(s.Out)
}

func (s *Shell) saved(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("usage: .run NAME [PARAMETER=VALUE...]; .queries lists them")
	}
	values := map[string]string{}
	for _, arg := range args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return fmt.Errorf("parameters are written NAME=VALUE, not %q", arg)
		}
		values[strings.ReplaceAll(name, "-", "_")] = value
	}
	q, err := s.Library.Query(args[0], values)
	if err != nil {
		return err
	}
	return s.answer(ctx, q)
}

func (s *Shell) show(_ context.Context, args []string) error {
	if err := takes(args, 1, 1, ".show NAME"); err != nil {
		return err
	}
	sql, err := s.Library.Show(args[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, strings.TrimRight(sql, "\n"))
	return err
}

func (s *Shell) mode(_ context.Context, args []string) error {
	if err := takes(args, 0, 1, ".mode [FORMAT]"); err != nil {
		return err
	}
	if len(args) == 0 {
		_, err := fmt.Fprintln(s.Out, s.Format)
		return err
	}
	format, err := output.ParseFormat(args[0])
	if err != nil {
		return err
	}
	if format.Binary() {
		return fmt.Errorf("%s is not for the screen: .output FILE%s writes it", format, format.Extension())
	}
	s.Format = format
	return nil
}

func (s *Shell) maxRows(_ context.Context, args []string) error {
	if err := takes(args, 0, 1, ".maxrows [N]"); err != nil {
		return err
	}
	if len(args) == 0 {
		_, err := fmt.Fprintln(s.Out, s.MaxRows)
		return err
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 {
		return fmt.Errorf("a number of rows such as 40, or 0 for all, not %q", args[0])
	}
	s.MaxRows = n
	return nil
}

// output turns answers to a file. Without an extension that tells a format it
// is that of .mode.
func (s *Shell) output(_ context.Context, args []string) error {
	force := slices.Contains(args, "--force")
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--force" })
	if err := takes(args, 0, 1, ".output [--force] [FILE]"); err != nil {
		return err
	}
	s.file = file{}
	if len(args) == 0 || args[0] == "-" {
		return nil
	}
	format, err := output.FormatOf(args[0])
	if err != nil {
		format = s.Format
	}
	if _, err := os.Lstat(args[0]); err == nil && !force {
		return fmt.Errorf("%s %w", args[0], output.ErrExists)
	}
	s.file = file{path: args[0], force: force, format: format}
	return nil
}

func (s *Shell) setTimer(_ context.Context, args []string) error {
	if len(args) != 1 || args[0] != "on" && args[0] != "off" {
		return errors.New("usage: .timer on|off")
	}
	s.timer = args[0] == "on"
	return nil
}

func (s *Shell) leave(_ context.Context, args []string) error {
	if err := takes(args, 0, 0, ".quit"); err != nil {
		return err
	}
	s.quit = true
	return nil
}
