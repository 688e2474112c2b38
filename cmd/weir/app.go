package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"weir/extract"
	"weir/queries/output"
	"weir/queries/shell"
)

// defaultWarehouse is where flows go unless -w or WEIR_WAREHOUSE says otherwise.
const defaultWarehouse = "./weir-warehouse"

// Exit statuses. Every command's help names them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPartly      = 3
	exitInterrupted = 130
)

// streams are what a command reads and writes. Data goes to out, messages
// and progress to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	// program is how weir was started, for command lines to type next.
	program string
	// width is the width of the terminal that out is, or 0.
	width int
	// live tells that err is a terminal.
	live bool
	// color tells that out is a terminal that is to be coloured.
	color bool
	// columns returns the width of the terminal as it is now, or 0.
	columns func() int
	// screen returns the size of the terminal that err is as it is now, or 0 and 0.
	screen func() (columns, rows int)
	// terminal returns what is typed at the terminal that in is, and what gives
	// the terminal back; nil if it is none.
	terminal func(context.Context, *shell.Shell, *shell.History) (in shell.Input, restore func())
	// interrupts are the signals by which a person interrupts a statement.
	interrupts []os.Signal
	// exits tells that the program ends with the command.
	exits bool
	// typed is the file that keeps what is typed, if any.
	typed string
}

// app is what every command needs to know.
type app struct {
	streams
	ctx       context.Context
	warehouse string
	json      bool
	verbose   bool
	version   string
	tables    *extract.Catalogues
}

// say prints a message. Names of files and what packets hold may be part of it:
// nothing of it moves the cursor of a terminal.
func (a *app) say(format string, args ...any) {
	lines := strings.Split(fmt.Sprintf(format, args...), "\n")
	for i, line := range lines {
		lines[i] = output.Printable(line)
	}
	fmt.Fprintln(a.err, strings.Join(lines, "\n"))
}

// status is an error that decides the exit status.
type status struct {
	code int
	err  error
}

// Error returns the message.
func (s *status) Error() string { return s.err.Error() }

// Unwrap returns the cause.
func (s *status) Unwrap() error { return s.err }

// usage makes an error of wrong usage.
func usage(format string, args ...any) error {
	return &status{exitUsage, fmt.Errorf(format, args...)}
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	// No flag of the grammar, because --version N of query asks a past state.
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintln(s.out, version())
		return exitDone
	}
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	grammar := grammarFor(args)
	exited := -1
	parser, err := kong.New(grammar.Interface(),
		kong.Name("weir"),
		kong.Description("Turn packet captures into a warehouse of flows: Parquet tables that answer SQL."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exited = code }),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: false, WrapUpperBound: 100}),
		kong.Vars{"warehouse": defaultWarehouse},
		kong.KindMapper(reflect.String, kong.MapperFunc(decodeText)),
	)
	if err != nil {
		fmt.Fprintln(s.err, "weir:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.err, "weir: %v\nTry: %s\n", err, whereHelp(err))
		return exitUsage
	}
	flag := func(name string) reflect.Value { return grammar.Elem().FieldByName(name) }
	if flag("Warehouse").String() == "" {
		fmt.Fprintln(s.err, "weir: the name of the warehouse is empty: name a directory with -w or WEIR_WAREHOUSE")
		return exitUsage
	}
	a := &app{
		streams: s, ctx: ctx, warehouse: flag("Warehouse").String(), json: flag("JSON").Bool(), verbose: flag("Verbose").Bool(),
		version: version(), tables: extract.NewCatalogues(),
	}
	return a.conclude(parsed.Run(a))
}

// decodeText takes a word of the command line byte by byte. Kong's own way, over
// JSON, would make another file of one whose name is not UTF-8.
func decodeText(c *kong.DecodeContext, target reflect.Value) error {
	word, err := c.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(word.String())
	return nil
}

// conclude prints the error a command ended with and returns the exit status.
func (a *app) conclude(err error) int {
	if err == nil {
		return exitDone
	}
	var s *status
	code := exitFailed
	switch {
	case errors.As(err, &s):
		code = s.code
	case a.ctx.Err() != nil:
		code = exitInterrupted
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted") // what was going on says no more to anybody
		}
	}
	if message := err.Error(); message != "" {
		a.say("weir: %s", message)
	}
	return code
}

// version returns the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
