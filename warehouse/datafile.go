package warehouse

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"weir/warehouse/delta"
	"weir/warehouse/part"
	"weir/warehouse/schema"
)

// tempDir is the directory in a table's own for files being written. Readers
// of Hive and Delta tables pass over names that begin with an underscore.
const tempDir = "_tmp"

// tempFile is a data file being written.
type tempFile struct {
	fs   fileSystem
	path string
	file delta.File
	buf  *bufio.Writer
	part *part.File
}

// dataFile is a finished file, flushed to disk, that no log names yet.
type dataFile struct {
	fs        fileSystem
	path      string // where it is now
	partition []string
	seq       int // among the files of its partition in the group
	summary   part.Summary
}

// create begins a file of the table under a temporary name.
func (s *tableStore) create() (*tempFile, error) { return s.createFor(s.table.Stored()) }

// createFor begins a file of other columns than the catalogue's.
func (s *tableStore) createFor(columns []schema.Column) (*tempFile, error) {
	writer, err := s.lease.hold()
	if err != nil {
		return nil, fmt.Errorf("create data file of %s: %w", s.table.Name, err)
	}
	dir := filepath.Join(s.dir, tempDir)
	path := filepath.Join(dir, writer+"."+randomName()+".parquet.tmp")
	file, err := s.fs.Create(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.fs.MkdirAll(dir); err == nil {
			file, err = s.fs.Create(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("create data file of %s: %w", s.table.Name, err)
	}
	buf := bufio.NewWriterSize(file, 1<<16)
	meta := map[string]string{delta.FormatProperty: strconv.Itoa(delta.Format)}
	return &tempFile{fs: s.fs, path: path, file: file, buf: buf, part: part.Create(buf, columns, meta)}, nil
}

// park closes the file for now, so that it takes no descriptor while its
// late columns wait for the capture's end. It may be finished or discarded
// later, but not written to.
func (f *tempFile) park() error {
	err := errors.Join(f.buf.Flush(), f.file.Close(), f.part.Park())
	f.file = nil
	if err != nil {
		return fmt.Errorf("write data file %s: %w", f.path, err)
	}
	return nil
}

// unpark opens a parked file again.
func (f *tempFile) unpark() error {
	if f.file != nil {
		return nil
	}
	file, err := f.fs.Append(f.path)
	if err != nil {
		return fmt.Errorf("reopen data file: %w", err)
	}
	f.file = file
	f.buf.Reset(file)
	return nil
}

// finish writes the footer and flushes the file to disk. Like discard it ends
// the use of the file.
func (f *tempFile) finish(partition []string, seq int, enc ...*part.Encoder) (*dataFile, error) {
	summary, err := f.end(enc...)
	if err != nil {
		return nil, err
	}
	return f.settle(summary, partition, seq)
}

// end writes the footer. After an error the file is discarded.
func (f *tempFile) end(enc ...*part.Encoder) (part.Summary, error) {
	if err := f.unpark(); err != nil {
		f.discard()
		return part.Summary{}, err
	}
	summary, err := f.part.Close(enc...)
	if err == nil {
		err = f.buf.Flush()
	}
	if err != nil {
		f.discard()
		return part.Summary{}, fmt.Errorf("write data file %s: %w", f.path, err)
	}
	return summary, nil
}

// settle flushes a file that has its footer to disk. It takes no encoder: files
// that are flushed at the same time share the disk's waits.
func (f *tempFile) settle(summary part.Summary, partition []string, seq int) (*dataFile, error) {
	if err := f.file.Sync(); err != nil {
		f.discard()
		return nil, fmt.Errorf("write data file %s: %w", f.path, err)
	}
	if err := f.file.Close(); err != nil {
		f.fs.Remove(f.path)
		return nil, fmt.Errorf("close data file %s: %w", f.path, err)
	}
	return &dataFile{fs: f.fs, path: f.path, partition: partition, seq: seq, summary: summary}, nil
}

func (f *tempFile) discard() {
	if f.file != nil {
		f.file.Close()
	}
	f.fs.Remove(f.path)
}

func removeFiles(files []*dataFile) {
	for _, f := range files {
		f.fs.Remove(f.path)
	}
}

// place renames finished files to their names in the table, durably, and
// returns what the log is to say of them. After an error all files are removed.
func (s *tableStore) place(files []*dataFile, tag string) ([]delta.Add, error) {
	slices.SortFunc(files, func(a, b *dataFile) int {
		return cmp.Or(slices.Compare(a.partition, b.partition), cmp.Compare(a.seq, b.seq))
	})
	adds := make([]delta.Add, 0, len(files))
	changed := map[string]bool{}
	for _, f := range files {
		add, err := s.placeOne(f, tag, changed)
		if err != nil {
			removeFiles(files)
			return nil, fmt.Errorf("name data file of %s: %w", s.table.Name, err)
		}
		adds = append(adds, add)
	}
	if err := s.syncDirs(changed); err != nil {
		removeFiles(files)
		return nil, fmt.Errorf("flush directory of %s: %w", s.table.Name, err)
	}
	return adds, nil
}

// syncDirs flushes directories, all at the same time: they share the disk's waits.
func (s *tableStore) syncDirs(dirs map[string]bool) error {
	var mu sync.Mutex
	var all sync.WaitGroup
	var errs []error
	for dir := range dirs {
		all.Go(func() {
			if err := s.fs.SyncDir(dir); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *tableStore) placeOne(f *dataFile, tag string, changed map[string]bool) (delta.Add, error) {
	dir, full := partitionDir(s.table, f.partition), s.partitionPath(f.partition)
	writer, err := s.lease.hold()
	if err != nil {
		return delta.Add{}, err
	}
	name := fmt.Sprintf("part-%s-%04d-%s.%s.parquet", tag, f.seq, writer, randomName())
	path := filepath.Join(full, name)
	if err := s.moveInto(full, f.path, path); err != nil {
		return delta.Add{}, err
	}
	f.path = path
	for d := full; ; d = filepath.Dir(d) {
		changed[d] = true
		if d == s.dir {
			break
		}
	}
	if dir != "" {
		name = dir + "/" + name
	}
	return delta.Add{
		Path:             name,
		PartitionValues:  partitionValues(s.table, f.partition),
		Size:             f.summary.Bytes,
		ModificationTime: time.Now().UnixMilli(),
		Tags:             map[string]string{checksumTag: checksumText(f.summary.CRC32C)},
		Stats: delta.Stats{
			NumRecords: f.summary.Rows,
			Min:        f.summary.Min,
			Max:        f.summary.Max,
			NullCount:  f.summary.NullCount,
		},
	}, nil
}

// partitionPath is where the files of a partition are.
func (s *tableStore) partitionPath(partition []string) string {
	return filepath.Join(s.dir, filepath.FromSlash(partitionDir(s.table, partition)))
}

// moveInto renames a file into a directory, which is made. Reclaim may remove
// the directory in between, because it is empty.
func (s *tableStore) moveInto(dir, from, to string) error {
	const tries = 5
	for try := 1; ; try++ {
		if err := s.fs.MkdirAll(dir); err != nil {
			return err
		}
		err := s.fs.Rename(from, to)
		if try == tries || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}
