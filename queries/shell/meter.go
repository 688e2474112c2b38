package shell

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Meter draws how far a long statement is in one line of a terminal, and takes
// it away when the statement's first rows are written. A nil Meter draws
// nothing. Its Show is for warehouse.SessionOptions.Progress.
type Meter struct {
	w     io.Writer
	after time.Duration

	mu      sync.Mutex
	started time.Time // zero while no statement runs
	drawn   bool
}

// meterDelay is how long a statement runs before its progress is worth a line.
const meterDelay = time.Second

// NewMeter returns a Meter that draws on w, a terminal.
func NewMeter(w io.Writer) *Meter { return &Meter{w: w, after: meterDelay} }

// Show draws that so many percent of the statement are done. It does nothing
// between statements and in a statement's beginning.
func (m *Meter) Show(percent float64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.started.IsZero() || time.Since(m.started) < m.after {
		return
	}
	const width = 40
	full := int(min(max(percent, 0), 100) / 100 * width)
	m.drawn = true
	fmt.Fprintf(m.w, "\r%3.0f%% ▕%s%s▏ %s ", min(max(percent, 0), 100), strings.Repeat("█", full), strings.Repeat(" ", width-full),
		time.Since(m.started).Round(time.Second))
}

// begin starts the clock of a statement.
func (m *Meter) begin() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started, m.drawn = time.Now(), false
}

// end takes the line away.
func (m *Meter) end() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.drawn {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
	m.started, m.drawn = time.Time{}, false
}

// quieting ends the meter before the first byte is written.
type quieting struct {
	io.Writer
	m *Meter
}

func (q quieting) Write(b []byte) (int, error) {
	q.m.end()
	return q.Writer.Write(b)
}
