package warehouse

import (
	"errors"
	"fmt"
	"sync"

	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// group are complete small captures that share batches and are committed
// together. The batches stay in memory until the commit, so that files can
// be written again without the captures that turn out to be there already.
type group struct {
	writer   *Writer
	captures []string
	buffers  []*buffer
}

// files implements rowSource.
func (g *group) files(store int, without map[string]bool) ([]*dataFile, []string, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var files []*dataFile
	var errs []error
	with := make([]bool, len(g.captures))
	for _, x := range g.buffers {
		if x.store != store {
			continue
		}
		batch := g.batch(x, without, with)
		if batch.Rows() == 0 {
			continue
		}
		all.Go(func() {
			f, err := g.writer.writeBatch(store, batch)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			files = append(files, f)
		})
	}
	all.Wait()
	if len(errs) > 0 {
		removeFiles(files)
		return nil, nil, errors.Join(errs...)
	}
	var captures []string
	for i, id := range g.captures {
		if with[i] {
			captures = append(captures, id)
		}
	}
	return files, captures, nil
}

// batch returns a buffer's rows of the captures that are wanted, and marks these.
func (g *group) batch(x *buffer, without map[string]bool, with []bool) *schema.Batch {
	whole := true
	for _, s := range x.spans {
		if without[g.captures[s.capture]] {
			whole = false
		} else {
			with[s.capture] = true
		}
	}
	if whole {
		return x.batch
	}
	some := schema.NewBatch(x.batch.Table, x.batch.Partition)
	for _, s := range x.spans {
		if !without[g.captures[s.capture]] {
			copyRows(some, x.batch, s.from, s.to)
		}
	}
	return some
}

// release gives the memory of the batches back.
func (g *group) release() {
	for _, x := range g.buffers {
		x.batch.Release()
	}
}

// writeBatch writes a batch as a file of its own once there is an encoder for it.
func (w *Writer) writeBatch(store int, b *schema.Batch) (*dataFile, error) {
	f, summary, err := w.encodeBatch(store, b)
	if err != nil {
		return nil, err
	}
	return f.settle(summary, b.Partition, 0)
}

func (w *Writer) encodeBatch(store int, b *schema.Batch) (*tempFile, part.Summary, error) {
	enc := w.encoders.take(b.Rows())
	defer w.encoders.give(enc)
	f, err := w.warehouse.stores[store].create()
	if err != nil {
		return nil, part.Summary{}, err
	}
	if err := f.part.Write(b, enc...); err != nil {
		f.discard()
		return nil, part.Summary{}, fmt.Errorf("write data file %s: %w", f.path, err)
	}
	summary, err := f.end(enc...)
	return f, summary, err
}
