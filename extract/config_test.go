package extract

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"weir/extract/flow"
)

// The tags are what the command line reads: they and DefaultConfig are equal.
func TestDefaultsEqualTags(t *testing.T) {
	want := Config{Metering: flow.DefaultConfig()} // whose tags its own test holds
	v := reflect.ValueOf(&want).Elem()
	for i := range v.NumField() {
		tag, ok := v.Type().Field(i).Tag.Lookup("default")
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(tag, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", v.Type().Field(i).Name, err)
		}
		v.Field(i).SetInt(n)
	}
	if got := DefaultConfig(); got != want {
		t.Errorf("DefaultConfig is %+v, the tags say %+v", got, want)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		set  func(*Config)
		want string
	}{
		{func(c *Config) {}, ""},
		{func(c *Config) { c.Workers = maxWorkers }, ""},
		{func(c *Config) { c.Workers = -1 }, "--workers"},
		{func(c *Config) { c.Workers = maxWorkers + 1 }, "--workers"},
		{func(c *Config) { c.Metering.IdleTimeout = 0 }, "--idle-timeout"},
		{func(c *Config) { c.MemoryLimit = LeastMemory }, ""},
		{func(c *Config) { c.MemoryLimit = LeastMemory - 1 }, "--memory-limit"},
		{func(c *Config) { c.MemoryLimit, c.Workers = LeastMemory, 64 }, "--workers"},
	} {
		config := DefaultConfig()
		c.set(&config)
		err := config.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: got %v, want an error that names %q", config, err, c.want)
		}
	}
	if n := DefaultConfig().workers(); n < 1 || n > maxWorkers {
		t.Errorf("%d workers by default", n)
	}
}
