package queries

import (
	"encoding/json"
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
	document.Table
}

// answerRow is one of them.
type answerRow struct {
	columns []document.Column
	cells   []any
}

// each returns the rows with the names of their columns.
func (a answer) each() []answerRow {
	rows := make([]answerRow, len(a.Rows))
	for i, cells := range a.Rows {
		rows[i] = answerRow{a.Columns, cells}
	}
	return rows
}

// get returns the value of a column, which the query must have.
func (r answerRow) get(name string) any {
	return r.cells[slices.IndexFunc(r.columns, func(c document.Column) bool { return c.Name == name })]
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
	return document.Human(r.get(name), r.unit(name))
}

func (r answerRow) unit(name string) document.Unit {
	return r.columns[slices.IndexFunc(r.columns, func(c document.Column) bool { return c.Name == name })].Unit
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
