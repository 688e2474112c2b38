// Command weir turns packet captures into a warehouse of flows and answers
// questions about them. See README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	collectLater()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		program: invocation(os.Args[0]), width: columns(), columns: columns, screen: messageScreen, live: term.IsTerminal(int(os.Stderr.Fd())),
		exits: true, interrupts: []os.Signal{os.Interrupt}, typed: historyPath(os.Getenv),
	}
	s.color = s.width > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if term.IsTerminal(int(os.Stdin.Fd())) && s.width > 0 {
		s.terminal = newEditor
	}
	os.Exit(run(ctx, os.Args[1:], s))
}
