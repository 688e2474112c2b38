package flow

import (
	"fmt"
	"time"
)

// Config holds the timeouts and thresholds of metering rules 6 and 7. The
// tags are read by the command line; DefaultConfig returns the same defaults.
type Config struct {
	IdleTimeout     time.Duration `default:"60s" help:"A packet that comes later than this after the last one of its flow starts a new flow." json:"idle_timeout"`
	ActiveTimeout   time.Duration `default:"1800s" help:"A flow is cut into slices of this length; 0 never cuts." json:"active_timeout"`
	ActivityTimeout time.Duration `default:"5s" help:"A gap longer than this is an idle period and ends an active one." json:"activity_timeout"`
	SubflowTimeout  time.Duration `default:"1s" help:"A gap longer than this starts a new subflow." json:"subflow_timeout"`
	BulkGap         time.Duration `default:"1s" help:"A gap longer than this between packets with payload ends a bulk." json:"bulk_gap"`
	BulkPackets     int           `default:"4" help:"The least number of packets that make a bulk." json:"bulk_packets"`
}

// DefaultConfig returns the values of the metering rules.
func DefaultConfig() Config {
	return Config{
		IdleTimeout:     60 * time.Second,
		ActiveTimeout:   1800 * time.Second,
		ActivityTimeout: 5 * time.Second,
		SubflowTimeout:  time.Second,
		BulkGap:         time.Second,
		BulkPackets:     4,
	}
}

// Validate tells what is wrong with the configuration.
func (c Config) Validate() error {
	for _, d := range []struct {
		name string
		d    time.Duration
	}{
		{"idle-timeout", c.IdleTimeout}, {"activity-timeout", c.ActivityTimeout},
		{"subflow-timeout", c.SubflowTimeout}, {"bulk-gap", c.BulkGap},
	} {
		if d.d <= 0 {
			return fmt.Errorf("--%s must be longer than 0, not %v", d.name, d.d)
		}
	}
	if c.ActiveTimeout < 0 {
		return fmt.Errorf("--active-timeout must not be negative (0 turns it off), not %v", c.ActiveTimeout)
	}
	if c.BulkPackets < 2 {
		return fmt.Errorf("--bulk-packets must be at least 2, not %d", c.BulkPackets)
	}
	return nil
}
