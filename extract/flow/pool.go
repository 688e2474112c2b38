package flow

import (
	"sync"

	"weir/extract/app"
)

// pool is the free list of flows. Flows are allocated in blocks; a shard
// takes them and another goroutine gives them back.
type pool struct {
	flows   []*Flow  // taken from without a lock
	stories []*story // likewise
	mu      sync.Mutex
	back    []*Flow
}

const block = 64

// take returns a zero flow, with a story if it is TCP, and the conversation
// of the flow that it was before, if that had one.
func (p *pool) take(tcp bool) (*Flow, *app.Conversation) {
	if len(p.flows) == 0 {
		p.refill()
	}
	n := len(p.flows) - 1
	f := p.flows[n]
	p.flows = p.flows[:n]
	if s := f.story; s != nil {
		p.stories = append(p.stories, s)
	}
	conversation := f.app
	*f = Flow{}
	if !tcp {
		return f, conversation
	}
	if len(p.stories) == 0 {
		stories := make([]story, block)
		for i := range stories {
			p.stories = append(p.stories, &stories[i])
		}
	}
	n = len(p.stories) - 1
	f.story = p.stories[n]
	p.stories = p.stories[:n]
	f.story.reset()
	return f, conversation
}

func (p *pool) refill() {
	p.mu.Lock()
	p.flows, p.back = p.back, p.flows
	p.mu.Unlock()
	if len(p.flows) > 0 {
		return
	}
	flows := make([]Flow, block)
	for i := range flows {
		p.flows = append(p.flows, &flows[i])
	}
}

func (p *pool) give(flows []*Flow) {
	p.mu.Lock()
	p.back = append(p.back, flows...)
	p.mu.Unlock()
}
