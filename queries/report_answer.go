package queries

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/queries/document"
	"weir/warehouse"
	"weir/warehouse/schema"
)

// answer is the rows of a query, held in memory.
type answer struct {
	query string
	document.Table
	// lacks is a column that was asked for and that the query does not have.
	lacks string
}

// answerRow is one of them.
type answerRow struct {
	of    *answer
	cells []any
}

// each returns the rows with the names of their columns.
func (a *answer) each() []answerRow {
	rows := make([]answerRow, len(a.Rows))
	for i, cells := range a.Rows {
		rows[i] = answerRow{a, cells}
	}
	return rows
}

// column returns the place of a column, or -1.
func (a *answer) column(name string) int {
	i := slices.IndexFunc(a.Columns, func(c document.Column) bool { return c.Name == name })
	if i < 0 {
		a.lacks = name
	}
	return i
}

// unit returns what a column measures.
func (a *answer) unit(name string) document.Unit {
	if i := a.column(name); i >= 0 {
		return a.Columns[i].Unit
	}
	return document.Text
}

// complete returns an error if a column was missed.
func (a *answer) complete() error {
	if a.lacks != "" {
		return fmt.Errorf("query %s has no column %s", a.query, a.lacks)
	}
	return nil
}

// get returns the value of a column; nil, with a note in the answer, if the
// query has none of that name.
func (r answerRow) get(name string) any {
	if i := r.of.column(name); i >= 0 {
		return r.cells[i]
	}
	return nil
}

// int returns a whole number, 0 for null.
func (r answerRow) int(name string) int64 {
	n, _ := r.get(name).(int64)
	return n
}

// number returns a number, 0 for null.
func (r answerRow) number(name string) float64 {
	switch x := r.get(name).(type) {
	case int64:
		return float64(x)
	case float64:
		return x
	default:
		return 0
	}
}

// time returns a time, nil for null.
func (r answerRow) time(name string) *time.Time {
	if t, ok := r.get(name).(time.Time); ok {
		return &t
	}
	return nil
}

// text returns a value as people read it.
func (r answerRow) text(name string) string {
	return document.Human(r.get(name), r.of.unit(name))
}

// unitOf tells what a column measures by its kind and its name, whose ending
// is its unit.
func unitOf(c warehouse.ResultColumn) document.Unit {
	ends := func(endings ...string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return c.Name == strings.TrimPrefix(e, "_") || strings.HasSuffix(c.Name, e) })
	}
	switch c.Kind {
	case warehouse.Date, warehouse.Timestamp:
		return document.Moment
	case warehouse.Integer, warehouse.Double, warehouse.Number:
		switch {
		case ends("_bytes"):
			return document.Size
		case ends("_us"):
			return document.Micros
		case ends("_s"):
			return document.Seconds
		case ends("_percent"):
			return document.Percent
		case ends("_port", "_status", "_id"):
			return document.Plain
		case c.Kind == warehouse.Integer:
			return document.Count
		}
		return document.Number
	default:
		if c.Name == "severity" {
			return document.Severity
		}
		return document.Text
	}
}

// valueOf returns row i of a vector as a document holds it.
func valueOf(kind, elem warehouse.Kind, v *schema.Vector, i int) any {
	if v.Null(i) {
		return nil
	}
	switch kind {
	case warehouse.Integer:
		return v.Int64[i]
	case warehouse.Double:
		if x := v.Float64[i]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			return x
		}
		return nil
	case warehouse.Bool:
		return v.Bool[i]
	case warehouse.Date:
		return time.Unix(v.Int64[i]*24*60*60, 0).UTC()
	case warehouse.Timestamp:
		return time.UnixMicro(v.Int64[i]).UTC()
	case warehouse.Number:
		if x, err := strconv.ParseFloat(string(v.Text(i)), 64); err == nil {
			return x
		}
		return string(v.Text(i))
	case warehouse.List:
		values := []any{}
		for j := v.Offsets[i]; j < v.Offsets[i+1]; j++ {
			values = append(values, valueOf(elem, warehouse.Text, v.Elem, int(j)))
		}
		text, err := json.Marshal(values)
		if err != nil {
			return nil
		}
		return string(text)
	default:
		return string(v.Text(i))
	}
}
