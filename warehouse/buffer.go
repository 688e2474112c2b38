package warehouse

import (
	"slices"

	"weir/warehouse/schema"
)

// buffer is the open batch of a partition.
type buffer struct {
	store int // index of the table
	key   string
	batch *schema.Batch
	// spans are the rows of complete captures, in order and without gaps;
	// from row done on the rows are of the capture in progress.
	spans []span
	done  int
	// rows and bytes are what the totals count of it.
	rows, bytes int
}

// span says which capture of the group some rows are of.
type span struct{ capture, from, to int }

// buffers are the open batches of a writer.
type buffers struct {
	byKey   map[string]*buffer
	byBatch map[*schema.Batch]*buffer
	list    []*buffer // in order of opening
	rows    int
	bytes   int
	key     []byte
	memory  *schema.Memory
}

// newBuffers returns buffers that keep up to that many bytes of batches that are
// done with, for others.
func newBuffers(spareBytes int) *buffers {
	return &buffers{byKey: map[string]*buffer{}, byBatch: map[*schema.Batch]*buffer{}, memory: schema.NewMemory(spareBytes)}
}

// lookup sets b.key to the key of a partition and returns its buffer, or nil.
func (b *buffers) lookup(t *schema.Table, partition []string) *buffer {
	b.key = append(b.key[:0], t.Name...)
	for _, p := range partition {
		b.key = append(append(b.key, 0), p...)
	}
	return b.byKey[string(b.key)]
}

// add opens a buffer for the partition that lookup did not find.
func (b *buffers) add(store int, t *schema.Table, partition []string) *buffer {
	x := &buffer{store: store, key: string(b.key), batch: b.memory.NewBatch(t, partition)}
	b.insert(x)
	return x
}

func (b *buffers) insert(x *buffer) {
	b.byKey[x.key], b.byBatch[x.batch] = x, x
	b.list = append(b.list, x)
	b.rows, b.bytes = b.rows+x.rows, b.bytes+x.bytes
}

// remove takes a buffer out of the open ones.
func (b *buffers) remove(x *buffer) {
	delete(b.byKey, x.key)
	delete(b.byBatch, x.batch)
	b.list = slices.DeleteFunc(b.list, func(y *buffer) bool { return x == y })
	b.rows, b.bytes = b.rows-x.rows, b.bytes-x.bytes
}

// count brings the totals up to date with a buffer that has changed.
func (b *buffers) count(x *buffer) {
	rows, bytes := x.batch.Rows(), x.batch.Size()
	b.rows, b.bytes = b.rows+rows-x.rows, b.bytes+bytes-x.bytes
	x.rows, x.bytes = rows, bytes
}

// complete marks all rows of the capture in progress as those of the group's
// capture of that number.
func (b *buffers) complete(capture int) {
	for _, x := range b.list {
		if n := x.batch.Rows(); n > x.done {
			x.spans = append(x.spans, span{capture, x.done, n})
			x.done = n
			b.count(x)
		}
	}
}

// drop removes the rows of the capture in progress.
func (b *buffers) drop() {
	for _, x := range slices.Clone(b.list) {
		if x.done == 0 {
			b.remove(x)
			x.batch.Release()
			continue
		}
		x.batch.Truncate(x.done)
		b.count(x)
	}
}

// split takes the rows of complete captures out and leaves those of the
// capture in progress.
func (b *buffers) split() []*buffer {
	var complete []*buffer
	for _, x := range slices.Clone(b.list) {
		if x.done == 0 {
			continue
		}
		b.remove(x)
		complete = append(complete, x)
		if n := x.batch.Rows(); n > x.done {
			rest := &buffer{store: x.store, key: x.key, batch: b.memory.NewBatch(x.batch.Table, x.batch.Partition)}
			copyRows(rest.batch, x.batch, x.done, n)
			x.batch.Truncate(x.done)
			b.insert(rest)
			b.count(rest)
		}
	}
	return complete
}

// largest returns the buffer that takes the most memory, the first one of equals.
func (b *buffers) largest() *buffer {
	var most *buffer
	for _, x := range b.list {
		if most == nil || x.bytes > most.bytes {
			most = x
		}
	}
	return most
}
