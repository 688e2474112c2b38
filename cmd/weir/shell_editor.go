package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peterh/liner"
	"golang.org/x/term"

	"weir/queries/shell"
)

// editor is the Input of a person at a terminal: lines with history and
// completion, as many as a statement has. It works on the process's own
// standard streams, as the library does.
type editor struct {
	ctx     context.Context
	shell   *shell.Shell
	history *shell.History
	lines   *liner.State
	pending string // the lines before the one that is typed
}

const (
	prompt         = "weir> "
	promptContinue = "  ... "
)

// newEditor returns the Input of a shell at the terminal, and what gives the
// terminal back.
func newEditor(ctx context.Context, s *shell.Shell, history *shell.History) (shell.Input, func()) {
	e := &editor{ctx: ctx, shell: s, history: history, lines: liner.NewLiner()}
	e.lines.SetCtrlCAborts(true)
	e.lines.SetMultiLineMode(true)
	e.lines.SetBeep(false)
	e.lines.SetTabCompletionStyle(liner.TabPrints)
	e.lines.SetWordCompleter(e.complete)
	for _, entry := range history.Entries() {
		e.remember(entry)
	}
	return e, func() { _ = e.lines.Close() }
}

// remember lets the library recall an entry, which it can as one line.
func (e *editor) remember(entry string) {
	if line, ok := shell.OneLine(entry); ok {
		e.lines.AppendHistory(line)
	}
}

// complete returns what the word at the cursor may become. Position is in
// characters.
func (e *editor) complete(line string, position int) (head string, words []string, tail string) {
	runes := []rune(line)
	before := string(runes[:position])
	typed, found := e.shell.Suggest(e.ctx, e.pending+before)
	head, word := before[:len(before)-typed], before[len(before)-typed:]
	exact := true
	for _, f := range found {
		words = append(words, f.Word)
		exact = exact && strings.HasPrefix(f.Word, words[0][:typed])
	}
	if !exact { // words that differ in case where they are typed already
		for i, w := range words {
			words[i] = word + w[typed:]
		}
	}
	slices.Sort(words)
	return head, slices.Compact(words), string(runes[position:])
}

// Read returns what is typed next. A signal that ends the shell does not wait
// for more.
func (e *editor) Read() (string, error) {
	e.pending = ""
	for {
		line, err := e.line()
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			return "", shell.ErrInterrupted
		case errors.Is(err, io.EOF) && e.pending != "": // Ctrl-D gives up what is unfinished first
			return "", shell.ErrInterrupted
		case err != nil:
			return "", err
		}
		e.pending += line + "\n"
		if piece := e.pending; shell.Complete(piece) {
			_ = e.history.Add(piece) // that it cannot be kept must not disturb who is typing
			e.remember(piece)
			return piece, nil
		}
	}
}

// line reads one line.
func (e *editor) line() (string, error) {
	type answer struct {
		text string
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		shown := prompt
		if e.pending != "" {
			shown = promptContinue
		}
		text, err := e.lines.Prompt(shown)
		read <- answer{text, err}
	}()
	select {
	case a := <-read:
		if errors.Is(a.err, io.EOF) {
			fmt.Fprintln(os.Stdout) // Ctrl-D leaves the cursor behind the prompt
		}
		return a.text, a.err
	case <-e.ctx.Done():
		return "", e.ctx.Err()
	}
}

// historyPath returns where the shell's history is kept unless a flag says
// otherwise; nothing without a home.
func historyPath(getenv func(string) string) string {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home := getenv("HOME")
		if home == "" {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "weir", "history")
}

// columns returns the width of the terminal that standard output is, or 0.
func columns() int {
	out := int(os.Stdout.Fd())
	if !term.IsTerminal(out) {
		return 0
	}
	if width, _, err := term.GetSize(out); err == nil && width > 0 {
		return width
	}
	return 80
}

// messageScreen returns the size of the terminal that messages go to, or 0 and 0.
func messageScreen() (columns, rows int) {
	columns, rows, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil {
		return 0, 0
	}
	return columns, rows
}
