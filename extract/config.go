package extract

import (
	"fmt"
	"runtime"
	"unicode/utf8"

	"weir/extract/flow"
)

// Config says how captures are metered. The tags are read by the command
// line; DefaultConfig returns the same defaults.
type Config struct {
	Metering flow.Config `embed:"" json:"metering"`
	NoApp    bool        `help:"Read no application layer: no service, no HTTP, TLS and DNS columns, no event tables." json:"no_app"`
	NoDecap  bool        `help:"Meter the outer flow of tunnels instead of what they carry." json:"no_decap"`
	Workers  int         `default:"0" help:"Number of decoding and of metering workers; 0 for one per core. The result is the same for any number." json:"-"`
	// MemoryLimit is about how much memory the pipeline, its sink and the
	// program take; 0 for no limit. It changes rows only where flows are evicted
	// or very many swept flows come back.
	MemoryLimit Bytes `placeholder:"SIZE" help:"How much memory may be taken, such as 2GB or 500MB; the flows that were seen the longest ago are evicted where it is not enough. By default half of the machine's." json:"-"`

	Label string `help:"Label of all flows of these captures." json:"-"`
}

// DefaultConfig returns the settings of the metering rules.
func DefaultConfig() Config { return Config{Metering: flow.DefaultConfig()} }

// Validate tells what is wrong with the configuration.
func (c Config) Validate() error {
	if c.Workers < 0 || c.Workers > maxWorkers {
		return fmt.Errorf("--workers must lie between 0 and %d, not %d", maxWorkers, c.Workers)
	}
	if c.MemoryLimit != 0 && c.MemoryLimit < LeastMemory {
		return fmt.Errorf("--memory-limit must be at least %d MiB", LeastMemory>>20)
	}
	if most := c.MemoryLimit.mostWorkers(); c.Workers > most {
		return fmt.Errorf("--memory-limit has room for %d --workers, not %d", most, c.Workers)
	}
	if !utf8.ValidString(c.Label) {
		return fmt.Errorf("--label must be text in UTF-8, not %q", c.Label)
	}
	return c.Metering.Validate()
}

const maxWorkers = 256

func (c Config) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return min(c.MemoryLimit.mostWorkers(), runtime.GOMAXPROCS(0))
}
