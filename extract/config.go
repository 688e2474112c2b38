package extract

import (
	"fmt"
	"runtime"

	"weir/extract/flow"
)

// Config says how captures are metered. The tags are read by the command
// line; DefaultConfig returns the same defaults.
type Config struct {
	Metering flow.Config `embed:"" json:"metering"`
	NoApp    bool        `help:"Read no application layer: no service, no HTTP, TLS and DNS columns, no event tables." json:"no_app"`
	NoDecap  bool        `help:"Meter the outer flow of tunnels instead of what they carry." json:"no_decap"`
	Workers  int         `default:"0" help:"Number of decoding and of metering workers; 0 for one per core. The result is the same for any number." json:"-"`
	Label    string      `help:"Label of all flows of these captures." json:"-"`
}

// DefaultConfig returns the settings of the metering rules.
func DefaultConfig() Config { return Config{Metering: flow.DefaultConfig()} }

// Validate tells what is wrong with the configuration.
func (c Config) Validate() error {
	if c.Workers < 0 || c.Workers > maxWorkers {
		return fmt.Errorf("--workers must lie between 0 and %d, not %d", maxWorkers, c.Workers)
	}
	return c.Metering.Validate()
}

const maxWorkers = 256

func (c Config) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return min(maxWorkers, runtime.GOMAXPROCS(0))
}
