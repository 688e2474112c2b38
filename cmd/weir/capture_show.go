package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"weir/extract"
)

// liveLog writes what happens, as text or as JSON.
type liveLog struct {
	*app
	json bool
	mu   sync.Mutex
	line bool // the status line stands
}

func newLiveLog(a *app, asJSON bool) *liveLog { return &liveLog{app: a, json: asJSON} }

// tell writes an event. The text is for people, the fields for programs.
func (g *liveLog) tell(event, text string, fields map[string]any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.erase()
	if !g.json {
		g.say("%s", text)
		return
	}
	fields["time"], fields["event"] = time.Now().UTC(), event
	if line, err := json.Marshal(fields); err == nil {
		g.say("%s", line)
	}
}

func (g *liveLog) erase() {
	if g.line {
		fmt.Fprint(g.err, "\r\x1b[K")
		g.line = false
	}
}

func (g *liveLog) status(text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.erase()
	fmt.Fprint(g.err, text)
	g.line = true
}

func (g *liveLog) started(l *liveCapture) {
	g.tell("started", "capturing from "+l.source+" into "+l.warehouse, map[string]any{"source": l.source, "warehouse": l.warehouse, "session": l.session})
	if l.warning != "" {
		g.tell("warning", "weir: "+l.warning, map[string]any{"warning": l.warning})
	}
}

func (g *liveLog) committed(l *liveCapture, row *extract.Capture, took time.Duration) {
	if !g.json && !g.verbose {
		return
	}
	s := row.Stats
	g.tell("committed", fmt.Sprintf("committed %s of %s in %s, %d dropped", count(s.Flows, "flow"), count(s.Packets, "packet"), took.Round(time.Millisecond), row.Info.Dropped),
		map[string]any{"capture_id": row.ID, "packets": s.Packets, "bytes": s.Bytes, "flows": s.Flows, "packets_in_flows": s.InFlows(), "dropped": row.Info.Dropped, "seconds": took.Seconds()})
}

func (g *liveLog) stopped(r captured) {
	g.tell("stopped", fmt.Sprintf("%s, %s, %d dropped; %s committed", count(r.Packets, "packet"), count(r.Flows, "flow"), r.Dropped, count(r.Intervals, "interval")),
		map[string]any{"packets": r.Packets, "bytes": r.Bytes, "flows": r.Flows, "dropped": r.Dropped, "intervals": r.Intervals})
}

// captured is the result of a live capture, as --json prints it.
type captured struct {
	Source    string `json:"source"`
	Session   string `json:"session"`
	Packets   int64  `json:"packets"`
	Bytes     int64  `json:"bytes"`
	Flows     int64  `json:"flows"`
	Dropped   int64  `json:"dropped"`
	Intervals int64  `json:"intervals"`
}

// result tells what the capture has taken in so far.
func (l *liveCapture) result() captured {
	seen := &l.pipeline.Progress
	return captured{Source: l.source, Session: l.session, Packets: seen.Packets.Load(), Bytes: seen.Bytes.Load(),
		Flows: l.totals.flows.Load(), Dropped: int64(l.live.Info().Dropped), Intervals: l.totals.intervals.Load()}
}

// topRows is how many flows and talkers a live table has at the most.
const topRows = 30

// show starts what is asked to be shown, and returns what ends it.
func (l *liveCapture) show() (func(), error) {
	stop := make(chan struct{})
	var ending sync.Once
	var showing sync.WaitGroup
	var server *http.Server
	if address := l.command.Metrics; address != "" {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("serve metrics: %w", err)
		}
		const patience = 5 * time.Second
		mux := http.NewServeMux()
		mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			l.writeMetrics(w)
		})
		server = &http.Server{Handler: mux, ReadHeaderTimeout: patience, WriteTimeout: patience}
		showing.Go(func() { _ = server.Serve(listener) })
	}
	if l.app.live && !l.log.json || l.command.Top {
		showing.Go(func() { l.refresh(stop) })
	}
	return func() {
		ending.Do(func() {
			close(stop)
			if server != nil {
				_ = server.Close()
			}
			showing.Wait()
		})
	}, nil
}

// refresh shows the status line, or the table, every second.
func (l *liveCapture) refresh(stop <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var packets, bytes int64
	for last := time.Now(); ; {
		select {
		case <-stop:
			return
		case now := <-tick.C:
			seen := &l.pipeline.Progress
			p, b, seconds := seen.Packets.Load(), seen.Bytes.Load(), now.Sub(last).Seconds()
			line := l.statusLine(float64(p-packets)/seconds, float64(b-bytes)*8/seconds)
			packets, bytes, last = p, b, now
			if l.command.Top {
				l.drawTop(line)
				continue
			}
			l.log.status(clip(line, l.width()-1))
		}
	}
}

func (l *liveCapture) statusLine(packets, bits float64) string {
	line := fmt.Sprintf("%s: %s, %s, %s open flows, %s dropped", strings.Join(l.command.Interfaces, " "),
		humanize.SIWithDigits(packets, 1, "packets/s"), humanize.SIWithDigits(bits, 1, "bit/s"),
		humanize.Comma(l.cut.Open()), humanize.Comma(l.live.Info().Dropped))
	if c := l.committed.Load(); c != nil {
		line += fmt.Sprintf(", committed %s %s ago", count(c.flows, "flow"), time.Since(c.at).Round(time.Second))
	}
	return line
}

// writeMetrics writes the counters in the text format of Prometheus.
func (l *liveCapture) writeMetrics(w io.Writer) {
	metric := func(name, kind, help string) {
		fmt.Fprintf(w, "# HELP weir_%s %s\n# TYPE weir_%s %s\n", name, help, name, kind)
	}
	single := func(name, kind, help string, value float64) {
		metric(name, kind, help)
		fmt.Fprintf(w, "weir_%s %g\n", name, value)
	}
	seen := &l.pipeline.Progress
	single("packets_total", "counter", "Packets metered.", float64(seen.Packets.Load()))
	single("bytes_total", "counter", "Bytes on the wire of packets metered.", float64(seen.Bytes.Load()))
	single("flows_total", "counter", "Flows that have ended.", float64(seen.Flows.Load()))
	single("committed_flows_total", "counter", "Flows in the warehouse.", float64(l.totals.flows.Load()))
	single("committed_intervals_total", "counter", "Intervals in the warehouse.", float64(l.totals.intervals.Load()))
	single("commit_failures_total", "counter", "Commits that have failed.", float64(l.totals.failures.Load()))
	single("open_flows", "gauge", "Open flows.", float64(l.cut.Open()))
	if c := l.committed.Load(); c != nil {
		single("last_commit_timestamp_seconds", "gauge", "When the last interval was committed.", float64(c.at.UnixMilli())/1000)
		single("last_commit_duration_seconds", "gauge", "How long that took.", c.took.Seconds())
	}
	counters := l.live.Counters()
	metric("interface_packets_total", "counter", "Packets read from an interface.")
	for _, c := range counters {
		fmt.Fprintf(w, "weir_interface_packets_total{interface=%q} %d\n", c.Interface, c.Packets)
	}
	metric("dropped_packets_total", "counter", "Packets lost: in the rings, or in the kernel before them.")
	for _, c := range counters {
		fmt.Fprintf(w, "weir_dropped_packets_total{interface=%q,where=\"ring\"} %d\n", c.Interface, c.RingDrops)
		fmt.Fprintf(w, "weir_dropped_packets_total{interface=%q,where=\"kernel\"} %d\n", c.Interface, c.KernelDrops)
	}
	metric("interface_down_total", "counter", "How often an interface was found down or gone.")
	for _, c := range counters {
		fmt.Fprintf(w, "weir_interface_down_total{interface=%q} %d\n", c.Interface, c.Down)
	}
}
