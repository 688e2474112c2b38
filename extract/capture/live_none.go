//go:build !linux && !windows && !cgo

package capture

import "errors"

// ringSystem is nothing: this build cannot listen.
type ringSystem struct{}

var errNoLive = errors.New("this program was built without live capture: build it with cgo and libpcap")

// OpenLive fails in a build without cgo.
func OpenLive(LiveOptions) (*Live, error) { return nil, errNoLive }

func (l *Live) listen(*ring) {}

// Counters returns nothing in a build without cgo.
func (l *Live) Counters() []Counters { return nil }

// Interfaces fails in a build without cgo.
func Interfaces() ([]Interface, error) { return nil, errNoLive }

// Host returns a name that stands for this machine.
func Host() string { return "localhost" }
