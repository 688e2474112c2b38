package flow

import (
	"math"
	"slices"

	"weir/extract/app"
	"weir/extract/decode"
)

// limits is Config in nanoseconds.
type limits struct {
	idle, active, activity, subflow, bulkGap int64
	bulkPackets                              int
}

// Table is the flow table of one shard. It is not safe for concurrent use.
type Table struct {
	limits limits
	origin *Origin
	engine *app.Engine // nil if no application layer is read
	index  index
	wheel  wheel
	free   pool
	ended  []*Flow
	gone   gone
	late   []int64
	held   int64 // by the conversations of open flows

	expected int64 // of no meaning
}

// NewTable returns an empty table whose flows are of that origin. Their
// payload goes to engine, unless it is nil.
func NewTable(c Config, origin *Origin, engine *app.Engine) *Table {
	t := &Table{
		origin: origin,
		engine: engine,
		limits: limits{
			idle: int64(c.IdleTimeout), active: int64(c.ActiveTimeout), activity: int64(c.ActivityTimeout),
			subflow: int64(c.SubflowTimeout), bulkGap: int64(c.BulkGap), bulkPackets: c.BulkPackets,
		},
	}
	t.index.init(&t.free)
	t.wheel.init(&t.free, max(1, int64(c.IdleTimeout)/4))
	return t
}

// Each visits all open flows.
func (t *Table) Each(visit func(*Flow)) { t.index.each(visit) }

// SetOrigin makes the flows that start from now on of another origin.
func (t *Table) SetOrigin(origin *Origin) { t.origin = origin }

// Len returns the number of open flows.
func (t *Table) Len() int { return t.index.used }

// Add takes the next packet of the shard; packet is its number in the
// capture. The header is not kept.
func (t *Table) Add(h *decode.Header, packet int64) {
	f := t.index.find(h)
	if f == nil {
		t.start(h, packet, nil)
		return
	}
	switch {
	case since(h.Time, f.last) > t.limits.idle:
		t.close(f, EndIdle)
		t.start(h, packet, nil)
	case f.story != nil && h.TCP && h.Flags&(decode.SYN|decode.ACK) == decode.SYN &&
		(f.closed() || f.payload() > 0 && f.story.reused(h, f.direction(h))):
		t.close(f, EndNewSYN)
		t.start(h, packet, nil)
	case t.limits.active > 0 && since(h.Time, f.opened) > t.limits.active && !f.closed():
		t.close(f, EndActive)
		t.start(h, packet, f)
	default:
		f.add(h, &t.limits, false)
		t.listen(f, h, packet)
	}
}

// start opens a flow with its first packet: a new conversation, or the next
// slice of the one that before was.
func (t *Table) start(h *decode.Header, packet int64, before *Flow) {
	f := t.take(h.Key.Protocol == protocolTCP && h.Key.Family >= decode.IPv4)
	f.open(h, packet)
	f.origin = t.origin
	turned := false
	if before != nil {
		f.reverse, f.slice = before.reverse, before.slice+1
	} else if h.TCP && h.Flags&(decode.SYN|decode.ACK) == decode.SYN|decode.ACK {
		f.reverse, turned = !f.reverse, true
	}
	f.orient(h)
	f.add(h, &t.limits, turned)
	t.listen(f, h, packet)
	t.index.insert(f)
	t.wheel.add(f)
	t.wheel.compact(t.Len())
	if first, ok := t.gone.take(h.Hash); ok {
		t.late = append(t.late, first)
	}
}

const protocolTCP = 6

// close takes a flow out of the table.
func (t *Table) close(f *Flow, reason EndReason) {
	f.finish(reason, &t.limits)
	f.hangUp()
	t.held -= int64(f.held)
	t.index.remove(f)
	t.ended = append(t.ended, f)
}

// Sweep ends the flows that have been silent for longer than the idle
// timeout at that time. Nothing is known yet of their future, so they end as
// they would at the capture's end; those of whose key a packet comes later
// have really been idle, and Returned names them.
func (t *Table) Sweep(clock int64) {
	if clock < math.MinInt64+t.limits.idle {
		return // nothing can have been silent that long
	}
	t.wheel.sweep(clock-t.limits.idle, func(due []*Flow) {
		t.expectEnd(due)
		for _, f := range due {
			t.close(f, EndEOF)
			if !f.closed() {
				t.gone.put(f.hash, f.packet)
			}
		}
	})
}

// Expire ends the flows that have been silent for longer than the idle timeout
// at a time up to which all packets have been added: they are idle for good. A
// live capture sweeps so, since what it has committed is not amended later.
func (t *Table) Expire(clock int64) {
	if clock < math.MinInt64+t.limits.idle {
		return // nothing can have been silent that long
	}
	t.wheel.sweep(clock-t.limits.idle, func(due []*Flow) {
		t.expectEnd(due)
		for _, f := range due {
			t.close(f, EndIdle)
		}
	})
}

// Evict ends flows, those first that have been silent the longest, until no
// more than that many are open.
func (t *Table) Evict(most int) {
	t.wheel.evict(t.Len()-most, func(f *Flow) { t.close(f, EndEvicted) })
}

// Finish ends all open flows for that reason.
func (t *Table) Finish(reason EndReason) {
	open := len(t.ended)
	t.ended = slices.Grow(t.ended, t.Len())
	t.index.each(func(f *Flow) { t.ended = append(t.ended, f) })
	for some := range slices.Chunk(t.ended[open:], Ahead) {
		t.expectEnd(some)
		for _, f := range some {
			f.finish(reason, &t.limits)
			f.hangUp()
		}
	}
	t.held = 0
	t.index.init(&t.free)
	t.wheel.init(&t.free, t.wheel.width)
}

// Ended returns the flows that have ended since the last call. They belong
// to the caller until they are given back by Recycle.
func (t *Table) Ended() []*Flow {
	ended := t.ended
	t.ended = nil
	return ended
}

// Returned returns the first packets of flows that were swept and whose
// conversation went on later: their end reason is idle.
func (t *Table) Returned() []int64 {
	late := t.late
	t.late = nil
	return late
}

// Recycle gives flows back whose rows have been taken. It may be called from
// another goroutine.
func (t *Table) Recycle(flows []*Flow) { t.free.give(flows) }
