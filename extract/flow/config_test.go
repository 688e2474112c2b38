package flow

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The tags are what the command line reads: they and DefaultConfig are equal.
func TestDefaultsEqualTags(t *testing.T) {
	var c Config
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, ok := f.Tag.Lookup("default")
		if !ok {
			t.Errorf("%s has no default tag", f.Name)
			continue
		}
		if f.Tag.Get("help") == "" || f.Tag.Get("json") == "" {
			t.Errorf("%s has no help or no json tag", f.Name)
		}
		if f.Type == reflect.TypeFor[time.Duration]() {
			d, err := time.ParseDuration(tag)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			v.Field(i).SetInt(int64(d))
			continue
		}
		n, err := strconv.ParseInt(tag, 10, 64)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		v.Field(i).SetInt(n)
	}
	if c != DefaultConfig() {
		t.Errorf("tags say %+v, DefaultConfig %+v", c, DefaultConfig())
	}
	want := Config{60 * time.Second, 30 * time.Minute, 5 * time.Second, time.Second, time.Second, 4}
	if c != want {
		t.Errorf("defaults are %+v, the metering rules say %+v", c, want)
	}
}

func TestValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	off := DefaultConfig()
	off.ActiveTimeout = 0
	if err := off.Validate(); err != nil {
		t.Errorf("an active timeout of 0 is refused: %v", err)
	}
	for option, set := range map[string]func(*Config){
		"--idle-timeout":     func(c *Config) { c.IdleTimeout = 0 },
		"--active-timeout":   func(c *Config) { c.ActiveTimeout = -1 },
		"--activity-timeout": func(c *Config) { c.ActivityTimeout = -1 },
		"--subflow-timeout":  func(c *Config) { c.SubflowTimeout = 0 },
		"--bulk-gap":         func(c *Config) { c.BulkGap = 0 },
		"--bulk-packets":     func(c *Config) { c.BulkPackets = 1 },
	} {
		c := DefaultConfig()
		set(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("%s: got %v, want an error that names it", option, err)
		}
	}
}
