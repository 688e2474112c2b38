package main

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"weir/warehouse"
)

// verifyCommand reads everything.
type verifyCommand struct {
	Repair  bool `help:"Remove files that no log knows, and take files that are missing or cannot be read out of their tables, telling what is lost."`
	Workers int  `placeholder:"N" help:"Files read at once. Default: one per core."`
}

// Help ends the command's help.
func (verifyCommand) Help() string {
	return examples(
		"weir verify", "read every file: existence, size, checksums, rows, bounds, dates, the log, and the packets of every capture",
		"weir verify --repair", "remove leftovers, and take what is missing or damaged out of the tables",
		"weir verify --json | jq .damage", "as data",
	) + "\n\n" + exitStatuses + "\nDamage ends with status 1, also if it was repaired; leftovers of a crash are no damage."
}

// Run verifies the warehouse.
func (c *verifyCommand) Run(a *app) error {
	if c.Workers < 0 {
		return usage("--workers must not be negative")
	}
	house, err := a.house(nil)
	if err != nil {
		return err
	}
	defer house.Close()
	v, err := house.Verify(a.ctx, warehouse.VerifyOptions{Workers: c.Workers, Repair: c.Repair})
	if err != nil {
		return err
	}
	if a.json {
		err = writeJSON(a.out, v)
	} else {
		c.write(a, v)
	}
	if n := len(v.Damage); err == nil && n > 0 {
		hint := ""
		if !c.Repair {
			hint = "; weir verify --repair makes what is left usable"
		}
		return fmt.Errorf("%s%s", findings(n), hint)
	}
	return err
}

func (c *verifyCommand) write(a *app, v *warehouse.Verification) {
	for _, t := range v.Tables {
		fmt.Fprintf(a.out, "%s: %s with %s (%s) read, version %d\n", t.Table, count(t.Files, "file"), count(t.Rows, "row"), humanize.Bytes(uint64(t.Bytes)), t.Version)
	}
	partly := ""
	if v.Partly > 0 {
		partly = fmt.Sprintf(", %s expired in part", humanize.Comma(v.Partly))
	}
	fmt.Fprintf(a.out, "%s checked for conservation%s\n", count(v.Captures, "capture"), partly)
	for _, f := range v.Notes {
		fmt.Fprintln(a.out, "note:", f)
	}
	for _, o := range v.Orphans {
		if o.Orphans > 0 {
			verb := "can be removed by --repair or compact"
			if c.Repair {
				verb = "removed"
			}
			fmt.Fprintf(a.out, "%s: %s that no log knows (%s) %s\n", o.Table, count(o.Orphans, "file"), humanize.Bytes(uint64(o.OrphanBytes)), verb)
		}
	}
	for _, f := range v.Damage {
		fmt.Fprintln(a.out, "damage:", f)
	}
	for _, f := range v.Repaired {
		fmt.Fprintln(a.out, "repaired:", f)
	}
	if len(v.Damage) == 0 {
		fmt.Fprintln(a.out, "all is well")
	}
}

// findings counts damage, a word without a plural.
func findings(n int) string {
	if n == 1 {
		return "damage in 1 place"
	}
	return fmt.Sprintf("damage in %s places", humanize.Comma(int64(n)))
}
