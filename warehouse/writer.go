package warehouse

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// WriterOptions bounds what a writer takes. Zero fields mean the defaults.
type WriterOptions struct {
	// Workers is how many goroutines encode at once; by default one per core.
	Workers int
	// RowGroupRows is the most rows of a row group, 131,072 by default, give or
	// take the rows between two calls of Grown.
	RowGroupRows int
	// BufferRows and BufferBytes bound the rows waiting in memory, 32,768 and
	// 64 MB by default. Half as much again may be being encoded. BufferRows is no
	// more than RowGroupRows.
	BufferRows, BufferBytes int
	// GroupCaptures is how many small captures a commit carries at the most,
	// 2,500 by default.
	GroupCaptures int
	// OpenFiles is how many partition files a large capture keeps open, 64 by
	// default, and FileBytes when it begins a new one, 256 MB by default.
	OpenFiles int
	FileBytes int64
}

func (o *WriterOptions) setDefaults() {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&o.Workers, runtime.GOMAXPROCS(0))
	set(&o.RowGroupRows, 1<<17)
	set(&o.BufferRows, 1<<15)
	o.BufferRows = min(o.BufferRows, o.RowGroupRows)
	set(&o.BufferBytes, 64<<20)
	set(&o.GroupCaptures, 2500)
	set(&o.OpenFiles, 64)
	if o.FileBytes <= 0 {
		o.FileBytes = 256 << 20
	}
}

// ErrIngested says that the warehouse has a capture already.
var ErrIngested = errors.New("the capture is in the warehouse already")

// Outcome says what has become of a complete capture.
type Outcome struct {
	CaptureID string
	// Already says that another writer ingested the capture meanwhile. Its rows are in the
	// warehouse once.
	Already bool
	// Err is why the capture is not ingested, nil if it is.
	Err error
}

// Writer brings captures into a warehouse, one after the other. It is for one
// goroutine and works on several. Any number of writers, also of other
// processes, may write to one warehouse.
type Writer struct {
	warehouse *Warehouse
	options   WriterOptions
	encoders  encoders
	buffers   *buffers
	// group are the complete captures whose rows wait in buffers.
	group []string
	// capture is the one in progress, if inside is true. stream takes its
	// rows once it has outgrown the buffers.
	capture string
	inside  bool
	// parts are the captures that some capture is made of.
	parts    map[string][]string
	stream   *stream
	outcomes []Outcome
	// prepared is closed once the tables are ready, or unready tells why they are not.
	prepared chan struct{}
	unready  error
	closed   bool
}

// spareBatches is how much memory of batches that are written is kept for the next ones,
// in parts of what waits: with less, as they grow unequally, much is taken anew.
const spareBatches = 2

// NewWriter returns a writer. It does nothing until Begin, and must be closed.
func (w *Warehouse) NewWriter(o WriterOptions) *Writer {
	o.setDefaults()
	return &Writer{warehouse: w, options: o, encoders: newEncoders(o.Workers, part.NewEncoder), buffers: newBuffers(spareBatches * o.BufferBytes), parts: map[string][]string{}}
}

// Begin begins a capture. It returns ErrIngested if the warehouse, or a group
// waiting to be committed, has it already; then there is nothing to end. The
// first call makes the tables that are missing, and so finds a directory
// that cannot be written.
func (w *Writer) Begin(captureID string) error {
	switch {
	case w.closed:
		return errors.New("begin capture: the writer is closed")
	case w.inside:
		return fmt.Errorf("begin capture %s: capture %s has not ended", captureID, w.capture)
	case captureID == "":
		return errors.New("begin capture: its id is empty")
	}
	if err := w.ready(); err != nil {
		return err
	}
	if w.waits(captureID) {
		// Whether it will be there is known only after the commit.
		w.commitGroup()
	}
	have, err := w.warehouse.Has(captureID)
	if err != nil {
		return err
	}
	if have {
		return fmt.Errorf("begin capture %s: %w", captureID, ErrIngested)
	}
	w.capture, w.inside = captureID, true
	return nil
}

// Prepare begins with what the first Begin waits for, to go on while the caller does
// something else.
func (w *Writer) Prepare() {
	if w.prepared != nil || w.closed {
		return
	}
	w.prepared = make(chan struct{})
	go func() {
		defer close(w.prepared)
		w.unready = w.warehouse.ready()
	}()
}

// ready waits until the tables are. What has failed is tried again at the next call.
func (w *Writer) ready() error {
	w.Prepare()
	<-w.prepared
	if w.unready != nil {
		w.prepared = nil
	}
	return w.unready
}

func (w *Writer) waits(captureID string) bool {
	for _, id := range w.group {
		if id == captureID || slices.Contains(w.parts[id], captureID) {
			return true
		}
	}
	return false
}

// MadeOf tells that the capture in progress holds the rows of others, which
// from its commit on count as ingested too.
func (w *Writer) MadeOf(captureIDs []string) {
	if w.inside {
		w.parts[w.capture] = captureIDs
	}
}

// Batch returns the open batch of a partition, to which rows of the capture
// in progress are appended. Partition has the text of the partition columns' values
// in order, empty for null. The batch is valid until the next call of any
// other method.
func (w *Writer) Batch(t *schema.Table, partition ...string) (*schema.Batch, error) {
	if !w.inside {
		return nil, fmt.Errorf("batch of %s: no capture has begun", t.Name)
	}
	if x := w.buffers.lookup(t, partition); x != nil {
		return x.batch, nil
	}
	if want := len(t.Partitions()); len(partition) != want {
		return nil, fmt.Errorf("batch of %s: %d partition values, want %d", t.Name, len(partition), want)
	}
	for i, s := range w.warehouse.stores {
		if s.table == t {
			return w.buffers.add(i, t, partition).batch, nil
		}
	}
	return nil, fmt.Errorf("batch of %s: the warehouse was opened without this table", t.Name)
}

// Grown tells that rows were appended to a batch. It may take batches away to
// be written, waiting for a free worker, so Batch must be called again before more is appended. An
// error is the end of the capture in progress, which then must be aborted.
func (w *Writer) Grown(b *schema.Batch) error {
	x := w.buffers.byBatch[b]
	if x == nil {
		return nil // taken away by an earlier call, rows and all
	}
	w.buffers.count(x)
	if !w.full() {
		return nil
	}
	if w.stream == nil {
		w.commitGroup()
		if !w.full() {
			return nil
		}
		w.stream = newStream(w, w.capture)
	}
	for w.full() {
		x := w.buffers.largest()
		w.buffers.remove(x)
		if err := w.stream.flush(x); err != nil {
			return fmt.Errorf("write capture %s: %w", w.capture, err)
		}
	}
	return nil
}

// Amend sets a Late column of t to a value in the rows of the capture in
// progress whose Key.Packet is among packets.
func (w *Writer) Amend(t *schema.Table, column, value string, packets schema.Packets) error {
	if !w.inside {
		return fmt.Errorf("amend %s: no capture has begun", t.Name)
	}
	if c, ok := t.Column(column); !ok || !c.Late {
		return fmt.Errorf("amend %s: it has no late column %s", t.Name, column)
	}
	for _, x := range w.buffers.list {
		if x.batch.Table == t {
			x.batch.Amend(column, value, x.done, packets)
			w.buffers.count(x)
		}
	}
	if w.stream == nil {
		return nil
	}
	for i, s := range w.warehouse.stores {
		if s.table == t {
			w.stream.amendments = append(w.stream.amendments, amendment{i, column, value, packets})
		}
	}
	return nil
}

// full reports whether the buffers hold more than they should.
func (w *Writer) full() bool {
	return w.buffers.rows > w.options.BufferRows || w.buffers.bytes > w.options.BufferBytes
}

// End ends the capture: its rows are complete and will be committed, at once
// or with those of other captures. Outcomes tells when that has happened. An error means
// that this capture is not ingested.
func (w *Writer) End() error {
	if !w.inside {
		return errors.New("end capture: none has begun")
	}
	w.inside = false
	if w.stream != nil {
		s := w.stream
		w.stream = nil
		return w.finish([]string{s.capture}, s)
	}
	w.buffers.complete(len(w.group))
	w.group = append(w.group, w.capture)
	if len(w.group) < w.options.GroupCaptures && !w.full() {
		return nil
	}
	return w.commitGroup()
}

// Abort drops the capture in progress. None of its rows will ever be visible.
func (w *Writer) Abort() error {
	if !w.inside {
		return errors.New("abort capture: none has begun")
	}
	w.inside = false
	delete(w.parts, w.capture)
	if w.stream != nil {
		w.stream.abort()
		w.stream = nil
	}
	w.buffers.drop()
	return nil
}

// Commit commits all complete captures. Its error is that of the group, which
// Outcomes repeats for each of its captures.
func (w *Writer) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return w.commitGroup()
}

// Outcomes returns what became of captures since it was last called, in the order
// in which they began.
func (w *Writer) Outcomes() []Outcome {
	o := w.outcomes
	w.outcomes = nil
	return o
}

// Close aborts the capture in progress, commits the complete ones, and removes
// temporary files.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	if w.inside {
		if err := w.Abort(); err != nil {
			return err
		}
	}
	w.closed = true
	if w.prepared != nil {
		<-w.prepared
	}
	return w.commitGroup()
}

// commitGroup commits the complete captures and leaves the one in progress.
func (w *Writer) commitGroup() error {
	if len(w.group) == 0 {
		return nil
	}
	g := &group{writer: w, captures: w.group, buffers: w.buffers.split()}
	w.group = nil
	defer g.release()
	return w.finish(g.captures, g)
}

// finish commits captures and records the outcomes.
func (w *Writer) finish(captures []string, rows rowSource) error {
	already, err := w.commit(captures, rows)
	for _, id := range captures {
		delete(w.parts, id)
		switch {
		case already[id]:
			w.outcomes = append(w.outcomes, Outcome{CaptureID: id, Already: true})
		default:
			w.outcomes = append(w.outcomes, Outcome{CaptureID: id, Err: err})
		}
	}
	return err
}
