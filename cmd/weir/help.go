package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
)

// exitStatuses ends the help of every command.
const exitStatuses = `Exit status:
  0    done
  1    failed
  2    wrong usage
  3    done in part: some inputs failed, the others are in
  130  interrupted: what was complete is kept`

// examples lays out command lines and what they do.
func examples(pairs ...string) string {
	var b strings.Builder
	b.WriteString("Examples:")
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString("\n  " + pairs[i] + "\n      " + pairs[i+1])
	}
	return b.String()
}

// printHelp prints a command's help with its examples and exit statuses last,
// as they are laid out; kong alone would put them before the flags and wrap
// them.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	command := ctx.Selected()
	if command == nil {
		if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintf(ctx.Stdout, "\nweir --version prints the version.\n\n%s\n", exitStatuses)
		return err
	}
	detail := command.Detail
	command.Detail = ""
	defer func() { command.Detail = detail }()
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintf(ctx.Stdout, "\n%s\n", detail)
	return err
}

// whereHelp returns the command line that tells how to write the one that
// could not be parsed.
func whereHelp(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if command := parse.Context.Selected(); command != nil {
			return command.FullPath() + " --help"
		}
	}
	return "weir --help"
}

// invocation returns how the program was started, for command lines to type
// next: go run leaves no program behind that could be called by its name.
func invocation(arg0 string) string {
	if strings.Contains(filepath.ToSlash(arg0), "/go-build") {
		return "go run ./cmd/weir"
	}
	return "weir"
}
