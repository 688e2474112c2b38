package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestHelpOfEveryCommand wants examples that are command lines of the command
// and would be understood, and the exit statuses at the end.
func TestHelpOfEveryCommand(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Vars{"version": "", "warehouse": defaultWarehouse})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		t.Run(command.Name, func(t *testing.T) {
			text := must(t, command.Name, "--help")
			last := text[strings.LastIndex(text, "\n\n")+2:]
			if !strings.HasPrefix(last, exitStatuses) {
				t.Errorf("the help does not end with the exit statuses:\n%s", text)
			}
			_, after, ok := strings.Cut(text, "\nExamples:\n")
			if !ok {
				t.Fatalf("the help has no examples:\n%s", text)
			}
			n := 0
			for line := range strings.Lines(after) {
				if strings.TrimSpace(line) == "" {
					break
				}
				if strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") && strings.Contains(line, "weir "+command.Name) {
					n++
				}
			}
			if n == 0 {
				t.Errorf("no example is a command line of %s:\n%s", command.Name, after)
			}
			if command.Help == "" {
				t.Error("the list of commands says nothing about it")
			}
			for _, f := range command.Flags {
				if f.Help == "" && !f.Hidden {
					t.Errorf("--%s is not explained", f.Name)
				}
			}
		})
	}
}

// help is a word for --help.
func TestHelpAsWord(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"help", "query"}} {
		var told, want bytes.Buffer
		code := run(t.Context(), args, streams{out: &told, err: &told})
		run(t.Context(), append(args[1:], "--help"), streams{out: &want, err: &want})
		if code != exitDone || told.String() != want.String() || !strings.HasPrefix(want.String(), "Usage: weir") {
			t.Errorf("%v: status %d, %q", args, code, told.String())
		}
	}
}
