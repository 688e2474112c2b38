package shell

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// ErrInterrupted is what an Input returns when the person gave up the piece
// that was being typed; the shell asks for another one.
var ErrInterrupted = errors.New("interrupted")

// Input yields what a person or a script says, piece by piece.
type Input interface {
	// Read returns the next piece, which is Complete, or at the end what is
	// left together with io.EOF.
	Read() (string, error)
}

// Script is the Input of a file or a pipe. It reads no further than the piece
// that it returns, as far as lines allow.
type Script struct{ r *bufio.Reader }

// NewScript returns a Script of what r holds.
func NewScript(r io.Reader) *Script { return &Script{bufio.NewReader(r)} }

// Read returns the next piece.
func (s *Script) Read() (string, error) {
	var piece strings.Builder
	for {
		line, err := s.r.ReadString('\n')
		piece.WriteString(line)
		if err != nil {
			return piece.String(), err
		}
		// Only a line with a semicolon can complete statements.
		blank := strings.TrimSpace(piece.String()) == ""
		if !blank && (isCommand(piece.String()) || strings.Contains(line, ";") && Complete(piece.String())) {
			return piece.String(), nil
		}
	}
}
