package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"
	"time"

	"weir/warehouse/delta"
)

// VerifyOptions says how Verify works. Zero fields mean the defaults.
type VerifyOptions struct {
	// Workers is how many files are read at once, by default one per core.
	Workers int
	// Grace is how old an orphan must be, DefaultGrace if it is 0.
	Grace time.Duration
	// Repair removes orphans, and takes files that are missing, cannot be read,
	// or do not have the bytes that were written, out of their tables, so that
	// what is left can be asked.
	Repair bool
}

// Finding is something that is wrong, or worth knowing.
type Finding struct {
	Table string `json:"table"`
	// File is the path below the table's directory; empty if it is not about
	// a file.
	File    string `json:"file,omitempty"`
	Message string `json:"message"`
}

// String returns the finding as a line of text.
func (f Finding) String() string {
	if f.File == "" {
		return f.Table + ": " + f.Message
	}
	return f.Table + "/" + f.File + ": " + f.Message
}

// Verified counts what was read of a table.
type Verified struct {
	Table   string `json:"table"`
	Version int64  `json:"version"`
	Files   int64  `json:"files"`
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
}

// Verification is the result of Verify.
type Verification struct {
	Tables []Verified `json:"tables"`
	// Captures is how many captures were checked for conservation, Partly
	// how many of them could not be because some of their rows were expired.
	Captures int64 `json:"captures"`
	Partly   int64 `json:"captures_partly_expired"`
	// Damage is what must not be; Notes are what may be, such as a capture
	// that is being ingested.
	Damage []Finding `json:"damage"`
	Notes  []Finding `json:"notes"`
	// Orphans are the files that no log knows, removed with Repair.
	Orphans []Reclaimed `json:"orphans"`
	// Repaired says what was done about damage, and what is lost.
	Repaired []Finding `json:"repaired"`
}

// Verify reads every file of every table against the log, the log itself, and
// the tables against each other. It may run beside anything else: what is
// checked is one snapshot. The error is for what keeps it from its work;
// damage is in the result.
func (w *Warehouse) Verify(ctx context.Context, o VerifyOptions) (*Verification, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	v := &verifier{Warehouse: w, options: o, snapshots: map[string]*delta.Snapshot{},
		result: &Verification{Damage: []Finding{}, Notes: []Finding{}, Repaired: []Finding{}}}
	if err := v.logs(); err != nil {
		return nil, err
	}
	if err := v.files(ctx); err != nil {
		return nil, err
	}
	if len(v.lost) == 0 {
		if err := v.contents(ctx); err != nil {
			return nil, err
		}
	} else {
		v.note(Finding{Table: "captures", Message: "conservation was not checked, because files are missing or damaged"})
	}
	if o.Repair {
		if err := v.repair(); err != nil {
			return nil, err
		}
	}
	var err error
	v.result.Orphans, err = w.Reclaim(ctx, ReclaimOptions{Grace: o.Grace, DryRun: !o.Repair, OrphansOnly: true})
	return v.result, err
}

// verifier is one run of Verify.
type verifier struct {
	*Warehouse
	options   VerifyOptions
	snapshots map[string]*delta.Snapshot
	result    *Verification

	mu   sync.Mutex
	lost []lostFile
}

// lostFile is a file whose rows cannot be read, or not be relied upon.
type lostFile struct {
	store *tableStore
	file  delta.Add
}

func (v *verifier) damage(f Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.result.Damage = append(v.result.Damage, f)
}

func (v *verifier) note(f Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.result.Notes = append(v.result.Notes, f)
}

// logs checks the logs and takes the snapshots, those of later tables first,
// so that the rows that their rows refer to are there.
func (v *verifier) logs() error {
	none := true
	for i := len(v.stores) - 1; i >= 0; i-- {
		s := v.stores[i]
		snapshot, err := s.log.Snapshot(delta.Latest)
		if errors.Is(err, delta.ErrNoTable) {
			continue
		}
		none = false
		for _, damage := range s.log.Check() {
			v.damage(Finding{Table: s.table.Name, Message: damage.Error()})
		}
		if err != nil {
			v.damage(Finding{Table: s.table.Name, Message: err.Error()})
			continue
		}
		v.snapshots[s.table.Name] = snapshot
	}
	if none {
		return fmt.Errorf("%w at %s", ErrNoWarehouse, v.dir)
	}
	return nil
}

// files reads all files of all tables.
func (v *verifier) files(ctx context.Context) error {
	for _, s := range v.stores {
		snapshot := v.snapshots[s.table.Name]
		if snapshot == nil {
			continue
		}
		done := Verified{Table: s.table.Name, Version: snapshot.Version, Files: int64(len(snapshot.Files))}
		for _, f := range snapshot.Files {
			done.Rows, done.Bytes = done.Rows+max(0, f.Stats.NumRecords), done.Bytes+f.Size
		}
		err := inParallel(ctx, v.options.Workers, len(snapshot.Files), func(i int) error {
			v.file(s, snapshot.Files[i])
			return nil
		})
		if err != nil {
			return err
		}
		v.result.Tables = append(v.result.Tables, done)
	}
	return nil
}

// file checks one file.
func (v *verifier) file(s *tableStore, f delta.Add) {
	var broken []string
	err := s.checkBytes(f)
	if err == nil {
		broken, err = s.checkContents(f)
	} else if errors.As(err, new(*ChangedError)) {
		err = fmt.Errorf("%w; %w", err, s.placeOfDamage(f))
	}
	if errors.Is(err, fs.ErrNotExist) {
		if s.removedMeanwhile(f) {
			return
		}
		err = errors.New("is missing")
	}
	if err != nil {
		lost := Finding{s.table.Name, f.Path, fmt.Sprintf("%v: %s", err, lossOf(f, s))}
		v.damage(lost)
		v.mu.Lock()
		v.lost = append(v.lost, lostFile{s, f})
		v.mu.Unlock()
		return
	}
	for _, b := range broken {
		v.damage(Finding{s.table.Name, f.Path, b})
	}
}

// checkContents reads a file and compares it with what the log says of it. The
// error is for one that cannot be read.
func (s *tableStore) checkContents(f delta.Add) (broken []string, err error) {
	in, err := s.openInput(f)
	if err != nil {
		return nil, err
	}
	if broken, err = s.checkRows(in, f); err != nil {
		return nil, err
	}
	if index := in.reader.CheckIndex(); index != nil {
		broken = append(broken, index.Error())
	}
	return broken, nil
}

// placeOfDamage says where the bytes of a file are not those that were written,
// as far as that can be told, without reading values.
func (s *tableStore) placeOfDamage(f delta.Add) error {
	in, err := s.openInput(f)
	if err == nil {
		err = in.reader.CheckPages()
	}
	if err == nil {
		err = errors.New("the contents of its pages are whole, so it is a header, the page index or the footer")
	}
	return err
}

// removedMeanwhile reports whether a file is no longer part of the table.
func (s *tableStore) removedMeanwhile(f delta.Add) bool {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if err != nil {
		return false
	}
	_, live := snapshot.File(f.Path)
	return !live
}

// lossOf says which rows are lost with a file.
func lossOf(f delta.Add, s *tableStore) string {
	text := fmt.Sprintf("%d rows are lost", f.Stats.NumRecords)
	if f.Stats.NumRecords < 0 {
		text = "its rows are lost"
	}
	if lo, hi, ok := f.Stats.TimestampBounds(timeColumn(s.table)); ok {
		text += fmt.Sprintf(", from %s to %s", time.UnixMicro(lo).UTC().Format(time.RFC3339), time.UnixMicro(hi).UTC().Format(time.RFC3339))
	}
	return text
}

// RepairOperation is what the commits of Verify with Repair are called.
const RepairOperation = "REPAIR"

// repair takes lost files out of their tables. They stay on disk until
// Reclaim, for whoever can read more of them.
func (v *verifier) repair() error {
	for _, s := range v.stores {
		c := delta.Commit{Operation: RepairOperation, DataChange: true}
		var said []Finding
		for _, l := range v.lost {
			if l.store != s || s.removedMeanwhile(l.file) {
				continue
			}
			f := l.file
			c.Removes = append(c.Removes, delta.Remove{Path: f.Path, PartitionValues: f.PartitionValues, Size: f.Size, DataChange: true})
			said = append(said, Finding{s.table.Name, f.Path, "taken out of the table: " + lossOf(f, s)})
		}
		if len(c.Removes) == 0 {
			continue
		}
		if _, err := s.log.Commit(c); err != nil {
			return fmt.Errorf("repair %s: %w", s.table.Name, err)
		}
		v.result.Repaired = append(v.result.Repaired, said...)
	}
	return nil
}
