package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"weir/queries"
	"weir/warehouse"
)

// labelCommand sets labels on stored flows by rules.
type labelCommand struct {
	Rules  string `arg:"" optional:"" name:"rules" help:"A CSV file of rules, or - for standard input; see below."`
	Clear  bool   `help:"Take the labels of all flows that no rule matches; without rules, those of all flows."`
	DryRun bool   `help:"Tell what would change, and change nothing."`
}

// Help ends the command's help.
func (labelCommand) Help() string {
	return examples(
		"weir label attacks.csv", "set labels; again, it changes what is new or different",
		"weir label attacks.csv --dry-run", "how many flows each rule matches",
		"weir label --clear", "take all labels away",
	) + "\n\n" + `The first line of RULES names its columns, in any order; each but label may be missing, and each cell but label's empty, which means any:

  from, to            the flow's time overlaps the window from FROM until before TO (UTC)
  src, dst            address or network: 10.0.0.1, fd00::/8
  src_port, dst_port  port or range: 80, 6000-6063
  protocol            tcp, udp, icmp (both versions), arp, dns (by content), 47, ...
  direction           either (default): also the flow turned around; forward: as it is
  label               the label

  from,to,src,dst,dst_port,protocol,label
  2026-03-14,2026-03-15,,,,,benign
  2026-03-14 14:20,2026-03-14 15:05,172.16.0.1,192.168.10.0/24,22,tcp,ssh brute force

A cell may have several values: 80;443. Of the rules that match a flow the last one decides: write general rules first. Lines that begin with # are passed over. A fault in any rule, and nothing is changed. Flows that come in while the command runs are left for the next time.` + "\n\n" + exitStatuses
}

// labelled is the result of the command, as --json prints it.
type labelled struct {
	Rules   []ruleResult `json:"rules"`
	Flows   int64        `json:"flows"`
	Changed int64        `json:"changed"`
	Cleared int64        `json:"cleared"`
	Files   int          `json:"files_rewritten"`
	Version int64        `json:"version"`
	DryRun  bool         `json:"dry_run"`
}

// ruleResult tells of one rule how many flows it matches, how many of them
// it decides, and how many labels change by it.
type ruleResult struct {
	Line    int    `json:"line"`
	Label   string `json:"label"`
	Matched int64  `json:"matched"`
	Decided int64  `json:"decided"`
	Changed int64  `json:"changed"`
}

// Run sets the labels.
func (c *labelCommand) Run(a *app) error {
	if c.Rules == "" && !c.Clear {
		return usage("name a file of rules, or --clear")
	}
	rules, err := c.parse(a)
	if err != nil {
		return err
	}
	house, err := warehouse.Open(a.warehouse, a.tables.Tables())
	if err != nil {
		return err
	}
	defer house.Close()
	assignment := queries.Relabel(rules, c.Clear)
	assignment.DryRun = c.DryRun
	done, err := house.Assign(a.ctx, assignment, warehouse.WriterOptions{})
	if err != nil {
		return err
	}
	result := labelled{Rules: []ruleResult{}, Flows: done.Rows, Changed: done.Changed, Cleared: done.Cleared, Files: done.Files, Version: done.Version, DryRun: c.DryRun}
	for i, r := range rules {
		n := done.Cases[i]
		result.Rules = append(result.Rules, ruleResult{r.Line, r.Label, n.Matched, n.Decided, n.Changed})
	}
	if a.json {
		return writeJSON(a.out, result)
	}
	return result.writeText(a)
}

// parse reads the rules, if there are any.
func (c *labelCommand) parse(a *app) ([]queries.Rule, error) {
	switch c.Rules {
	case "":
		return nil, nil
	case "-":
		return queries.ParseRules("stdin", a.in)
	}
	f, err := os.Open(c.Rules)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return queries.ParseRules(c.Rules, f)
}

// writeText prints a line for each rule, and what has changed.
func (l *labelled) writeText(a *app) error {
	if len(l.Rules) > 0 {
		if err := l.writeRules(a.out); err != nil {
			return err
		}
	}
	verb := "changed"
	if l.DryRun {
		verb = "to be changed"
	}
	a.say("labels of %s of %s %s, %s of them taken away; data files rewritten: %d", humanize.Comma(l.Changed), count(l.Flows, "flow"), verb, humanize.Comma(l.Cleared), l.Files)
	return nil
}

func (l *labelled) writeRules(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "line\tmatched\tdecided\tchanged\t  label")
	for _, r := range l.Rules {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t  %s\n", r.Line, humanize.Comma(r.Matched), humanize.Comma(r.Decided), humanize.Comma(r.Changed), r.Label)
	}
	return t.Flush()
}
