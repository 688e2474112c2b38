package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"weir/queries/output"
	"weir/warehouse"
)

// Library is the saved queries as the shell needs them.
type Library interface {
	// Names returns the names in the order of the list.
	Names() []string
	// Parameters returns the names of a query's parameters, nil if there is no
	// such query.
	Parameters(name string) []string
	// Query returns a query with its parameters set by name.
	Query(name string, values map[string]string) (output.Query, error)
	// Show returns the SQL of a query, ready to be changed and run.
	Show(name string) (string, error)
	// WriteText writes the list of the queries.
	WriteText(w io.Writer) error
}

// Config is what a Shell works with.
type Config struct {
	Session *warehouse.Session
	Library Library
	// Out takes answers, Err messages.
	Out, Err io.Writer
	// Format is that of answers until .mode changes it.
	Format output.Format
	// MaxRows is how many rows a table shows until .maxrows changes it.
	MaxRows int
	// Width returns the width of the terminal that Out is, 0 if it is none. It
	// is asked for every answer.
	Width func() int
	// Color draws tables on Out in colour.
	Color bool
	// Meter shows the progress of long statements; nil shows none.
	Meter *Meter
	// Interruptible returns a context that ends when the person interrupts the
	// statement that runs under it, and a function that ends the listening.
	// With nil, what interrupts the shell's context ends statement and shell.
	Interruptible func(ctx context.Context) (context.Context, context.CancelFunc)
}

// Shell answers SQL and dot-commands. It is for one goroutine.
type Shell struct {
	Config
	timer bool
	quit  bool
	file  file
	words *words // what can be suggested, once it was asked for
}

// file is where .output sends answers; without a path they go to Out.
type file struct {
	path    string
	force   bool
	format  output.Format
	written bool // an answer is in it
}

// New returns a Shell.
func New(c Config) *Shell {
	if c.Width == nil {
		c.Width = func() int { return 0 }
	}
	return &Shell{Config: c}
}

// ErrFailed means that statements failed whose errors are printed already.
var ErrFailed = errors.New("statements failed")

// Run answers the pieces of in until its end or .quit. With bail the first
// failure ends it; either way failures make it return ErrFailed. An end of ctx
// ends it with the error of ctx.
func (s *Shell) Run(ctx context.Context, in Input, bail bool) error {
	failed := false
	for !s.quit && ctx.Err() == nil {
		piece, end := in.Read()
		if errors.Is(end, ErrInterrupted) {
			continue
		}
		if end != nil && !errors.Is(end, io.EOF) {
			return fmt.Errorf("read the input: %w", end)
		}
		if err := s.Do(ctx, piece, bail); err != nil {
			failed = true
			if bail {
				return err
			}
		}
		if end != nil {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed:
		return ErrFailed
	}
	return nil
}

// Do answers one piece, whose last statement needs no semicolon. Failures are
// printed; with bail the first one is the last thing done. It returns
// ErrFailed, or the error of ctx if that has ended.
func (s *Shell) Do(ctx context.Context, piece string, bail bool) error {
	s.words = nil // statements may make tables
	if isCommand(piece) {
		return s.failure(ctx, s.command(ctx, strings.TrimSpace(piece)))
	}
	statements, rest := split(piece)
	if rest != "" {
		statements = append(statements, rest)
	}
	var failed error
	for _, sql := range statements {
		if err := s.failure(ctx, s.answer(ctx, output.Query{SQL: sql})); err != nil {
			failed = err
			if bail || ctx.Err() != nil {
				return err
			}
		}
	}
	return failed
}

// failure prints an error and returns what Do returns for it.
func (s *Shell) failure(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.Err, "interrupted")
		return ErrFailed
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(s.Err, output.Printable(strings.TrimRight(line, "\r\n")))
	}
	return ErrFailed
}

// answer runs a statement and writes its rows where they go.
func (s *Shell) answer(ctx context.Context, q output.Query) error {
	started := time.Now()
	if s.Interruptible != nil {
		var stop context.CancelFunc
		ctx, stop = s.Interruptible(ctx)
		defer stop()
	}
	s.Meter.begin()
	err := s.write(ctx, q)
	s.Meter.end()
	if s.timer {
		fmt.Fprintf(s.Err, "Run Time (s): real %.3f\n", time.Since(started).Seconds())
	}
	return err
}
