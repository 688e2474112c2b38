package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"weir/extract"
	"weir/warehouse"
)

// watchCommand takes the captures of a directory into the warehouse as a sensor
// finishes them.
type watchCommand struct {
	Dir          string        `arg:"" name:"directory" help:"Where a sensor puts its captures; all below it is looked at."`
	Match        string        `placeholder:"PATTERN" help:"Take only files with such names, such as 'eth0-*.pcap*'."`
	Settle       time.Duration `default:"10s" help:"A file that has no successor is finished once it has been left alone for so long."`
	Poll         time.Duration `default:"1s" help:"How often the directory is looked at."`
	Once         bool          `help:"Take in what is finished, and end; flows that are open go on in the next run."`
	Final        bool          `help:"Take in everything, finished or not, end the open flows, and end: the sensor is gone."`
	MoveTo       string        `placeholder:"DIR" help:"Move files there once they are in and no open flow needs them."`
	Delete       bool          `help:"Delete files once they are in and no open flow needs them."`
	CompactEvery time.Duration `default:"1h" help:"How often the small files of many commits are made into large ones, in the background; 0 never."`
	LogFormat    string        `enum:"text,json" default:"text" help:"Write messages as text, or as a JSON object a line."`

	extract.Config `embed:""`
}

// Help ends the command's help.
func (watchCommand) Help() string {
	return `The files of a directory are read as one capture in time order, as those of one sensor:
flows run from file to file, also while weir is not running. Where several sensors share
a directory, name the files of one with --match, and watch it once for each.

` + examples(
		"weir watch /var/spool/pcap", "until Ctrl-C or SIGTERM; SIGHUP looks at once",
		"tcpdump -i eth0 -G 60 -w '/var/spool/pcap/eth0-%Y%m%dT%H%M%S.pcap' &\n  weir watch /var/spool/pcap --match 'eth0-*' --delete", "files of a minute, deleted when they are in and no open flow needs them",
		"weir watch /nsm/suricata --match 'log.pcap.*' --move-to /nsm/done", "Suricata's pcap-log, kept elsewhere",
		"weir watch spool --once", "from cron: open flows wait for the next run",
		"weir watch spool --final", "the sensor is gone: the rest, and the end of all flows",
	) + "\n\n" + exitStatuses
}

// Run watches.
func (c *watchCommand) Run(a *app) error {
	if err := c.check(); err != nil {
		return usage("%v", err)
	}
	forget, err := remember(&c.Config)
	if err != nil {
		return err
	}
	defer forget()
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return err
	}
	defer house.Close()
	w, err := c.prepare(a, house)
	if err != nil {
		return err
	}
	defer w.close()
	return w.run()
}

// check tells what is wrong with the flags.
func (c *watchCommand) check() error {
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		if err == nil {
			err = errors.New("not a directory")
		}
		return fmt.Errorf("watch %s: %w", c.Dir, err)
	}
	switch {
	case c.Once && c.Final:
		return errors.New("--once keeps open flows and --final ends them: choose one")
	case c.Delete && c.MoveTo != "":
		return errors.New("--delete and --move-to are about the same files: choose one")
	case c.Poll < 10*time.Millisecond:
		return fmt.Errorf("--poll must be at least 10ms, not %v", c.Poll)
	case c.Settle < 0 || c.CompactEvery < 0:
		return errors.New("--settle and --compact-every must not be negative")
	}
	if _, err := filepath.Match(c.Match, ""); err != nil {
		return fmt.Errorf("--match %s: %w", c.Match, err)
	}
	return nil
}
