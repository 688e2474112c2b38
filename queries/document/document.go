package document

import "fmt"

// Document is a report.
type Document struct {
	Title string
	// Period says which time it is about.
	Period string
	// Summary is the headline as lines of plain text, Figures as cards.
	Summary []Line
	Figures []Figure
	// Facts are the raw values of the headline; they lead the JSON and the
	// first sheet of the workbook.
	Facts    []Fact
	Sections []Section
}

// Line is a line of the summary.
type Line struct{ Name, Text string }

// Figure is a number that leads the page.
type Figure struct {
	Label, Value, Detail string
	// Level colours the figure like a finding of that severity; may be empty.
	Level string
}

// Fact is a raw value under its name, within an object of the JSON.
type Fact struct {
	Object, Name string
	Value        any
}

// Section is a question with its answer.
type Section struct {
	// Name is the key in JSON, the sheet's name and the place in the page.
	Name string
	// Chapter is what the section belongs to, such as "DNS"; the sections of a
	// chapter follow one another.
	Chapter string
	Title   string
	// Alone is the title where no chapter stands above; empty means Title.
	Alone string
	// Note says in a sentence what the section shows; may be empty.
	Note string
	// Query is the saved query that answers the same; may be empty.
	Query string
	Data  Table
	// Shown is the table for people; without columns the section is for
	// programs, and for its charts.
	Shown Table
	// More is how many rows Shown leaves out.
	More   int
	Charts []Chart
	// Empty is said in place of a table without rows; where it is empty, the
	// section is left out then.
	Empty string
	// Wide sections take the page's whole width.
	Wide bool
	// Tiles shows a single row in the page as one figure for each column.
	Tiles bool
}

// Table is rows of values: nil, int64, float64, bool, string or time.Time.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Column is a column of a table.
type Column struct {
	Name string
	Unit Unit
}

// present tells whether people see the section.
func (s Section) present() bool {
	return len(s.Shown.Rows) > 0 || len(s.Charts) > 0 || s.Empty != ""
}

// Chart is a picture of numbers.
type Chart struct {
	Kind Kind
	// Title says what is shown, for those who do not see it, too.
	Title  string
	Labels []string
	// Views are what the chart can show; the reader switches between them.
	Views []View
}

// View is one set of series.
type View struct {
	Name   string
	Unit   Unit
	Series []Series
}

// Series is a value for each label.
type Series struct {
	Name   string
	Values []float64
}

// Kind is how a chart looks.
type Kind string

// The kinds of charts.
const (
	// Timeline is stacked columns over time.
	Timeline Kind = "timeline"
	// Ring is the parts of a whole.
	Ring Kind = "ring"
	// Bars lie, stacked by series.
	Bars Kind = "bars"
)

// check returns an error where the rows do not fit their columns.
func (d *Document) check() error {
	for _, s := range d.Sections {
		for _, t := range []Table{s.Data, s.Shown} {
			for _, row := range t.Rows {
				if len(row) != len(t.Columns) {
					return fmt.Errorf("section %s: a row has %d cells, not %d", s.Name, len(row), len(t.Columns))
				}
			}
		}
	}
	return nil
}
