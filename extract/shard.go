package extract

import "weir/extract/flow"

// shard meters the packets of its share of the keys.
type shard struct {
	number int
	table  *flow.Table
	in     chan *parcel
	out    chan epoch
}

// epoch is what a shard hands over at the end of an epoch.
type epoch struct {
	flows    []*flow.Flow
	returned []int64
}

func newShard(number int, c flow.Config, origin *flow.Origin, inFlight int) *shard {
	return &shard{number: number, table: flow.NewTable(c, origin), in: make(chan *parcel, inFlight), out: make(chan epoch, 2)}
}

// meter takes parcels until there are no more and then ends all flows.
func (s *shard) meter(free chan<- *parcel) {
	defer close(s.out)
	for q := range s.in {
		for _, i := range q.lists[s.number] {
			s.table.Add(&q.headers[i], q.slab.First+int64(i))
		}
		if q.closing {
			s.table.Sweep(q.clock)
			s.out <- s.handOver()
		}
		if q.pending.Add(-1) == 0 {
			free <- q
		}
	}
	s.table.Finish(flow.EndEOF)
	s.out <- s.handOver()
}

func (s *shard) handOver() epoch {
	return epoch{flows: s.table.Ended(), returned: s.table.Returned()}
}
