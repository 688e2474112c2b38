package extract

import (
	"weir/extract/app"
	"weir/extract/decode"
	"weir/extract/flow"
)

// shard meters the packets of its share of the keys.
type shard struct {
	number int
	table  *flow.Table
	// origins are those of the capture's files.
	origins []*flow.Origin
	engine  *app.Engine // nil if no application layer is read
	in      chan *parcel
	out     chan epoch
	live    *liveShard // nil for captures that are read from files
	series  *seriesRun // nil for a capture that is no part of a series
	census  *census    // nil without a memory limit
	debt    *debt
	budget  budget
	// abandoned tells that nobody wants the rows any more.
	abandoned func() bool
}

// epoch is what a shard hands over at the end of an epoch.
type epoch struct {
	flows    []*flow.Flow
	items    []item // the flows, in the order of rows
	tally    tally
	returned []int64
	events   app.Events
	weight   int64     // of the flows
	interval *Interval // that ends with the epoch, if one does
}

func newShard(number int, c Config, origins []*flow.Origin, inFlight int) *shard {
	var engine *app.Engine
	if !c.NoApp {
		engine = app.NewEngine()
	}
	return &shard{number: number, origins: origins, engine: engine, table: flow.NewTable(c.Metering, origins[0], engine), in: make(chan *parcel, inFlight), out: make(chan epoch, 2), debt: newDebt()}
}

// meter takes parcels until there are no more and then ends all flows, unless
// they are not wanted any more.
func (s *shard) meter(free chan<- *parcel) {
	defer close(s.out)
	for q := range s.in {
		s.add(q)
		if q.closing {
			s.close(q)
		}
		if q.pending.Add(-1) == 0 {
			free <- q
		}
	}
	if s.isUnwanted() {
		return
	}
	s.finish()
	s.out <- s.handOver()
}

// isUnwanted tells whether nobody wants the rows any more. The shards of a series
// must agree on it, since they meet once more.
func (s *shard) isUnwanted() bool {
	if s.series != nil {
		return !s.series.wanted
	}
	return s.abandoned()
}

// close ends an epoch with a parcel.
func (s *shard) close(q *parcel) {
	s.sweep(q.clock)
	if s.census != nil {
		s.census.hold(s.table)
	}
	e := s.handOver()
	e.interval = q.interval
	s.out <- e
	if s.census != nil {
		s.debt.wait(s.budget.owed)
	}
}

// add meters a parcel. The flows that start in it are of the file that holds
// their first packet.
func (s *shard) add(q *parcel) {
	seams, list := q.slab.Seams, q.lists[s.number]
	for n, i := range list {
		if n%flow.Ahead == 0 {
			s.table.Expect(q.headers, list[n:])
		}
		for len(seams) > 0 && seams[0].Packet <= int(i) {
			s.table.SetOrigin(s.origins[seams[0].File])
			seams = seams[1:]
		}
		s.take(&q.headers[i], q.slab.First+int64(i))
	}
	if s.live != nil {
		s.live.bound(s.table)
	}
}

// sweep ends the flows that have been silent for long.
func (s *shard) sweep(clock int64) {
	switch {
	case s.live != nil:
		s.table.Expire(clock)
		s.live.report(s.table)
	case s.series != nil:
		s.table.Expire(clock)
	default:
		s.table.Sweep(clock)
	}
}

// take meters a packet.
func (s *shard) take(h *decode.Header, packet int64) {
	switch {
	case s.series == nil:
		s.table.Add(h, packet)
	case s.series.opened == nil:
		s.table.Add(h, s.series.first+packet)
	default:
		s.table.Resume(h, s.series.first+packet, s.series.opened)
	}
}

// finish ends all flows, or in a series those that have been silent for long.
func (s *shard) finish() {
	switch {
	case s.live != nil:
		s.table.Finish(flow.EndStop)
		s.live.report(s.table)
	case s.series != nil && !s.series.last:
		s.table.Expire(s.series.clock)
		if s.census != nil {
			s.census.hold(s.table)
		}
	default:
		s.table.Finish(flow.EndEOF)
	}
}

func (s *shard) handOver() epoch {
	e := epoch{flows: s.table.Ended(), returned: s.table.Returned()}
	e.items, e.tally = sortItems(e.flows)
	if s.engine != nil {
		e.events = s.engine.Events()
	}
	if s.census != nil {
		for _, f := range e.flows {
			e.weight += f.Weight()
		}
		s.debt.add(e.weight)
	}
	return e
}
