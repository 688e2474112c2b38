package queries

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/queries/output"
	"weir/warehouse"
	"weir/warehouse/schema"
)

// Export chooses a part of the flows. The zero value is all of them.
type Export struct {
	// Where is an SQL condition over the columns of flows; it is the user's own.
	Where string
	// Columns are names of columns in the order wanted; none means all.
	Columns []string
	// From and To bound start_time, From included and To not; zero is open.
	From, To time.Time
	// Protocols keeps these protocols, by name or IP protocol number: icmp takes
	// both versions of ICMP, dns is by content, whatever carries it.
	Protocols []string
	// Services keeps these application protocols.
	Services []string
	// Limit keeps the flows with the most bytes; 0 means all.
	Limit int64
	// SplitBy names a column whose values get a file each. By protocol, DNS
	// gets one of its own.
	SplitBy string
	// As is the spelling of another tool to write the flows in; nil is our
	// own. Conditions, limits and splits stay in terms of our columns, and it
	// goes without Columns.
	As *schema.Dialect
	// SourceFile adds source once more at the end, called source_file. It is for
	// all columns in our own spelling; a choice of columns or a spelling goes without.
	SourceFile bool
}

// maxParts is how many files a split may make.
const maxParts = 1000

// Query returns the SQL of the export from the table flows. Names are checked
// against the table, values are quoted; times and names stand in the text, so
// that DuckDB can prune files when it plans. Merged tells that the flows come
// from several captures, which shows in some spellings.
func (e Export) Query(flows *schema.Table, merged bool) (output.Query, error) {
	if err := e.check(flows); err != nil {
		return output.Query{}, err
	}
	return output.Query{SQL: e.selectFrom(e.from(flows), merged)}, nil
}

// check reports what cannot be selected.
func (e Export) check(flows *schema.Table) error {
	if e.As != nil {
		if missing := e.As.Missing(flows); len(missing) > 0 {
			return fmt.Errorf("%s cannot be written as %s: it has no %s", flows.Name, e.As.Name, strings.Join(missing, ", "))
		}
		if len(e.Columns) > 0 {
			return fmt.Errorf("columns cannot be chosen together with the spelling of %s", e.As.Name)
		}
	}
	for _, c := range e.Columns {
		if _, ok := flows.Column(c); !ok {
			return unknownColumn(c, flows)
		}
	}
	return nil
}

// selectFrom returns the SQL for the export's columns of rows, given as what
// stands behind FROM.
func (e Export) selectFrom(rows string, merged bool) string {
	if e.As != nil {
		// Spellings may be called like columns, so the conditions stay inside.
		return warehouse.DialectSQL(e.As, "(SELECT * FROM "+rows+")", merged)
	}
	columns := "*"
	if e.SourceFile {
		columns = "*, source AS source_file"
	}
	if len(e.Columns) > 0 {
		names := make([]string, len(e.Columns))
		for i, c := range e.Columns {
			names[i] = warehouse.QuoteName(c)
		}
		columns = strings.Join(names, ", ")
	}
	return "SELECT " + columns + " FROM " + rows
}

// UnknownColumnError means that a name is none of the table's columns.
type UnknownColumnError struct{ Table, Column string }

// Error names the table and the column.
func (e *UnknownColumnError) Error() string {
	return fmt.Sprintf("%s has no column %q: `weir fields` lists them", e.Table, e.Column)
}

func unknownColumn(name string, t *schema.Table) error {
	return &UnknownColumnError{Table: t.Name, Column: name}
}

// from returns the export's rows with all columns, as they stand behind FROM.
func (e Export) from(flows *schema.Table) string {
	var conditions []string
	if e.Where != "" {
		conditions = append(conditions, "("+e.Where+"\n)")
	}
	const instant, day = "2006-01-02 15:04:05.999999", "2006-01-02"
	if !e.From.IsZero() {
		from := e.From.UTC()
		conditions = append(conditions, fmt.Sprintf("start_time >= TIMESTAMPTZ '%s+00'", from.Format(instant)),
			fmt.Sprintf("date >= DATE '%s'", from.Format(day)))
	}
	if !e.To.IsZero() {
		to := e.To.UTC()
		conditions = append(conditions, fmt.Sprintf("start_time < TIMESTAMPTZ '%s+00'", to.Format(instant)),
			fmt.Sprintf("date <= DATE '%s'", to.Format(day)))
	}
	if c := protocolCondition(e.Protocols); c != "" {
		conditions = append(conditions, c)
	}
	if len(e.Services) > 0 {
		conditions = append(conditions, "service IN ("+quoteTexts(e.Services)+")")
	}
	if e.As != nil && e.As.Rows != "" {
		conditions = append(conditions, e.As.Rows)
	}
	table := warehouse.QuoteName(flows.Name)
	if e.Limit <= 0 {
		return table + where(conditions)
	}
	// Sorting whole rows takes memory for all of them, so that the largest are
	// found by the columns that tell, and only they are read and sorted whole.
	largest := fmt.Sprintf(" ORDER BY fwd_bytes + bwd_bytes DESC, start_time, flow_uid LIMIT %d", e.Limit)
	found := "flow_uid IN (SELECT flow_uid FROM " + table + where(conditions) + largest + ")"
	return table + where(append(conditions, found)) + largest
}

// where returns the clause that all conditions hold, if there are any.
func where(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

func protocolCondition(protocols []string) string {
	var names, conditions []string
	for _, p := range protocols {
		p = strings.ToLower(strings.TrimSpace(p))
		n, err := strconv.ParseUint(p, 10, 8)
		switch {
		case p == "", p == "all":
			return ""
		case p == "dns":
			conditions = append(conditions, "service = 'dns'")
		case p == "icmp":
			names = append(names, "icmp", "ipv6-icmp")
		case err == nil:
			conditions = append(conditions, fmt.Sprintf("protocol_number = %d", n))
		default:
			names = append(names, p)
		}
	}
	if len(names) > 0 {
		conditions = append(conditions, "protocol IN ("+quoteTexts(names)+")")
	}
	if len(conditions) == 0 {
		return ""
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}

func quoteTexts(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = warehouse.QuoteText(strings.ToLower(strings.TrimSpace(v)))
	}
	return strings.Join(quoted, ", ")
}

// Run writes the export to the target, or to a file for each value of SplitBy,
// and returns what was written. The session must have the table flows.
func (e Export) Run(ctx context.Context, s *warehouse.Session, t output.Target) ([]output.Written, error) {
	flows, err := tableOf(s, "flows")
	if err != nil {
		return nil, err
	}
	if err := e.check(flows); err != nil {
		return nil, err
	}
	merged, err := e.merged(ctx, s, flows)
	if err != nil {
		return nil, err
	}
	t.Options.Dialect, t.Options.Merged = e.As, merged
	if e.SplitBy == "" {
		q, err := e.Query(flows, merged)
		if err != nil {
			return nil, err
		}
		n, err := output.Run(ctx, s, q, t)
		if err != nil {
			return nil, err
		}
		return []output.Written{{Path: t.Path, Rows: n}}, nil
	}
	parts, err := e.parts(ctx, s, flows, merged)
	if err != nil {
		return nil, err
	}
	return output.Split(ctx, s, parts, t)
}

// merged tells whether the flows come from several captures, if their spelling
// shows it.
func (e Export) merged(ctx context.Context, s *warehouse.Session, flows *schema.Table) (bool, error) {
	if e.As == nil || len(e.As.Shown(false)) == len(e.As.Shown(true)) {
		return false, nil
	}
	several := false
	err := eachRow(ctx, s, fmt.Sprintf("SELECT count(DISTINCT capture_id) > 1 FROM (SELECT * FROM %s)", e.from(flows)), nil, func(r record) {
		several = r.vectors[0].Bool[r.row]
	})
	if err != nil {
		return false, fmt.Errorf("count the captures: %w", err)
	}
	return several, nil
}

func tableOf(s *warehouse.Session, name string) (*schema.Table, error) {
	for _, t := range s.Tables() {
		if t.Name == name {
			return t, nil
		}
	}
	return nil, errors.New("the warehouse has no table " + name)
}

// parts returns a query for each value of SplitBy. Each reads the export anew,
// which for the partition columns opens no file twice, so that memory stays
// that of one export.
func (e Export) parts(ctx context.Context, s *warehouse.Session, flows *schema.Table, merged bool) ([]output.Part, error) {
	if _, ok := flows.Column(e.SplitBy); !ok {
		return nil, unknownColumn(e.SplitBy, flows)
	}
	rest := e
	rest.Columns, rest.SplitBy = nil, ""
	name := warehouse.QuoteName(e.SplitBy)
	key := name
	if e.SplitBy == "protocol" {
		key = "CASE WHEN service = 'dns' THEN 'dns' ELSE protocol END"
	}
	list := fmt.Sprintf("SELECT DISTINCT CAST(%s AS VARCHAR) AS value FROM (SELECT * FROM %s) ORDER BY value LIMIT %d", key, rest.from(flows), maxParts+1)
	var parts []output.Part
	err := eachRow(ctx, s, list, nil, func(r record) {
		value, condition := "null", name+" IS NULL"
		if !r.vectors[0].Null(r.row) {
			value = r.text(0)
			condition = splitCondition(e.SplitBy, value)
		}
		parts = append(parts, output.Part{Value: value, Query: output.Query{
			SQL: e.selectFrom(fmt.Sprintf("(SELECT * FROM %s) WHERE %s", rest.from(flows), condition), merged)}})
	})
	if err != nil {
		return nil, fmt.Errorf("split by %s: %w", e.SplitBy, err)
	}
	if len(parts) > maxParts {
		return nil, fmt.Errorf("split by %s: it has more than %d values, and each would be a file", e.SplitBy, maxParts)
	}
	return parts, nil
}

// splitCondition selects a value of the column, given as its text.
func splitCondition(column, value string) string {
	text := warehouse.QuoteText(value)
	switch {
	case column == "protocol" && value == "dns":
		return "service = 'dns'"
	case column == "protocol":
		return "protocol = " + text + " AND service IS DISTINCT FROM 'dns'"
	case column == "date":
		return "date = DATE " + text
	default:
		return fmt.Sprintf("CAST(%s AS VARCHAR) = %s", warehouse.QuoteName(column), text)
	}
}
