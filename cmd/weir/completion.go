package main

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"weir/queries"
)

// completionCommand prints what teaches a shell to complete.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help ends the command's help.
func (completionCommand) Help() string {
	return examples(
		`eval "$(weir completion bash)"`, "in ~/.bashrc: commands, flags, values, saved queries, columns",
		"weir completion zsh > ~/.zfunc/_weir", "with ~/.zfunc in $fpath before compinit",
		"weir completion fish > ~/.config/fish/completions/weir.fish", "for fish",
	) + "\n\n" + exitStatuses
}

//go:embed completion/weir.bash
var completionBash string

//go:embed completion/weir.zsh
var completionZsh string

//go:embed completion/weir.fish
var completionFish string

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
	script := map[string]string{"bash": completionBash, "zsh": completionZsh, "fish": completionFish}[c.Shell]
	_, err := fmt.Fprint(a.out, script)
	return err
}

// completeCommand is what those scripts call: it says what the last of the
// words of a command line may become, one word a line, with its meaning after
// a tab. A line with a colon in front says what else there is: files or
// directories to complete, or that the word goes on (open).
type completeCommand struct {
	Split bool     `help:"The words were split at =, as bash does."`
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints what the last word may become. It never fails: who presses Tab
// wants no message.
func (c *completeCommand) Run(a *app, parsed *kong.Context) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	library, err := queries.OpenLibrary("")
	if err != nil {
		library = &queries.Library{}
	}
	line := commandLine{node: parsed.Model.Node, tables: a.tables, library: library}
	if c.Split {
		words = rejoin(words)
	}
	answer := line.complete(words)
	prefix := ""
	if flag, _, ok := strings.Cut(words[len(words)-1], "="); ok && strings.HasPrefix(flag, "--") && !c.Split {
		prefix = flag + "="
	}
	var b strings.Builder
	for _, w := range answer.words {
		b.WriteString(prefix + w.text)
		if w.doc != "" {
			b.WriteString("\t" + w.doc)
		}
		b.WriteByte('\n')
	}
	if answer.kind != "" {
		b.WriteString(":" + string(answer.kind) + "\n")
	}
	_, err = fmt.Fprint(a.out, b.String())
	return err
}

// rejoin puts together what was split at =.
func rejoin(words []string) []string {
	var joined []string
	for i := 0; i < len(words); i++ {
		last := len(joined) - 1
		if words[i] != "=" || last < 0 || !strings.HasPrefix(joined[last], "-") {
			joined = append(joined, words[i])
			continue
		}
		joined[last] += "="
		if i++; i < len(words) {
			joined[last] += words[i]
		}
	}
	return joined
}
