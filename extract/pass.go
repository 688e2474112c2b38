package extract

import (
	"context"
	"io"
	"math"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
)

// Stage is how far a Pass takes the packets; each includes those before it.
type Stage uint8

// Stages of a Pass.
const (
	Reading   Stage = iota
	Decoding        // frames to headers
	Metering        // headers to flows
	Listening       // payload to the application layer
)

// Pass takes the packets of a source through the stages up to the last one and
// drops what comes out. It works on the caller's goroutine alone, so that the
// time a pass takes beyond a shorter one is what its last stage costs.
func Pass(ctx context.Context, c Config, source capture.Source, last Stage) (packets int64, err error) {
	c.Workers, c.NoApp = 1, last < Listening
	p := pass{
		last: last, parcel: newParcel(1), decoder: decode.New(decode.Options{Decap: !c.NoDecap}), clock: math.MaxInt64,
		shard: newShard(0, c, []*flow.Origin{{ID: "pass"}}, 1),
	}
	for {
		if err := context.Cause(ctx); err != nil {
			return packets, err
		}
		err := source.Read(&p.parcel.slab)
		if err == io.EOF {
			p.shard.table.Finish(flow.EndEOF)
			p.drop()
			return packets, nil
		}
		if err != nil {
			return packets, err
		}
		packets += int64(len(p.parcel.slab.Packets))
		p.take()
	}
}

// pass is the state of one Pass.
type pass struct {
	last      Stage
	parcel    *parcel
	decoder   *decode.Decoder
	fragments decode.Fragments
	shard     *shard
	clock     int64 // the earliest time of the epoch
	inEpoch   int
}

// take takes the parcel's packets as far as the pass goes.
func (p *pass) take() {
	q := p.parcel
	if p.last < Decoding {
		return
	}
	q.decode(p.decoder)
	if len(q.frags) > 0 {
		p.fragments.Resolve(q.headers, q.frags)
		q.deal()
	}
	if p.last < Metering {
		return
	}
	q.slab.Seams = nil // all flows are of the pass
	p.shard.add(q)
	for i := range q.headers {
		if q.headers[i].Reject == decode.Accepted {
			p.clock = min(p.clock, q.headers[i].Time)
		}
	}
	if p.inEpoch += len(q.headers); p.inEpoch >= epochPackets && p.clock < math.MaxInt64 {
		p.shard.sweep(p.clock)
		p.drop()
		p.clock, p.inEpoch = math.MaxInt64, 0
	}
}

// drop gives the flows that have ended back.
func (p *pass) drop() { p.shard.table.Recycle(p.shard.handOver().flows) }
