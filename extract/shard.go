package extract

import (
	"weir/extract/app"
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
	census  *census    // nil without a memory limit
	debt    *debt
	budget  budget
	// abandoned tells that nobody wants the rows any more.
	abandoned func() bool
}

// epoch is what a shard hands over at the end of an epoch.
type epoch struct {
	flows    []*flow.Flow
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
	if s.abandoned() {
		return
	}
	s.finish()
	s.out <- s.handOver()
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
	seams := q.slab.Seams
	for _, i := range q.lists[s.number] {
		for len(seams) > 0 && seams[0].Packet <= int(i) {
			s.table.SetOrigin(s.origins[seams[0].File])
			seams = seams[1:]
		}
		s.table.Add(&q.headers[i], q.slab.First+int64(i))
	}
	if s.live != nil {
		s.live.bound(s.table)
	}
}

// sweep ends the flows that have been silent for long.
func (s *shard) sweep(clock int64) {
	if s.live == nil {
		s.table.Sweep(clock)
		return
	}
	s.table.Expire(clock)
	s.live.report(s.table)
}

// finish ends all flows.
func (s *shard) finish() {
	if s.live == nil {
		s.table.Finish(flow.EndEOF)
		return
	}
	s.table.Finish(flow.EndStop)
	s.live.report(s.table)
}

func (s *shard) handOver() epoch {
	e := epoch{flows: s.table.Ended(), returned: s.table.Returned()}
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
