package dialect

import (
	"fmt"

	"weir/warehouse/schema"
)

type spelling = schema.Spelling

// whole spells a column as an integer, null as 0.
func whole(header, column string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Int64, SQL: fmt.Sprintf("coalesce(%s, 0)", column)}
}

// float spells a column as a floating-point number, null as 0.
func float(header, column string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Double, SQL: fmt.Sprintf("coalesce(%s, 0)", column)}
}

// seconds spells a column of microseconds in seconds, null as 0.
func seconds(header, column string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Double, SQL: fmt.Sprintf("coalesce(%s, 0) / 1e6", column)}
}

// text spells a column as text, null as the empty one.
func text(header, column string) spelling { return textOr(header, column, "") }

// textOr spells a column as text, null as the word that the tool has for it.
func textOr(header, column, none string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Text, SQL: fmt.Sprintf("coalesce(%s, '%s')", column, none)}
}

// plain spells a column as it is, null as null.
func plain(header, column string, typ schema.Type) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: typ, SQL: column}
}

// moment spells a time as text, by a format of strftime.
func moment(header, column, format string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Text,
		SQL: fmt.Sprintf("strftime(%s AT TIME ZONE 'UTC', '%s')", column, format)}
}

// derive spells a value that is computed of columns, the first of which it
// spells.
func derive(header string, typ schema.Type, sql string, of ...string) spelling {
	return spelling{Header: header, Name: header, Of: of, Type: typ, SQL: sql}
}

// foreign adds the type as the tool's own format names it.
func foreign(typ string, s spelling) spelling {
	s.Foreign = typ
	return s
}

// again marks the second occurrence of a header.
func again(s spelling) spelling {
	s.Name += ".1"
	return s
}

// milliseconds spells a column of microseconds in milliseconds, null as 0.
func milliseconds(header, column string) spelling {
	return spelling{Header: header, Name: header, Of: []string{column}, Type: schema.Double, SQL: fmt.Sprintf("coalesce(%s, 0) / 1e3", column)}
}
