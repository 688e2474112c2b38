package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
)

// epochPackets is how many packets there are between two sweeps, rounded up to
// a whole parcel. It is part of the result only for captures out of time
// order. It is also how many packets make an epoch, unless memory is short.
const epochPackets = 1 << 16

// Pipeline runs captures through the stages, one at a time. It keeps its
// buffers from run to run.
type Pipeline struct {
	config   Config
	merger   *merger
	spare    []*parcel
	Progress Progress
}

// NewPipeline returns a pipeline for the settings, which must be valid, that
// fills the tables.
func NewPipeline(c Config, tables *Catalogues) *Pipeline {
	return &Pipeline{config: c, merger: newMerger(tables, c.workers())}
}

// Run meters all packets of a source and hands the rows to the sink. Flows of a
// joined capture have the name of the file with their first packet as source. The
// statistics are of what was read, also where it returns an error: of
// reading, of the sink, or of the context.
func (p *Pipeline) Run(ctx context.Context, origin *flow.Origin, source capture.Source, sink Sink) (Stats, error) {
	return p.run(ctx, newRun(p, origin, source), sink)
}

func (p *Pipeline) run(user context.Context, r *run, sink Sink) (Stats, error) {
	// Where reading fails, what was read is still metered and handed over;
	// where the user or the sink gives up, it is not.
	r.abandoned = func() bool { return user.Err() != nil || r.failed.Load() }
	ctx, cancel := context.WithCancelCause(user)
	defer cancel(nil)
	var wg sync.WaitGroup
	var decoders sync.WaitGroup
	for range p.config.workers() {
		decoders.Go(func() { r.decode(ctx, cancel) })
	}
	wg.Go(func() {
		decoders.Wait()
		close(r.order)
	})
	wg.Go(func() { r.sequence() })
	for _, s := range r.shards {
		s.abandoned = r.abandoned
		wg.Go(func() { s.meter(r.free) })
	}
	rows, err := p.merger.merge(user, r, sink)
	if err != nil {
		r.failed.Store(true)
		cancel(err)
		r.discard(&wg)
	}
	wg.Wait()
	p.spare = r.parcels
	r.stats.Flows, r.stats.Evicted, r.stats.Unread = rows, p.merger.tally.evicted, p.merger.tally.unread
	return r.stats, errors.Join(err, ended(ctx, err), r.stats.conserve())
}

// ended returns what ended a run early besides the error of the sink.
func ended(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return nil
	}
	return cause
}

// run is the state of one Pipeline.Run.
type run struct {
	reading sync.Mutex // guards source and ended
	source  capture.Source
	ended   bool
	parcels []*parcel
	free    chan *parcel
	order   chan *parcel // to the sequencer, in reading order
	shards  []*shard
	decap   bool
	stats   Stats
	seen    *Progress
	live    *liveRun   // nil for captures that are read from files
	series  *seriesRun // nil for a capture that is no part of a series
	budget  budget
	// fragments are those of the packets so far.
	fragments *decode.Fragments
	// abandoned tells that nobody wants the rows any more: the user has given up,
	// or the sink has failed.
	abandoned func() bool
	failed    atomic.Bool
}

func newRun(p *Pipeline, origin *flow.Origin, source capture.Source) *run {
	workers := p.config.workers()
	inFlight := 2*workers + 2
	r := &run{
		source: source, parcels: p.spare, decap: !p.config.NoDecap, seen: &p.Progress,
		free: make(chan *parcel, inFlight), order: make(chan *parcel, inFlight),
		stats: noStats(), fragments: &decode.Fragments{},
	}
	for len(r.parcels) < inFlight {
		r.parcels = append(r.parcels, newParcel(workers))
	}
	for _, q := range r.parcels {
		r.free <- q
	}
	of := origins(origin, source)
	for range workers {
		r.shards = append(r.shards, newShard(len(r.shards), p.config, of, inFlight))
	}
	r.limit(p.config.budget())
	return r
}

// limit keeps the run within a budget.
func (r *run) limit(b budget) {
	r.budget = b
	if !b.limited {
		return
	}
	c := newCensus(b, len(r.shards))
	for _, s := range r.shards {
		s.census, s.budget = c, b
	}
}

// decode reads and decodes parcels until the source ends. Who has read a parcel
// decodes it too, with its bytes still in the cache of the processor.
func (r *run) decode(ctx context.Context, cancel context.CancelCauseFunc) {
	d := decode.New(decode.Options{Decap: r.decap})
	for {
		q := r.read(ctx, cancel)
		if q == nil {
			return
		}
		q.decode(d)
		q.decoded <- struct{}{}
	}
}

// read fills a parcel and puts it in order, or returns nil once there is nothing
// more to read.
func (r *run) read(ctx context.Context, cancel context.CancelCauseFunc) *parcel {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.ended || ctx.Err() != nil {
		return nil
	}
	q := <-r.free
	if err := r.source.Read(&q.slab); err != nil {
		r.ended = true
		if err != io.EOF {
			cancel(err)
		}
		return nil
	}
	r.order <- q
	return q
}

// sequence does what must be done in packet order: fragments, sums, epochs.
func (r *run) sequence() {
	var e epochCutter
	for q := range r.order {
		<-q.decoded
		if len(q.frags) > 0 {
			r.fragments.Resolve(q.headers, q.frags)
			q.deal()
		}
		e.cut(q, r)
		q.pending.Store(int32(len(r.shards)))
		for _, s := range r.shards {
			s.in <- q
		}
	}
	e.ended(r)
	for _, s := range r.shards {
		close(s.in)
	}
}

// sum counts the packets of a parcel.
func (r *run) sum(q *parcel) {
	t, packets := &q.total, int64(len(q.slab.Packets))
	for reject, n := range t.rejected {
		r.stats.Rejected[reject] += n
	}
	r.stats.Packets += packets
	r.stats.First, r.stats.Last = min(r.stats.First, t.first), max(r.stats.Last, t.last)
	r.stats.Bytes += t.bytes
	r.seen.Packets.Add(packets)
	r.seen.Bytes.Add(t.bytes)
}

// discard takes what the shards still hand over after the merger has failed,
// so that every stage comes to its end.
func (r *run) discard(wg *sync.WaitGroup) {
	for _, s := range r.shards {
		s.debt.forgo()
		wg.Go(func() {
			for range s.out {
			}
		})
	}
}

// conserve checks metering rule 2.
func (s *Stats) conserve() error {
	var sum int64
	for _, n := range s.Rejected {
		sum += n
	}
	if sum != s.Packets {
		return fmt.Errorf("metering lost packets: %d read, %d accounted for", s.Packets, sum)
	}
	return nil
}
