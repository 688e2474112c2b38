package warehouse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"weir/warehouse/delta"
	"weir/warehouse/part"
)

// CompactOptions says what Compact rewrites. Zero fields mean the defaults.
type CompactOptions struct {
	// Tables are the names of the tables to compact; none means all.
	Tables []string
	// FileBytes is the size that files should have, 256 MB by default. Files
	// of less than half of it are small.
	FileBytes int64
	// RowGroupRows is the most rows of a row group, which also bounds what is
	// in memory at once: 65,536 by default.
	RowGroupRows int
	// Workers is how many columns are read and encoded at once, by default
	// one per core.
	Workers int
	// Loose says that files which stand alone or are large are rewritten too, once,
	// where they come out a good deal smaller: those that Compact did not write.
	Loose bool
	// DryRun only counts.
	DryRun bool
}

func (o *CompactOptions) setDefaults() {
	if o.FileBytes <= 0 {
		o.FileBytes = 256 << 20
	}
	if o.RowGroupRows <= 0 {
		o.RowGroupRows = 1 << 16
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
}

// Compacted counts what Compact did to a table. With DryRun, and so without
// the new files, they and their bytes are not known and 0.
type Compacted struct {
	Table       string `json:"table"`
	Partitions  int64  `json:"partitions"`
	FilesBefore int64  `json:"files_before"`
	FilesAfter  int64  `json:"files_after"`
	BytesBefore int64  `json:"bytes_before"`
	BytesAfter  int64  `json:"bytes_after"`
	Rows        int64  `json:"rows"`
	// Conflicts is how often the work was done again because another program
	// had removed a file meanwhile.
	Conflicts int64 `json:"conflicts"`
}

// CompactOperation is what the commits of Compact are called, as by other
// writers of Delta tables.
const CompactOperation = "OPTIMIZE"

// Compact rewrites the small files of each partition into large ones, sorted by
// time and in the layouts that take the least room, in a commit that changes no data. Ingest and queries may go on. The
// old files stay until Reclaim. A partition that cannot be compacted, for
// damage say, does not keep the others from it; the error names all.
func (w *Warehouse) Compact(ctx context.Context, o CompactOptions) ([]Compacted, error) {
	o.setDefaults()
	stores, err := w.chosen(o.Tables)
	if err != nil {
		return nil, err
	}
	var all []Compacted
	var failed []error
	for _, s := range stores {
		c := &compaction{store: s, options: o, encoders: newEncoders(o.Workers, part.NewDenseEncoder), done: Compacted{Table: s.table.Name}}
		err := c.all(ctx)
		if errors.Is(err, delta.ErrNoTable) {
			continue
		}
		all = append(all, c.done)
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		failed = append(failed, err)
	}
	return all, errors.Join(failed...)
}

// compaction is the work on one table.
type compaction struct {
	store    *tableStore
	options  CompactOptions
	encoders encoders
	done     Compacted
}

// all compacts the partitions one after the other.
func (c *compaction) all(ctx context.Context) error {
	snapshot, err := c.store.log.Snapshot(delta.Latest)
	if err != nil {
		return err
	}
	var failed []error
	for _, dir := range partitionsOf(snapshot) {
		if err := c.partition(ctx, dir); err != nil {
			failed = append(failed, fmt.Errorf("compact %s/%s: %w", c.store.table.Name, dir, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// partitionsOf returns the directories that a snapshot's files lie in, sorted.
func partitionsOf(s *delta.Snapshot) []string {
	var dirs []string
	for _, f := range s.Files {
		dirs = append(dirs, dirOf(f.Path))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// dirOf returns the directory of a path with slashes, empty if it has none.
func dirOf(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return ""
}

// passes is how often the small files of a partition are gathered: a bin
// takes only so many, so that of very many the first pass leaves some.
const passes = 4

// partition compacts one partition.
func (c *compaction) partition(ctx context.Context, dir string) error {
	touched := false
	for pass, conflicts := 0, 0; pass < passes && conflicts < conflictTries; {
		snapshot, err := c.store.log.Snapshot(delta.Latest)
		if err != nil {
			return err
		}
		bins := c.plan(snapshot, dir)
		if len(bins) == 0 {
			return nil
		}
		if c.options.DryRun {
			c.done.Partitions++
			for _, b := range bins {
				c.count(b, nil)
			}
			return nil
		}
		files, err := c.rewriteBins(ctx, bins)
		if err == nil {
			err = c.commit(bins, files)
		}
		if c.gone(err, bins) {
			c.done.Conflicts++
			conflicts++
			if conflicts == conflictTries {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if !touched {
			c.done.Partitions++
			touched = true
		}
		for i, b := range bins {
			c.count(b, files[i])
		}
		pass++
	}
	return nil
}

// gone reports whether an error comes from another program's having removed
// some of the files.
func (c *compaction) gone(err error, bins [][]delta.Add) bool {
	if errors.As(err, new(*delta.RemoveConflictError)) {
		return true
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	snapshot, err := c.store.log.Snapshot(delta.Latest)
	if err != nil {
		return false
	}
	for _, b := range bins {
		for _, f := range b {
			if _, live := snapshot.File(f.Path); !live {
				return true
			}
		}
	}
	return false
}

// binFiles bounds how many files are read at once.
const binFiles = 500

// compactTag is what the names of compacted files begin with, behind part-.
const compactTag = "compact"

// looseRows is how many rows a file has at the least that is rewritten for itself: of
// a smaller one nearly all is its footer.
const looseRows = 256

// loose tells whether a file is rewritten for itself: one that was written in haste, by
// ingest or another program, and comes out a good deal smaller.
func (c *compaction) loose(f delta.Add) bool {
	return c.options.Loose && f.Stats.NumRecords >= looseRows && !strings.HasPrefix(path.Base(f.Path), "part-"+compactTag+"-")
}

// plan gathers the small files of a partition, by time, into bins of at least
// two that become a file each. Loose ones, whatever their size, need no other.
func (c *compaction) plan(s *delta.Snapshot, dir string) [][]delta.Add {
	var bins [][]delta.Add
	var small []delta.Add
	for _, f := range s.Files {
		switch {
		case dirOf(f.Path) != dir:
		case f.Size < c.options.FileBytes/2:
			small = append(small, f)
		case c.loose(f):
			bins = append(bins, []delta.Add{f})
		}
	}
	column := timeColumn(c.store.table)
	start := func(f delta.Add) int64 {
		lo, _, _ := f.Stats.TimestampBounds(column)
		return lo
	}
	slices.SortStableFunc(small, func(a, b delta.Add) int { return cmp.Compare(start(a), start(b)) })
	var bin []delta.Add
	var bytes int64
	flush := func() {
		if len(bin) > 1 || len(bin) == 1 && c.loose(bin[0]) {
			bins = append(bins, bin)
		}
		bin, bytes = nil, 0
	}
	for _, f := range small {
		if len(bin) == binFiles || bytes+f.Size > c.options.FileBytes {
			flush()
		}
		bin, bytes = append(bin, f), bytes+f.Size
	}
	flush()
	return bins
}

func (c *compaction) count(bin []delta.Add, files []*dataFile) {
	for _, f := range bin {
		c.done.FilesBefore++
		c.done.BytesBefore += f.Size
		c.done.Rows += max(0, f.Stats.NumRecords)
	}
	for _, f := range files {
		c.done.FilesAfter++
		c.done.BytesAfter += f.summary.Bytes
	}
}

// rewriteBins returns the new files of each bin. After an error there are none.
func (c *compaction) rewriteBins(ctx context.Context, bins [][]delta.Add) ([][]*dataFile, error) {
	var all [][]*dataFile
	seq := 0
	for _, bin := range bins {
		files, err := c.rewriteBin(ctx, bin)
		if err != nil {
			for _, done := range all {
				removeFiles(done)
			}
			return nil, err
		}
		for _, f := range files {
			f.seq = seq
			seq++
		}
		all = append(all, files)
	}
	return all, nil
}

// commit puts the new files in place of the old ones.
func (c *compaction) commit(bins [][]delta.Add, files [][]*dataFile) error {
	s := c.store
	var flat []*dataFile
	for _, f := range files {
		flat = append(flat, f...)
	}
	adds, err := s.place(flat, compactTag)
	if err != nil {
		return err
	}
	metadata := delta.MetadataOf(s.table)
	commit := delta.Commit{
		Operation:  CompactOperation,
		Parameters: map[string]string{"targetSize": strconv.FormatInt(c.options.FileBytes, 10)},
		Adds:       adds,
		Metadata:   &metadata,
	}
	for _, bin := range bins {
		for _, f := range bin {
			commit.Removes = append(commit.Removes, delta.Remove{Path: f.Path, PartitionValues: f.PartitionValues, Size: f.Size})
		}
	}
	_, err = s.log.Commit(commit)
	if errors.Is(err, delta.ErrOutcomeUnknown) {
		// The new files may be visible, so they stay whatever the log tells.
		snapshot, again := s.log.Snapshot(delta.Latest)
		if again != nil {
			return errors.Join(err, again)
		}
		for _, a := range adds {
			if _, ok := snapshot.File(a.Path); !ok {
				return err
			}
		}
		return nil
	}
	if err != nil {
		removeFiles(flat)
	}
	return err
}
