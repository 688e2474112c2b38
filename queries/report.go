package queries

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/queries/document"
	"weir/warehouse"
)

// ReportOptions adjust the report.
type ReportOptions struct {
	// Title heads the report; empty means that text has none and the other
	// formats a plain one.
	Title string
	// From and To bound when flows start; zero times are no bounds. Captures
	// count that have packets in between.
	From, To time.Time
	// Top is how many rows lists have; 0 means 10.
	Top int
}

// together is how many queries of a report run at once: some use one thread
// only for a good part of their time.
const together = 3

// MakeReport asks the warehouse for its report: the headline, the findings of
// hunting, and the sections that reportSections lists.
func MakeReport(ctx context.Context, s *warehouse.Session, o ReportOptions) (*document.Document, error) {
	if o.Top == 0 {
		o.Top = 10
	}
	r := reporter{session: s, options: o}
	if err := r.load(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	d, err := r.make(ctx)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return d, nil
}

// reporter answers the questions of a report.
type reporter struct {
	session *warehouse.Session
	options ReportOptions
	queries []Saved
}

// load reads the queries. Those of the report go before the saved ones of the
// same name.
func (r *reporter) load() error {
	own, err := ReportQueries()
	if err != nil {
		return err
	}
	library, err := OpenLibrary("")
	if err != nil {
		return err
	}
	r.queries = append(own, library.Queries...)
	return nil
}

func (r *reporter) make(ctx context.Context) (*document.Document, error) {
	h, err := r.headline(ctx)
	if err != nil {
		return nil, err
	}
	sections, hunts := reportSections(), reportHunts()
	answers := make([]*answer, len(sections))
	found := make([]*answer, len(hunts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i, hunt := range hunts {
		g.Go(func() (err error) {
			found[i], err = r.ask(ctx, hunt.query, map[string]string{"top": strconv.Itoa(huntTop)})
			return err
		})
	}
	for i, section := range sections {
		g.Go(func() (err error) {
			values := map[string]string{"top": strconv.Itoa(r.options.Top)}
			if section.query == "timeline" {
				values["bucket"] = spanText(h.bucket())
			}
			answers[i], err = r.ask(ctx, section.query, values)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	findings := findingsOf(hunts, found)
	d := h.document(r.options, findings)
	for i, s := range sections {
		d.Sections = append(d.Sections, s.made(answers[i], h, r.options.Top))
	}
	// The findings come after the overview.
	d.Sections = slices.Insert(d.Sections, 1, findings.section(r.options.Top))
	d.Sections = append(d.Sections, h.rejected())
	for _, a := range append(append(answers, found...), h.captures.of, h.flows.of) {
		if err := a.complete(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// ask answers a query with the parameters that it has of values, and within
// the report's time.
func (r *reporter) ask(ctx context.Context, name string, values map[string]string) (*answer, error) {
	i := slices.IndexFunc(r.queries, func(q Saved) bool { return q.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("it has no query %s", name)
	}
	q := r.queries[i]
	given := map[string]string{}
	for name, value := range values {
		if q.has(name) {
			given[name] = value
		}
	}
	for name, bound := range map[string]time.Time{"since": r.options.From, "until": r.options.To} {
		if q.has(name) && !bound.IsZero() {
			given[name] = bound.UTC().Format(time.RFC3339Nano)
		}
	}
	args, err := q.Args(given)
	if err != nil {
		return nil, err
	}
	a, err := r.answer(ctx, q.SQL, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.query = name
	return a, nil
}

func (r *reporter) answer(ctx context.Context, sql string, args []any) (*answer, error) {
	rows, err := r.session.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	a := &answer{}
	columns := rows.Columns()
	for _, c := range columns {
		a.Columns = append(a.Columns, document.Column{Name: c.Name, Unit: unitOf(c)})
	}
	for rows.Next() {
		chunk := rows.Chunk()
		for row := range chunk.Rows {
			cells := make([]any, len(columns))
			for i, c := range columns {
				cells[i] = valueOf(c.Kind, c.Elem, &chunk.Vectors[i], row)
			}
			a.Rows = append(a.Rows, cells)
		}
	}
	return a, rows.Err()
}
