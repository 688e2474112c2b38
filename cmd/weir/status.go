package main

import "weir/queries"

// statusCommand tells what is in the warehouse.
type statusCommand struct {
	History bool `help:"List the commits to all tables, oldest first."`
}

// Help ends the command's help.
func (statusCommand) Help() string {
	return examples(
		"weir status", "tables, partitions, sizes, the last captures",
		"weir status --json", "all of it as data",
		"weir status --history", "what was ingested, compacted and expired when, and the versions for --version",
	) + "\n\n" + exitStatuses
}

// Run prints the status.
func (c *statusCommand) Run(a *app) error {
	if c.History {
		return a.history()
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	st, err := queries.MakeStatus(a.ctx, s)
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.out, st)
	}
	return st.WriteText(a.out)
}
