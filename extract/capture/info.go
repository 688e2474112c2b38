package capture

import (
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// ledger is the Info of a source, written by Read and read by anyone.
type ledger struct {
	mu   sync.Mutex
	info Info
}

// get returns a copy that shares nothing with the ledger.
func (l *ledger) get() Info {
	l.mu.Lock()
	defer l.mu.Unlock()
	info := l.info
	info.Links = slices.Clone(info.Links)
	return info
}

// link notes a link type if it is new.
func (l *ledger) link(t LinkType) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.info.Links, t) {
		l.info.Links = append(l.info.Links, t)
	}
}

// warn appends a warning to those that stand.
func (l *ledger) warn(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.info.Warning != "" {
		l.info.Warning += "; "
	}
	l.info.Warning += text
}

// drop exchanges one interface's count of lost packets for a newer one.
func (l *ledger) drop(old, now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.info.DroppedKnown = true
	l.info.Dropped = addDrops(l.info.Dropped-old, now)
}

// addDrops adds counts that are not negative and stays within int64.
func addDrops(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// counted counts the bytes of the file as stored, and keeps an error of
// reading, which decompressors would disguise.
type counted struct {
	r   io.Reader
	n   atomic.Int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
