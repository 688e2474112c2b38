package extract

import "math"

// epochCutter cuts the parcels into epochs.
type epochCutter struct {
	packets int   // of the epoch so far
	bytes   int64 // captured, of the epoch so far
	// unswept counts the packets since the last sweep; clock is the earliest time
	// of those that are metered, if timed.
	unswept int
	timed   bool
	clock   int64
}

// cut decides whether an epoch ends with a parcel, and at what time flows are
// swept then.
func (e *epochCutter) cut(q *parcel, r *run) {
	e.packets += len(q.headers)
	e.unswept += len(q.headers)
	e.bytes += int64(len(q.slab.Bytes))
	r.sum(q)
	if clock := q.total.clock; clock != math.MaxInt64 && (!e.timed || clock < e.clock) {
		e.clock, e.timed = clock, true
	}
	full := e.packets >= r.budget.packets || e.bytes >= r.budget.bytes
	if r.live != nil {
		r.live.close(q, full, r)
	} else {
		e.sweep(q, full, r)
	}
	if q.closing {
		e.packets, e.bytes = 0, 0
	}
}

// sweep cuts captures that are read from files. When flows are swept must not
// depend on how much memory there is.
func (e *epochCutter) sweep(q *parcel, full bool, r *run) {
	due := e.unswept >= epochPackets
	q.closing, q.clock = full || due, math.MinInt64
	if !due {
		return
	}
	if e.timed {
		// The earliest time of all since the last sweep: one corrupt timestamp
		// must not end the flows of other packets. Packets that are not metered
		// tell no time.
		q.clock = e.clock
	}
	e.unswept, e.timed = 0, false
	if r.series != nil && r.series.opened != nil {
		q.clock = math.MinInt64 // no flow that is made again has ended
	}
}
