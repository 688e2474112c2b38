package extract

import (
	"slices"
	"sync"

	"weir/extract/flow"
)

// census is where the shards meet at the end of an epoch and agree on which
// flows are evicted: the oldest of all shards, so that it makes no
// difference how flows are dealt to shards. All packets of the epoch have been
// metered then, and none of the next one, so that it makes none how far the
// shards are either.
type census struct {
	budget budget

	mu      sync.Mutex
	all     sync.Cond
	shards  int
	arrived int
	round   int
	// What the shards have told in this round.
	weight int64
	gone   int
	ages   []flow.Age
	// What was agreed on in the last one.
	excess int64
	forget bool
	cut    flow.Age
}

func newCensus(b budget, shards int) *census {
	c := &census{budget: b, shards: shards}
	c.all.L = &c.mu
	return c
}

// hold keeps the flows of all shards within the budget. Each shard calls it at
// the end of each epoch.
func (c *census) hold(t *flow.Table) {
	excess, forget := c.count(t.Weight(), t.Gone())
	if forget {
		t.Forget()
	}
	if excess > 0 {
		t.EvictUpTo(c.agree(flow.Oldest(t.Ages(nil), excess)))
	}
}

// count tells what the open flows of a shard weigh and what it remembers, and
// returns by how much the flows of all are too heavy, and whether all are to
// forget what they have remembered for long.
func (c *census) count(weight int64, gone int) (excess int64, forget bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.weight += weight
	c.gone += gone
	c.meet(func() {
		c.excess = 0
		if c.weight > c.budget.flows {
			// Some more than needed, so that it is not needed again at once.
			c.excess = c.weight - c.budget.flows + c.budget.flows/16
		}
		// What was remembered before is about as much again.
		c.forget = c.gone > c.budget.gone/2
		c.weight, c.gone = 0, 0
	})
	return c.excess, c.forget
}

// agree tells the oldest flows of a shard, as heavy as the excess of all, and
// returns up to what age flows of all shards are to be evicted.
func (c *census) agree(oldest []flow.Age) flow.Age {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ages = append(c.ages, oldest...)
	c.meet(func() {
		c.cut = slices.MaxFunc(flow.Oldest(c.ages, c.excess), flow.Age.Compare)
		c.ages = nil
	})
	return c.cut
}

// meet waits until all shards have called it; the last one judges before all go
// on. A shard may come to the next meeting before another has left this one, but
// that one is not judged before all have come.
func (c *census) meet(judge func()) {
	if c.arrived++; c.arrived == c.shards {
		judge()
		c.arrived = 0
		c.round++
		c.all.Broadcast()
		return
	}
	for round := c.round; round == c.round; {
		c.all.Wait()
	}
}

// debt is what the flows weigh that a shard has handed over and that are not yet
// written. A shard that owes much waits.
type debt struct {
	mu      sync.Mutex
	less    sync.Cond
	sum     int64
	forgone bool // nothing is written any more
}

func newDebt() *debt {
	d := &debt{}
	d.less.L = &d.mu
	return d
}

// add adds to the debt, or takes from it.
func (d *debt) add(weight int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sum += weight
	d.less.Signal()
}

// wait waits until the debt is no more than that.
func (d *debt) wait(most int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.sum > most && !d.forgone {
		d.less.Wait()
	}
}

// forgo lets nobody wait any more.
func (d *debt) forgo() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgone = true
	d.less.Signal()
}
