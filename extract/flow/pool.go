package flow

import (
	"sync"

	"weir/extract/app"
	"weir/extract/app/block"
)

// pool is the free list of flows. Flows are allocated in blocks; a shard
// takes them and another goroutine gives them back.
type pool struct {
	blocks  []*[atOnce]Flow // all flows there are, by number
	flows   []*Flow         // taken from without a lock
	stories []*story        // likewise
	mu      sync.Mutex
	back    []*Flow
	closed  []*app.Conversation // of the flows given back
}

// atOnce is how many flows or stories are allocated at once.
const atOnce = 128

// maxClosed is how many conversations wait for the shard to use them again.
const maxClosed = 4096

// at returns the flow of a number.
func (p *pool) at(number uint32) *Flow { return &p.blocks[number/atOnce][number%atOnce] }

// take returns a zero flow, with a story if it is TCP, and now and then the
// conversations of the flows that were given back.
func (p *pool) take(tcp bool) (f *Flow, closed []*app.Conversation) {
	if len(p.flows) == 0 {
		closed = p.refill()
	}
	n := len(p.flows) - 1
	f = p.flows[n]
	p.flows = p.flows[:n]
	if s := f.story; s != nil {
		p.stories = append(p.stories, s)
	}
	*f = Flow{number: f.number}
	if !tcp {
		return f, closed
	}
	if len(p.stories) == 0 {
		stories := block.Of[story](atOnce)
		for i := range stories {
			p.stories = append(p.stories, &stories[i])
		}
	}
	n = len(p.stories) - 1
	f.story = p.stories[n]
	p.stories = p.stories[:n]
	f.story.reset()
	return f, closed
}

func (p *pool) refill() (closed []*app.Conversation) {
	p.mu.Lock()
	p.flows, p.back = p.back, p.flows
	closed, p.closed = p.closed, nil
	p.mu.Unlock()
	if len(p.flows) > 0 {
		return closed
	}
	flows := (*[atOnce]Flow)(block.Of[Flow](atOnce))
	for i := range flows {
		flows[i].number = uint32(atOnce*len(p.blocks) + i)
		p.flows = append(p.flows, &flows[i])
	}
	p.blocks = append(p.blocks, flows)
	return closed
}

func (p *pool) give(flows []*Flow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.back = append(p.back, flows...)
	for _, f := range flows {
		if f.app != nil && len(p.closed) < maxClosed {
			p.closed = append(p.closed, f.app)
		}
		f.app = nil
	}
}
