package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// instant is a value that DuckDB works out, because it knows what texts are
// times and which time zone is set.
type instant struct {
	value
	sql string
}

// value returns the constant that a node is, for a column to be compared with,
// or nil. The types are those for which DuckDB compares as the column's values are ordered.
func (r *reading) value(c schema.Column, o operator, node map[string]any) *value {
	switch c.Type {
	case schema.Timestamp:
		sql, moves, ok := r.constantSQL(node)
		// What depends on the clock grows until the statement runs.
		if !ok || moves && o != greater && o != greaterOrEqual {
			return nil
		}
		i := &instant{sql: sql}
		r.instants = append(r.instants, i)
		return &i.value
	case schema.Text:
		if text, ok := r.constant(node).(string); ok {
			return &value{text: text, known: true}
		}
	case schema.UInt8, schema.UInt16, schema.Int64:
		switch n := r.constant(node).(type) {
		case int64:
			return &value{number: n, known: true}
		case string: // a literal, which takes the column's type
			if n, err := strconv.ParseInt(n, 10, 32); err == nil && textIn(node, "type") == "VALUE_CONSTANT" {
				return &value{number: n, known: true}
			}
		}
	}
	return nil
}

// constant returns the int64 or string that a node stands for, or nil: a
// literal, a parameter, and either of these cast to the type that it has.
func (r *reading) constant(node map[string]any) any {
	switch textIn(node, "type") {
	case "VALUE_CONSTANT":
		return literal(nodeIn(node, "value"))
	case "VALUE_PARAMETER":
		return r.argument(textIn(node, "identifier"))
	case "OPERATOR_CAST":
		to := textIn(nodeIn(node, "cast_type"), "id")
		switch v := r.constant(nodeIn(node, "child")).(type) {
		case int64:
			if to == "BIGINT" || to == "INTEGER" {
				return v
			}
		case string:
			if to == "VARCHAR" {
				return v
			}
		}
	}
	return nil
}

func literal(v map[string]any) any {
	switch textIn(nodeIn(v, "type"), "id") {
	case "VARCHAR":
		if text, ok := v["value"].(string); ok {
			return text
		}
	case "INTEGER", "BIGINT":
		if number, ok := v["value"].(json.Number); ok {
			if n, err := number.Int64(); err == nil {
				return n
			}
		}
	}
	return nil
}

// argument returns the value of a parameter, by name or number, if it is an
// integer, a text or a time.
func (r *reading) argument(name string) any {
	var v any
	for _, arg := range r.args {
		if arg, named := arg.(Arg); named && strings.EqualFold(arg.Name, name) {
			v = arg.Value
		}
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 1 && i <= len(r.args) {
		v = r.args[i-1]
	}
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64, string, time.Time:
		return v
	}
	return nil
}

// timely are the functions that an instant may be made of; those of the clock
// have no arguments.
const (
	timely = " + - trunc to_years to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds "
	clock  = " now get_current_timestamp transaction_timestamp current_timestamp today current_date "
)

// constantSQL returns the SQL of an expression without columns, and whether it
// moves with the clock.
func (r *reading) constantSQL(node map[string]any) (sql string, moves, ok bool) {
	switch textIn(node, "type") {
	case "VALUE_CONSTANT", "VALUE_PARAMETER":
		switch v := r.constant(node).(type) {
		case string:
			return QuoteText(v), false, !strings.ContainsRune(v, 0)
		case int64:
			return strconv.FormatInt(v, 10), false, true
		case time.Time:
			return fmt.Sprintf("make_timestamptz(%d::BIGINT)", v.UnixMicro()), false, true
		}
	case "OPERATOR_CAST":
		to := textIn(nodeIn(node, "cast_type"), "id")
		inner, moves, ok := r.constantSQL(nodeIn(node, "child"))
		known := strings.Contains(",TIMESTAMP WITH TIME ZONE,TIMESTAMP,DATE,VARCHAR,INTERVAL,INTEGER,BIGINT,DOUBLE,", ","+to+",")
		return fmt.Sprintf("CAST(%s AS %s)", inner, to), moves, ok && known && node["try_cast"] == false
	case "COLUMN_REF":
		name := strings.ToLower(onlyName(node))
		return name, true, name == "current_timestamp" || name == "current_date"
	case "FUNCTION":
		return r.callSQL(node)
	}
	return "", false, false
}

// onlyName returns the name of a column that has no table before it.
func onlyName(column map[string]any) string {
	names := nodesIn(column, "column_names")
	if len(names) != 1 {
		return ""
	}
	name, _ := names[0].(string)
	return name
}

// callSQL is constantSQL of a function. Of what moves only the left side of + and -
// may, so that it does not move back.
func (r *reading) callSQL(node map[string]any) (sql string, moves, ok bool) {
	name, children := textIn(node, "function_name"), nodesIn(node, "children")
	if len(children) == 0 {
		return QuoteName(name) + "()", true, strings.Contains(clock, " "+name+" ")
	}
	var args []string
	for i, child := range children {
		child, _ := child.(map[string]any)
		arg, moving, ok := r.constantSQL(child)
		if !ok || moving && i > 0 {
			return "", false, false
		}
		args, moves = append(args, arg), moves || moving
	}
	return QuoteName(name) + "(" + strings.Join(args, ", ") + ")", moves, strings.Contains(timely, " "+name+" ")
}

// settle has DuckDB work out the instants. One that is infinite stays unknown; where one is
// wrong all do, and the statement itself will say why.
func (r *reading) settle(ctx context.Context, conn duckdb.Connection) {
	if len(r.instants) == 0 {
		return
	}
	var columns []string
	for _, i := range r.instants {
		columns = append(columns, fmt.Sprintf("CAST(%s AS TIMESTAMP WITH TIME ZONE)", i.sql))
	}
	rows, err := ownRows(ctx, conn, "SELECT "+strings.Join(columns, ", "))
	if err != nil {
		return
	}
	defer rows.Close()
	if !rows.Next() {
		return
	}
	for i, v := range rows.Chunk().Vectors {
		if !v.Null(0) {
			r.instants[i].number, r.instants[i].known = v.Int64[0], true
		}
	}
}
