package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"weir/extract"
	"weir/extract/capture"
	"weir/extract/dialect"
	"weir/warehouse"
)

// captureCommand meters interfaces into the warehouse until it is stopped.
type captureCommand struct {
	Interfaces    []string      `arg:"" optional:"" name:"interface" help:"Interfaces to listen to, or any."`
	List          bool          `help:"List the interfaces with their addresses and states."`
	Filter        string        `short:"f" placeholder:"EXPRESSION" help:"Take only packets for which this holds, in tcpdump's language; the kernel decides."`
	Snaplen       int           `default:"262144" help:"How many bytes of a packet are captured."`
	NoPromiscuous bool          `help:"Leave out packets to other stations."`
	Rings         int           `default:"1" help:"Rings that share the packets of an interface, each read on a core."`
	RingSize      int           `default:"128" placeholder:"MB" help:"Memory of the rings of an interface, in MB. Packets that find no room are dropped, and counted."`
	FlushInterval time.Duration `default:"60s" help:"How often the flows that have ended are committed."`
	MaxFlows      int           `default:"1000000" help:"The most flows that may be open, about; those silent the longest are evicted; 0 for no bound."`
	Duration      time.Duration `help:"Stop after this time."`
	Count         int64         `short:"c" placeholder:"N" help:"Stop after N packets."`
	CSV           string        `name:"csv" placeholder:"FILE" help:"Append the flows of each commit to this file too."`
	As            string        `placeholder:"TOOL" help:"Write them in the columns of another tool, such as cic97."`
	WritePcap     string        `placeholder:"DIR" help:"Keep the packets in this directory too, as pcapng files."`
	RotateSize    int           `default:"1000" placeholder:"MB" help:"Begin a new file when one is this large; 0 never."`
	RotateEvery   time.Duration `default:"1h" help:"Begin a new file when one is this old; 0 never."`
	CompactEvery  time.Duration `default:"1h" help:"How often the small files of many commits are made into large ones, in the background; 0 never."`
	LogFormat     string        `enum:"text,json" default:"text" help:"Write messages as text, or as a JSON object a line."`
	Metrics       string        `placeholder:"ADDRESS" help:"Serve counters to Prometheus at http://ADDRESS/metrics, such as 127.0.0.1:9100."`
	Top           bool          `help:"Show the largest open flows and talkers, every second."`

	extract.Config `embed:""`
}

// Help ends the command's help.
func (captureCommand) Help() string {
	return examples(
		"weir capture --list", "the interfaces",
		"weir capture eth0", "until Ctrl-C or SIGTERM, which end the open flows and commit them; SIGHUP commits now",
		`weir capture eth0 eth1 --filter "not port 22"`, "two interfaces, without SSH",
		"weir capture eth0 --csv live_flow_features.csv --as cic97", "a CSV beside the warehouse, to be tailed",
		"weir capture any --duration 1h --write-pcap packets/", "for an hour, keeping the packets",
	) + "\n\n" + exitStatuses
}

// Run captures.
func (c *captureCommand) Run(a *app) error {
	if c.List {
		return c.list(a)
	}
	if err := c.check(); err != nil {
		return usage("%v", err)
	}
	if c.Top && !a.live {
		return usage("--top draws on a terminal, and messages do not go to one")
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
	l, err := c.prepare(a, house)
	if err != nil {
		return err
	}
	defer l.close()
	source, err := c.open(l)
	if err != nil {
		return err
	}
	defer source.Close()
	return l.run(source)
}

// check tells what is wrong with the flags.
func (c *captureCommand) check() error {
	switch {
	case len(c.Interfaces) == 0:
		return errors.New("name an interface: weir capture --list tells which there are")
	case len(c.Interfaces) > 1 && slices.Contains(c.Interfaces, capture.Any):
		return errors.New("any stands for all interfaces: name it alone")
	case c.Snaplen < 64 || c.Snaplen > capture.MaxSnaplen:
		return fmt.Errorf("--snaplen must lie between 64 and %d, not %d", capture.MaxSnaplen, c.Snaplen)
	case c.Rings < 1 || c.Rings > 64:
		return fmt.Errorf("--rings must lie between 1 and 64, not %d", c.Rings)
	case c.RingSize < 2*c.Rings:
		return fmt.Errorf("--ring-size must be at least 2 MB a ring, not %d", c.RingSize)
	case c.FlushInterval < time.Second:
		return fmt.Errorf("--flush-interval must be at least 1s, not %v", c.FlushInterval)
	case c.MaxFlows < 0 || c.Count < 0 || c.Duration < 0 || c.RotateSize < 0 || c.RotateEvery < 0 || c.CompactEvery < 0:
		return errors.New("--max-flows, --count, --duration, --rotate-size, --rotate-every and --compact-every must not be negative")
	case c.As != "" && c.CSV == "":
		return errors.New("--as is about --csv: name its file")
	}
	for i, name := range c.Interfaces {
		if slices.Contains(c.Interfaces[:i], name) {
			return fmt.Errorf("%s is named twice", name)
		}
	}
	return nil
}

// list prints the interfaces.
func (c *captureCommand) list(a *app) error {
	all, err := capture.Interfaces()
	if err != nil {
		return err
	}
	if a.json {
		return writeJSON(a.out, all)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "INTERFACE\tSTATE\tMAC\tADDRESSES")
	for _, i := range all {
		var addresses []string
		for _, p := range i.Addresses {
			addresses = append(addresses, p.String())
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.Name, stateOf(i), i.MAC, strings.Join(addresses, " "))
	}
	fmt.Fprintf(w, "%s\tall of them\t\t\n", capture.Any)
	return w.Flush()
}

func stateOf(i capture.Interface) string {
	state := "down"
	switch {
	case i.Up && i.Running:
		state = "up"
	case i.Up:
		state = "no carrier"
	}
	if i.Loopback {
		state += ", loopback"
	}
	if !i.Captures {
		state += ", cannot be captured"
	}
	return state
}

// prepare sets everything up but the source.
func (c *captureCommand) prepare(a *app, house *warehouse.Warehouse) (*liveCapture, error) {
	l := &liveCapture{app: a, command: c, house: house, pipeline: extract.NewPipeline(c.Config, a.tables)}
	l.source = strings.Join(c.Interfaces, "+") + "@" + capture.Host()
	l.log = newLiveLog(a, c.LogFormat == "json")
	if c.CSV != "" {
		l.csv = &liveCSV{path: c.CSV}
		if c.As != "" {
			var err error
			if l.csv.dialect, err = dialect.Find(c.As); err != nil {
				return nil, usage("--as: %v", err)
			}
		}
	}
	return l, nil
}

// open listens to the interfaces.
func (c *captureCommand) open(l *liveCapture) (capture.Source, error) {
	o := capture.DefaultLiveOptions()
	o.Interfaces, o.Filter, o.Snaplen = c.Interfaces, c.Filter, c.Snaplen
	o.Promiscuous, o.Rings, o.RingBytes = !c.NoPromiscuous, c.Rings, c.RingSize<<20
	live, err := capture.OpenLive(o)
	if err != nil {
		var wrong *capture.FilterError
		if errors.As(err, &wrong) {
			return nil, usage("%v", err)
		}
		return nil, err
	}
	l.live = live
	var source capture.Source = live
	if c.Count > 0 {
		source = capture.Limit(live, c.Count)
	}
	if c.WritePcap == "" {
		return source, nil
	}
	recorder, err := capture.Record(source, capture.RecordOptions{
		Dir: c.WritePcap, Stem: filepath.Base(strings.Join(c.Interfaces, "+")),
		Bytes: int64(c.RotateSize) << 20, Age: c.RotateEvery, Snaplen: c.Snaplen,
	})
	if err != nil {
		return nil, errors.Join(err, live.Close())
	}
	return recorder, nil
}

// letKill has another Ctrl-C or SIGTERM kill the program, as very many open flows
// take seconds to be written, and says so once a second has passed.
func (l *liveCapture) letKill(done context.Context) {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	const patience = time.Second
	select {
	case <-done.Done():
	case <-time.After(patience):
		l.log.tell("stopping", "writing the flows that were open; Ctrl-C again gives up what came after the last commit", map[string]any{})
	}
}

// watchSignals stops the capture when the program is told to, or its time is over, and
// flushes it at a hangup, until done. Told twice, the program ends at once.
func (l *liveCapture) watchSignals(done context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	var over <-chan time.Time
	if d := l.command.Duration; d > 0 {
		over = time.After(d)
	}
	for {
		select {
		case <-hangup:
			l.cut.Request()
		case <-l.ctx.Done():
			l.live.Stop()
			l.letKill(done)
			return
		case <-over:
			l.live.Stop()
			over = nil // it may still be told to end at once
		case <-done.Done():
			return
		}
	}
}
