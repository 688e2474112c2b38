package flow

import (
	"weir/warehouse/schema"
)

// field is a column of the table flows.
type field = schema.Field[*Flow]

// column is short for the declarations of this package.
type column = schema.Column

// Catalogue returns the table flows: every column with its value or, where
// it is derived, its SQL.
func Catalogue() *schema.Catalogue[*Flow] {
	var fields []field
	for _, group := range []struct {
		name   string
		fields []field
	}{
		{"identity", identityFields()},
		{"time", timeFields()},
		{"volume", volumeFields()},
		{"length", lengthFields()},
		{"iat", iatFields()},
		{"flags", flagFields()},
		{"tcp", tcpFields()},
		{"header", headerFields()},
		{"bulk", bulkFields()},
		{"subflow", subflowFields()},
		{"activity", activityFields()},
		{"application", applicationFields()},
	} {
		for _, f := range group.fields {
			f.Group = group.name
			fields = append(fields, f)
		}
	}
	return schema.NewCatalogue("flows", fields).Fetching(fetch)
}

// side is one direction as columns spell it.
type side struct {
	name string // fwd or bwd
	from string // the sender, in definitions
	dir  int
}

var sides = [2]side{{"fwd", "the initiator", fwd}, {"bwd", "the responder", bwd}}

// cells take the values of a set of columns.
type cells = schema.Cells

// set declares columns whose values are found together.
func set(values func(f *Flow, to cells) bool, columns ...column) []field {
	return schema.Set(values, columns...)
}

// whole describes an INT64 column that is never null.
func whole(name, unit, doc string) column {
	return column{Name: name, Type: schema.Int64, Unit: unit, Doc: doc}
}

// wholeOrNull describes an INT64 column with nulls.
func wholeOrNull(name, unit, doc string) column {
	return column{Name: name, Type: schema.Int64, Unit: unit, Doc: doc, Nullable: true}
}

// doubleOrNull describes a DOUBLE column with nulls.
func doubleOrNull(name, unit, doc string) column {
	return column{Name: name, Type: schema.Double, Unit: unit, Doc: doc, Nullable: true}
}

// count declares a stored INT64 column that is never null.
func count(name, unit, doc string, value func(*Flow) int64) field {
	return schema.Int(whole(name, unit, doc), value)
}

// maybe declares a stored INT64 column with nulls.
func maybe(name, unit, doc string, value func(*Flow) (int64, bool)) field {
	return schema.NullInt(wholeOrNull(name, unit, doc), value)
}

// measure declares a stored DOUBLE column with nulls.
func measure(name, unit, doc string, value func(*Flow) (float64, bool)) field {
	return schema.NullFloat(doubleOrNull(name, unit, doc), value)
}

// derive declares a derived DOUBLE column.
func derive(name, unit, doc, sql string) field {
	return schema.Derive[*Flow](column{Name: name, Type: schema.Double, Unit: unit, Doc: doc, SQL: sql})
}

// deriveCount declares a derived INT64 column.
func deriveCount(name, unit, doc, sql string) field {
	return schema.Derive[*Flow](column{Name: name, Type: schema.Int64, Unit: unit, Doc: doc, SQL: sql})
}
