package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
)

// Series meters captures that follow each other as one: flows that are open at
// the end of a capture go on in the next, and packet numbers run on. What has ended
// is handed over capture by capture.
//
// The rows are those of a joined capture, but that a flow which has been silent
// for the idle timeout is idle for good, as in a live capture. Flows are swept within a
// capture and at its end, never by what was metered before it, so that a series
// which is resumed between two captures gives the same rows.
//
// After an error a series must not be used any more.
type Series struct {
	pipeline  *Pipeline
	origin    flow.Origin
	shards    []*shard // of the last run, for their tables
	fragments decode.Fragments
	packets   int64 // of all captures so far
	open      int64 // packets of open flows
}

// seriesRun is what a run of a series does besides a run of one capture.
type seriesRun struct {
	first int64 // the number of the first packet
	last  bool  // no flow goes on
	// opened are, in a run that makes flows again, those flows.
	opened map[int64]flow.Opened

	// The sequencer sets these for the shards once they have taken all packets: up to
	// which time flows may have ended, and that the rows are still wanted.
	clock  int64
	wanted bool
}

// NewSeries returns a series without open flows. Its flows are named by the
// origin's ID, and those that start in a capture have that one's name as source.
func (p *Pipeline) NewSeries(origin flow.Origin) *Series { return &Series{pipeline: p, origin: origin} }

// Packets returns how many packets have been metered, rejected ones among them.
func (s *Series) Packets() int64 { return s.packets }

// Meter meters the next capture and hands the flows to the sink that have ended.
func (s *Series) Meter(ctx context.Context, name string, source capture.Source, sink Sink) (*Interval, error) {
	return s.run(ctx, name, source, sink, &seriesRun{first: s.packets})
}

// Finish ends all open flows.
func (s *Series) Finish(ctx context.Context, sink Sink) (*Interval, error) {
	i, err := s.run(ctx, s.origin.Source, nothing{}, sink, &seriesRun{first: s.packets, last: true})
	if err == nil && i.OpenPackets != 0 {
		err = errors.New("metering lost packets: not all are in the flows that were written")
	}
	return i, err
}

// run meters a source. In a run that makes flows again all packets of open flows
// are counted anew, and none was given to the sink.
func (s *Series) run(ctx context.Context, name string, source capture.Source, sink Sink, how *seriesRun) (*Interval, error) {
	origin := s.origin
	origin.Source = name
	r := newRun(s.pipeline, &origin, source)
	r.follow(s, how)
	stats, err := s.pipeline.run(ctx, r, sink)
	s.shards = r.shards
	s.packets += stats.Packets
	if how.opened == nil {
		s.open += stats.InFlows() - s.pipeline.merger.tally.packets
	}
	return &Interval{Stats: stats, OpenPackets: s.open}, err
}

// follow makes a run go on with the tables of a series.
func (r *run) follow(s *Series, how *seriesRun) {
	r.series, r.fragments = how, &s.fragments
	how.clock = math.MinInt64
	for i, x := range r.shards {
		x.series = how
		if s.shards != nil {
			x.table, x.engine = s.shards[i].table, s.shards[i].engine
			x.table.SetOrigin(x.origins[0])
		}
		if how.opened != nil {
			x.census = nil // what was not evicted then is not now
		}
	}
}

// ended notes at the end of a capture what the shards must know.
func (e *epochCutter) ended(r *run) {
	if r.series == nil {
		return
	}
	if r.series.opened == nil && e.timed {
		r.series.clock = e.clock
	}
	r.series.wanted = !r.abandoned()
}

// OpenFlows are the flows that are open between two captures of a series.
type OpenFlows struct {
	// Flows are in the order of their first packets.
	Flows []flow.Opened
	// Packets is how many they have so far.
	Packets int64
}

// Open returns the open flows.
func (s *Series) Open() OpenFlows {
	o := OpenFlows{Packets: s.open}
	for _, x := range s.shards {
		x.table.Each(func(f *flow.Flow) { o.Flows = append(o.Flows, f.Opened()) })
	}
	o.sort()
	return o
}

// ErrNotResumed says that the captures given do not hold the flows that were open.
var ErrNotResumed = errors.New("the captures are not those that held the open flows")

// Metered is a capture that was metered before.
type Metered struct {
	Name string
	Open func() (capture.Source, error)
}

// Resume makes the flows again that were open after a number of packets, from the
// captures that they began in and all that followed, of which the first begins
// with packet number first. The series must be new. The error is
// ErrNotResumed where they are others.
func (s *Series) Resume(ctx context.Context, open OpenFlows, first, packets int64, captures []Metered) error {
	s.packets = first
	opened := make(map[int64]flow.Opened, len(open.Flows))
	for _, f := range open.Flows {
		opened[f.Packet] = f
	}
	for _, c := range captures {
		source, err := c.Open()
		if err != nil {
			return err
		}
		_, err = s.run(ctx, c.Name, source, Nowhere(), &seriesRun{first: s.packets, opened: opened})
		if err := errors.Join(err, source.Close()); err != nil {
			return fmt.Errorf("read the packets of open flows again: %w", err)
		}
	}
	var flows, sum int64
	for _, x := range s.shards {
		x.table.Each(func(f *flow.Flow) { flows, sum = flows+1, sum+f.Packets() })
	}
	if s.open = open.Packets; s.packets != packets || flows != int64(len(open.Flows)) || sum != open.Packets {
		return ErrNotResumed
	}
	return nil
}

// nothing is a source without packets.
type nothing struct{}

func (nothing) Read(*capture.Slab) error { return io.EOF }

// Info implements capture.Source.
func (nothing) Info() capture.Info { return capture.Info{} }

// Close implements capture.Source.
func (nothing) Close() error { return nil }
