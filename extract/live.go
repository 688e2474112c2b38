package extract

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
)

// Live says how a capture that does not end is cut into intervals, each of
// which is committed by itself. Flows end by the clock of the source
// (flow.Table.Expire), so that silence ends them too.
type Live struct {
	// Interval is how long an interval lasts, by the clock of the machine.
	Interval time.Duration
	// Busy tells, unless it is nil, that an interval cannot be flushed now: then it
	// goes on, so that a slow disk costs no packets. It may be called by any goroutine.
	Busy func() bool
	// Lead, unless it is nil, is by how much earlier an interval ends, because it takes
	// that long until it is stored: so not more than Interval is at stake at any
	// time. It is at most half of Interval.
	Lead func() time.Duration
	// MaxFlows bounds the open flows, about: beyond it those that have been silent
	// the longest are evicted. 0 is no bound.
	MaxFlows int
	// Flush takes the rows that the sink was given since the last call as an interval. It
	// is called between two epochs, by the goroutine that calls the sink. An
	// error ends the run.
	Flush func(*Interval) error

	// Top is how many rows Largest has; 0 saves the work.
	Top int

	mu      sync.Mutex // guards tops
	tops    []top      // of the shards
	open    atomic.Int64
	request atomic.Bool
}

// Interval is what was metered in one interval of a live capture. Its statistics
// count the packets that came in it; the rows are of the flows that ended in it.
type Interval struct {
	Stats
	// OpenPackets counts the packets of flows that were still open at the end:
	// the packets of the rows of an interval are those that were open before, and
	// those metered in it, without these.
	OpenPackets int64
}

// Open returns the number of open flows as of the last sweep, at most a second ago.
func (l *Live) Open() int64 { return l.open.Load() }

// Request ends the interval at the next tick of the source's clock.
func (l *Live) Request() { l.request.Store(true) }

// sweepEvery is how often flows are looked through by the clock.
const sweepEvery = time.Second

// RunLive meters a live source until it ends, then ends all open flows
// (metering rule 6: stop). It returns the statistics of the last interval, which
// is the caller's to flush. The context ends the run without its flows: to
// keep them, stop the source.
func (p *Pipeline) RunLive(ctx context.Context, origin *flow.Origin, source capture.Source, sink Sink, live *Live) (*Interval, error) {
	r := newRun(p, origin, source)
	r.live = &liveRun{Live: live, began: time.Now()}
	live.tops = make([]top, len(r.shards))
	for i, s := range r.shards {
		s.live = &liveShard{live: live, number: i, most: math.MaxInt}
		if live.MaxFlows > 0 {
			s.live.most = max(1, live.MaxFlows/len(r.shards))
		}
	}
	_, err := p.run(ctx, r, sink)
	last := &Interval{Stats: r.stats}
	last.Flows, last.Evicted, last.Unread = r.live.rows.flows, r.live.rows.evicted, r.live.rows.unread
	r.live.accepted += last.InFlows()
	last.OpenPackets = r.live.accepted - r.live.inRows
	if err == nil && last.OpenPackets != 0 {
		err = errors.New("metering lost packets: not all are in the flows that were written")
	}
	return last, err
}

// liveRun is the state of one RunLive. The sequencer uses began, swept and clock,
// the merger the rest.
type liveRun struct {
	*Live
	began time.Time // of the interval
	swept time.Time
	clock int64

	rows             tally // of the interval
	accepted, inRows int64 // packets, of the whole run
}

// close decides whether an epoch ends with a parcel, and an interval with it.
func (l *liveRun) close(q *parcel, full bool, r *run) {
	l.clock = max(l.clock, q.slab.Clock)
	now := time.Now()
	due := (l.request.Load() || now.Sub(l.began) >= l.length()) && (l.Busy == nil || !l.Busy())
	q.interval, q.clock = nil, l.clock
	q.closing = due || full || now.Sub(l.swept) >= sweepEvery
	if !q.closing {
		return
	}
	l.swept = now
	if due {
		l.request.Store(false)
		l.began = now
		q.interval = &Interval{Stats: r.stats}
		r.stats = noStats()
	}
}

// wrote counts the rows of an epoch, and flushes the interval that ends with it.
func (l *liveRun) wrote(sum tally, ended *Interval) error {
	l.inRows += sum.packets
	l.rows.add(sum)
	if ended == nil {
		return nil
	}
	ended.Flows, ended.Evicted, ended.Unread = l.rows.flows, l.rows.evicted, l.rows.unread
	l.rows = tally{}
	l.accepted += ended.Rejected[decode.Accepted]
	ended.OpenPackets = l.accepted - l.inRows
	if err := ended.conserve(); err != nil {
		return err
	}
	return l.Flush(ended)
}

// length is how long an interval lasts.
func (l *Live) length() time.Duration {
	if l.Lead == nil {
		return l.Interval
	}
	return l.Interval - min(max(0, l.Lead()), l.Interval/2)
}

func noStats() Stats { return Stats{First: math.MaxInt64, Last: math.MinInt64} }

// liveShard is a shard's part in a live capture.
type liveShard struct {
	live   *Live
	number int
	most   int
	open   int64 // as reported
}

// bound evicts flows if too many are open, and some more so as not to have
// to do so at every parcel.
func (s *liveShard) bound(t *flow.Table) {
	if t.Len() > s.most {
		t.Evict(s.most - s.most/8)
	}
}

// report counts the open flows.
func (s *liveShard) report(t *flow.Table) {
	n := int64(t.Len())
	s.live.open.Add(n - s.open)
	s.open = n
	if s.live.Top > 0 {
		s.survey(t)
	}
}
