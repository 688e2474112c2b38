package warehouse

import (
	"sync"

	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// stream takes the rows of one capture that is larger than the buffers. Each
// partition has a lane, whose row groups go to temporary files in order; the
// lanes work in parallel.
type stream struct {
	writer  *Writer
	capture string
	// The caller's goroutine alone uses the lanes' list and what the lanes
	// keep for it.
	lanes map[string]*lane
	list  []*lane // in order of first use
	clock int     // counts flushes
	// amendments are what Amend asked for; they are made when the files are finished.
	amendments []amendment
	open       int // lanes that have a file open, once their jobs are done

	jobs sync.WaitGroup

	mu      sync.Mutex
	room    sync.Cond // jobs have ended
	flight  load      // of jobs that have not ended
	failure error
}

// lane is a partition of the capture.
type lane struct {
	store     int
	key       string
	partition []string
	used      int           // the stream's clock at the last flush
	open      bool          // a file will be open once the jobs are done
	done      chan struct{} // closed at the end of the last job
	// Of the jobs, which run one after the other: the file being written,
	// those that wait for the capture's end, and those that are finished.
	file     *tempFile
	parked   []*tempFile
	finished []*dataFile
}

// amendment is a value that a late column gets in some rows.
type amendment struct {
	store         int
	column, value string
	packets       schema.Packets
}

func newStream(w *Writer, capture string) *stream {
	s := &stream{writer: w, capture: capture, lanes: map[string]*lane{}}
	s.room.L = &s.mu
	return s
}

// flush writes a buffer as the next row group of its partition. It waits
// while too many rows are on their way. The buffer is no longer the caller's.
func (s *stream) flush(x *buffer) error {
	l := s.lanes[x.key]
	if l == nil {
		l = &lane{store: x.store, key: x.key, partition: append([]string(nil), x.batch.Partition...), done: make(chan struct{})}
		close(l.done)
		s.lanes[x.key] = l
		s.list = append(s.list, l)
	}
	if !l.open {
		s.closeOldest()
		l.open = true
		s.open++
	}
	s.clock++
	l.used = s.clock
	rows := load{x.batch.Rows(), x.batch.Size()}
	if err := s.reserve(rows); err != nil {
		return err
	}
	s.run(l, rows, func() error { return s.write(l, x) })
	return nil
}

// load is how many rows wait, and the memory they take.
type load struct{ rows, bytes int }

func (a load) plus(b load) load  { return load{a.rows + b.rows, a.bytes + b.bytes} }
func (a load) minus(b load) load { return load{a.rows - b.rows, a.bytes - b.bytes} }

// closeOldest ends the file of the lane that was flushed least recently if
// too many are open. The choice depends on the order of flushes alone.
func (s *stream) closeOldest() {
	if s.open < s.writer.options.OpenFiles {
		return
	}
	var oldest *lane
	for _, l := range s.list {
		if l.open && (oldest == nil || l.used < oldest.used) {
			oldest = l
		}
	}
	s.close(oldest)
}

func (s *stream) close(l *lane) {
	l.open = false
	s.open--
	s.run(l, load{}, l.park)
}

// reserve waits until there is room for rows, for half as many as may wait in
// the buffers: while these fill the encoders catch up. It returns the error of
// an earlier job if there was one.
func (s *stream) reserve(rows load) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.writer.options
	for s.failure == nil && s.flight.rows > 0 {
		if all := s.flight.plus(rows); all.rows <= o.BufferRows/2 && all.bytes <= o.BufferBytes/2 {
			break
		}
		s.room.Wait()
	}
	if s.failure == nil {
		s.flight = s.flight.plus(rows)
	}
	return s.failure
}

// run starts a job that runs once the lane's earlier jobs have. After a
// failure jobs do nothing.
func (s *stream) run(l *lane, rows load, job func() error) {
	before, done := l.done, make(chan struct{})
	l.done = done
	s.jobs.Go(func() {
		defer close(done)
		<-before
		err := s.err()
		if err == nil {
			err = job()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.failure == nil {
			s.failure = err
		}
		s.flight = s.flight.minus(rows)
		s.room.Broadcast()
	})
}

func (s *stream) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// write is the job of a flush.
func (s *stream) write(l *lane, x *buffer) error {
	w := s.writer
	enc := w.encoders.take(x.batch.Rows())
	defer w.encoders.give(enc)
	var err error
	if l.file == nil {
		store := w.warehouse.stores[l.store]
		if l.file, err = store.create(); err != nil {
			return err
		}
		if err := store.fs.MkdirAll(store.partitionPath(x.batch.Partition)); err != nil { // or the commit would wait for it
			return err
		}
	}
	if err := l.file.part.Write(x.batch, enc...); err != nil {
		return err
	}
	x.batch.Release()
	if l.file.part.Size() >= w.options.FileBytes {
		return l.park()
	}
	return nil
}

// park ends the writing of the lane's file, if one is open. Its footer has to
// wait: rows may be amended until the capture's end.
func (l *lane) park() error {
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	l.parked = append(l.parked, f)
	return f.park()
}

// finish is the last job of a lane: it amends and ends all its files.
func (s *stream) finish(l *lane) error {
	if l.file != nil {
		l.parked = append(l.parked, l.file)
		l.file = nil
	}
	for len(l.parked) > 0 {
		f := l.parked[0]
		l.parked[0], l.parked = nil, l.parked[1:] // what it unpacks goes with it
		summary, err := s.end(l, f)
		if err != nil {
			return err
		}
		done, err := f.settle(summary, l.partition, len(l.finished))
		if err != nil {
			return err
		}
		l.finished = append(l.finished, done)
	}
	return nil
}

// end amends a file and writes its footer.
func (s *stream) end(l *lane, f *tempFile) (part.Summary, error) {
	enc := s.writer.encoders.take(0)
	defer s.writer.encoders.give(enc)
	for _, a := range s.amendments {
		if a.store == l.store {
			f.part.Amend(a.column, a.value, a.packets)
		}
	}
	return f.end(enc...)
}

// complete writes what the buffers still hold and ends all files. What these hold
// already goes to the disk meanwhile, or all would wait for it at the end.
func (s *stream) complete() error {
	for _, l := range s.list {
		s.run(l, load{}, func() error {
			if l.file != nil {
				writeBack(l.file.file)
			}
			return nil
		})
	}
	b := s.writer.buffers
	for len(b.list) > 0 {
		x := b.list[0]
		b.remove(x)
		if x.batch.Rows() == 0 {
			continue
		}
		if err := s.flush(x); err != nil {
			b.drop()
			return err
		}
	}
	for _, l := range s.list {
		s.run(l, load{}, func() error { return s.finish(l) })
	}
	s.jobs.Wait()
	return s.err()
}

// abort waits for the jobs under way and removes all files.
func (s *stream) abort() {
	s.jobs.Wait()
	for _, l := range s.list {
		if l.file != nil {
			l.file.discard()
			l.file = nil
		}
		for _, f := range l.parked {
			f.discard()
		}
		l.parked = nil
		removeFiles(l.finished)
		l.finished = nil
	}
}

// files implements rowSource. A table's files are handed out once; they are
// of one capture, so there is nothing to write again without it.
func (s *stream) files(store int, without map[string]bool) ([]*dataFile, []string, error) {
	var files []*dataFile
	for _, l := range s.list {
		if l.store == store {
			files = append(files, l.finished...)
			l.finished = nil
		}
	}
	if without[s.capture] || len(files) == 0 {
		removeFiles(files)
		return nil, nil, nil
	}
	return files, []string{s.capture}, nil
}
