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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	width := 0
	if term.IsTerminal(int(os.Stdout.Fd())) {
		width = 80
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			width = w
		}
	}
	os.Exit(run(ctx, os.Args[1:], streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		program: invocation(os.Args[0]), width: width, live: term.IsTerminal(int(os.Stderr.Fd())),
		color: width > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}))
}
