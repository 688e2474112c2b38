package schema

// Dialect is a table as another tool writes it: that tool's names in its
// order, each with the expression over our columns that gives its value.
type Dialect struct {
	// Name is what people choose it by, such as "cicflowmeter-py".
	Name string
	// View is the name of its view in a session; empty if it has none.
	View string
	// Table is the table it spells.
	Table string
	// Rows is an SQL condition over the table's columns for the rows that the
	// tool would have; empty means all.
	Rows   string
	Layout Layout
	Text   TextStyle
	// Doc says in a sentence or two whose spelling it is and what to know.
	Doc       string
	Spellings []Spelling
}

// Spelling is one column of a dialect.
type Spelling struct {
	// Header is the name as the tool writes it. It may occur twice.
	Header string
	// Name is the header, or what stands for it where names must differ, as
	// in a view.
	Name string
	// Of are the columns of the table that the value comes from, the one it
	// spells first; none where it is constant.
	Of []string
	// Type is the type of the value.
	Type Type
	// SQL is the value as an expression over the table's columns.
	SQL string
	// Foreign is the type in the tool's own words where its format names one.
	Foreign string
	// Merged spellings stand only where rows come from several captures.
	Merged bool
}

// Layout is how the rows of a dialect lie in a file.
type Layout uint8

// The layouts.
const (
	Flat    Layout = iota // a table
	ZeekLog               // Zeek's log: tab-separated with # lines
	Nested                // JSON objects, the dots of a name opening an inner one
)

// TextStyle is how numbers and truth values are spelled where a cell is text.
type TextStyle uint8

// The styles.
const (
	Shortest TextStyle = iota // 54, 0.5, true; the shortest that reads back
	Python                    // 54.0, 1e-06, True, as Python's repr
	Java                      // 54.0, 1.0E-6, 1.2E8, true, as Double.toString
)

// Missing returns the columns that the dialect needs and the table lacks.
func (d *Dialect) Missing(t *Table) []string {
	var missing []string
	seen := map[string]bool{}
	for _, s := range d.Spellings {
		for _, name := range s.Of {
			if _, ok := t.Column(name); !ok && !seen[name] {
				missing = append(missing, name)
				seen[name] = true
			}
		}
	}
	return missing
}

// Shown returns the spellings that a file of the dialect has; merged tells
// that its rows come from several captures.
func (d *Dialect) Shown(merged bool) []Spelling {
	shown := make([]Spelling, 0, len(d.Spellings))
	for _, s := range d.Spellings {
		if merged || !s.Merged {
			shown = append(shown, s)
		}
	}
	return shown
}
