package part

import (
	"sync"
	"sync/atomic"

	"weir/warehouse/schema"
)

// writeParallel encodes the columns on all encoders and writes them in order.
// The chunks under way are bounded by the encoders, because a column is begun only with
// a free chunk in hand.
func (f *File) writeParallel(b *schema.Batch, order []int32, enc []*Encoder) {
	slots := 2 * len(enc)
	free := make(chan *chunk, slots)
	for i := range slots {
		free <- enc[0].chunk(i)
	}
	done := make([]chan *chunk, len(b.Columns))
	for i := range done {
		done[i] = make(chan *chunk, 1)
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for _, e := range enc {
		workers.Go(func() {
			for c := range free {
				i := int(next.Add(1)) - 1
				if i >= len(b.Columns) {
					return
				}
				if c.err = f.stop(); c.err == nil && !b.Columns[i].Late {
					c.err = e.encode(b.Columns[i], &b.Vectors[i], order, c)
				}
				done[i] <- c
			}
		})
	}
	for i := range done {
		c := <-done[i]
		if b.Columns[i].Late {
			f.skip()
		} else {
			f.addChunk(i, b, c)
		}
		free <- c
	}
	close(free)
	workers.Wait()
}

// chunk returns the i-th chunk that the encoder keeps for reuse.
func (e *Encoder) chunk(i int) *chunk {
	for len(e.chunks) <= i {
		e.chunks = append(e.chunks, &chunk{})
	}
	return e.chunks[i]
}
