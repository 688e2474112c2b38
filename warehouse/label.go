package warehouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// Assignment sets a text column in the rows for which conditions hold.
type Assignment struct {
	Table, Column string
	// With names SQL that conditions need often, over the stored and the partition columns.
	With map[string]string
	// Cases are tried in order; of those that hold for a row the last one
	// decides.
	Cases []Case
	// Clear makes the column null in the rows for which no case holds, which
	// else keep their value.
	Clear bool
	// DryRun counts only.
	DryRun bool
}

// Case is a condition and the value of the rows for which it holds.
type Case struct {
	// When is SQL over the stored and the partition columns, and the names of
	// With; null does not hold.
	When string
	// Value is not empty.
	Value string
}

// CaseResult counts the rows of a case.
type CaseResult struct {
	// Matched are the rows for which it holds, Decided those of them that no
	// later case decides, and Changed those of them that had another value.
	Matched, Decided, Changed int64
}

// Assigned tells what an Assignment did.
type Assigned struct {
	Cases []CaseResult
	// Rows are all rows of the table, Cleared those that Clear made null, and
	// Changed those with a new value, the cleared ones among them.
	Rows, Cleared, Changed int64
	// Files is how many data files were rewritten.
	Files int
	// Version is the version of the table that was made, or that was looked at
	// if nothing had to change.
	Version int64
}

// assignTries is how often an assignment is computed again because others have
// rewritten the same files meanwhile.
const assignTries = 10

// Assign sets the column in all rows that the table has when it begins, in
// one commit. It rewrites the files in which a row changes and no others; if no row changes there is no
// commit. Rows that are appended meanwhile are not looked at. Should a file
// that has to change be rewritten by someone else meanwhile, everything is
// computed again. Without a table it returns ErrNoWarehouse.
func (w *Warehouse) Assign(ctx context.Context, a Assignment, o WriterOptions) (Assigned, error) {
	var store *tableStore
	for _, s := range w.stores {
		if s.table.Name == a.Table {
			store = s
		}
	}
	if store == nil {
		return Assigned{}, fmt.Errorf("assign to %s: the warehouse was opened without this table", a.Table)
	}
	if c, ok := store.table.Column(a.Column); !ok || c.Type != schema.Text || c.Partition || c.Derived() || !c.Nullable {
		return Assigned{}, fmt.Errorf("assign to %s: %s is no nullable text column of it", a.Table, a.Column)
	}
	r, err := newRewriter(ctx, store, o)
	if err != nil {
		return Assigned{}, err
	}
	defer r.close()
	for try := 1; ; try++ {
		done, err := r.assign(ctx, a)
		if errors.Is(err, delta.ErrNoTable) {
			return done, fmt.Errorf("%w at %s: run `weir ingest PATH...` to make one", ErrNoWarehouse, w.dir)
		}
		var conflict *delta.RemoveConflictError
		if again := errors.As(err, &conflict) || Vanished(err); !again || try == assignTries {
			return done, err
		}
	}
}

// assign computes the assignment for the latest version and commits it.
func (r *rewriter) assign(ctx context.Context, a Assignment) (Assigned, error) {
	snapshot, err := r.store.log.Snapshot(delta.Latest)
	if err != nil {
		return Assigned{}, err
	}
	done := Assigned{Cases: make([]CaseResult, len(a.Cases)), Version: snapshot.Version}
	changed, err := r.count(ctx, a, snapshot, &done)
	if err != nil {
		return done, fmt.Errorf("look through %s: %w", a.Table, err)
	}
	if a.DryRun || len(changed) == 0 {
		return done, nil
	}
	commit := delta.Commit{Operation: "UPDATE", Parameters: map[string]string{"column": a.Column}, DataChange: true}
	var made []*dataFile
	for _, f := range changed {
		files, err := r.rewrite(ctx, []delta.Add{f}, a)
		if err != nil {
			removeFiles(made)
			return done, err
		}
		for _, x := range files {
			x.seq = len(made) // a name of its own in its partition
			made = append(made, x)
		}
		commit.Removes = append(commit.Removes, delta.Remove{Path: f.Path, PartitionValues: f.PartitionValues, Size: f.Size, DataChange: true})
	}
	done.Files = len(changed)
	if commit.Adds, err = r.store.place(made, a.Column); err != nil {
		return done, err
	}
	next, err := r.store.log.Commit(commit)
	if errors.Is(err, delta.ErrOutcomeUnknown) {
		// The files may be visible, so they stay whatever the log tells.
		next, err = r.store.confirm(err, commit.Adds)
	} else if err != nil {
		removeFiles(made)
	}
	if err != nil {
		return done, fmt.Errorf("commit to %s: %w", a.Table, err)
	}
	done.Version = next.Version
	return done, nil
}

// confirm finds out whether a commit took place, by the files that it adds.
func (s *tableStore) confirm(unknown error, adds []delta.Add) (*delta.Snapshot, error) {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if err != nil {
		return nil, errors.Join(unknown, err)
	}
	for _, add := range adds {
		if _, ok := snapshot.File(add.Path); !ok {
			return nil, unknown
		}
	}
	return snapshot, nil
}

// decisionName is the column with the number of the case that decides a row,
// null if none does.
const decisionName = "deciding case"

// withSQL returns the rows of a query with the columns of With, as they stand
// behind FROM.
func (a Assignment) withSQL(query string) string {
	var with []string
	for _, name := range slices.Sorted(maps.Keys(a.With)) {
		with = append(with, fmt.Sprintf(", %s AS %s", a.With[name], QuoteName(name)))
	}
	return fmt.Sprintf("(SELECT *%s FROM (%s))", strings.Join(with, ""), query)
}

// decideSQL returns the rows of a query with the columns of With and of the
// decision, as they stand behind FROM.
func (a Assignment) decideSQL(query string) string {
	decision := "CAST(NULL AS BIGINT)"
	if len(a.Cases) > 0 {
		var b strings.Builder
		b.WriteString("CASE")
		for i := len(a.Cases) - 1; i >= 0; i-- {
			fmt.Fprintf(&b, " WHEN (%s\n) THEN %d::BIGINT", a.Cases[i].When, i)
		}
		decision = b.String() + " END"
	}
	return fmt.Sprintf("(SELECT *, %s AS %s FROM %s)", decision, QuoteName(decisionName), a.withSQL(query))
}

// valueSQL is the value that a row gets, where its decision is known.
func (a Assignment) valueSQL() string {
	stays := QuoteName(a.Column)
	if a.Clear {
		stays = "CAST(NULL AS VARCHAR)"
	}
	if len(a.Cases) == 0 {
		return stays
	}
	values := make([]string, len(a.Cases))
	for i, c := range a.Cases {
		values[i] = QuoteText(c.Value)
	}
	name := QuoteName(decisionName)
	return fmt.Sprintf("CASE WHEN %s IS NULL THEN %s ELSE [%s][%s + 1] END", name, stays, strings.Join(values, ", "), name)
}

// count counts what the assignment does and returns the files in which rows change.
func (r *rewriter) count(ctx context.Context, a Assignment, snapshot *delta.Snapshot, done *Assigned) ([]delta.Add, error) {
	paths, err := r.paths(snapshot.Files)
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	byPath := map[string]int{}
	for i, p := range paths {
		byPath[p] = i
	}
	from := storedSQL(r.store.table, viewSource{files: paths, union: true, named: true})
	if err := r.matches(ctx, a, from, done); err != nil {
		return nil, err
	}
	rows, err := r.session.Query(ctx, fmt.Sprintf(`SELECT filename, %s, count(*), count(*) FILTER (WHERE %s IS DISTINCT FROM %s) FROM %s GROUP BY ALL`,
		QuoteName(decisionName), QuoteName(a.Column), a.valueSQL(), a.decideSQL(from)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	touched := map[int]bool{}
	for rows.Next() {
		v := rows.Chunk().Vectors
		for i := range rows.Chunk().Rows {
			file, ok := byPath[string(v[0].Text(i))]
			if !ok {
				return nil, fmt.Errorf("read %s, which is no file of the table", v[0].Text(i))
			}
			n, changed := v[2].Int64[i], v[3].Int64[i]
			done.Rows += n
			done.Changed += changed
			if v[1].Null(i) {
				done.Cleared += changed
			} else {
				c := &done.Cases[v[1].Int64[i]]
				c.Decided += n
				c.Changed += changed
			}
			touched[file] = touched[file] || changed > 0
		}
	}
	var files []delta.Add
	for i, f := range snapshot.Files {
		if touched[i] {
			files = append(files, f)
		}
	}
	return files, rows.Err()
}

// matchesAtOnce is how many cases are counted in one pass over the files.
const matchesAtOnce = 500

// matches counts for each case the rows for which it holds, whatever others
// do. Each row gives the list of its cases, which costs far less than an
// aggregate for each case.
func (r *rewriter) matches(ctx context.Context, a Assignment, from string, done *Assigned) error {
	for first := 0; first < len(a.Cases); first += matchesAtOnce {
		var holding []string
		for i, c := range a.Cases[first:min(first+matchesAtOnce, len(a.Cases))] {
			holding = append(holding, fmt.Sprintf("CASE WHEN (%s\n) THEN %d END", c.When, first+i))
		}
		rows, err := r.session.Query(ctx, fmt.Sprintf("SELECT holds::BIGINT, count(*) FROM (SELECT unnest(list_filter([%s], x -> x IS NOT NULL)) AS holds FROM %s) GROUP BY ALL",
			strings.Join(holding, ", "), a.withSQL(from)))
		if err != nil {
			return err
		}
		for rows.Next() {
			v := rows.Chunk().Vectors
			for i := range rows.Chunk().Rows {
				done.Cases[v[0].Int64[i]].Matched = v[1].Int64[i]
			}
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
