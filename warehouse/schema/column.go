package schema

// Type is the type of a column as the catalogue names it. It fixes the
// vector that holds the values in memory (Kind) and the types of Parquet,
// Delta and DuckDB.
type Type uint8

// The types of the catalogue. Unsigned types narrower than 32 bits are stored
// as 32-bit and the wider ones as 64-bit signed integers, because neither
// Delta nor Spark has unsigned types.
const (
	Text       Type = iota // VARCHAR, UTF-8
	Bool                   // BOOLEAN
	UInt8                  // UINT8
	UInt16                 // UINT16
	UInt32                 // UINT32
	UInt64                 // UINT64; values above 2^63-1 are not representable
	Int64                  // INT64
	Double                 // DOUBLE; never NaN or infinite
	Date                   // DATE, days since 1970-01-01
	Timestamp              // TIMESTAMP, microseconds since 1970-01-01 UTC
	TextList               // VARCHAR[]
	Int64List              // INT64[]
	UInt16List             // UINT16[]
)

var typeNames = [...]string{"VARCHAR", "BOOLEAN", "UINT8", "UINT16", "UINT32", "UINT64", "INT64",
	"DOUBLE", "DATE", "TIMESTAMP", "VARCHAR[]", "INT64[]", "UINT16[]"}

// String returns the catalogue's name of the type, such as "UINT16[]".
func (t Type) String() string { return typeNames[t] }

// Kind returns the representation of the type's values in a Vector.
func (t Type) Kind() Kind {
	switch t {
	case Text:
		return KindBytes
	case Bool:
		return KindBool
	case UInt8, UInt16, Date:
		return KindInt32
	case Double:
		return KindFloat64
	case TextList, Int64List, UInt16List:
		return KindList
	default:
		return KindInt64
	}
}

// Elem returns the type of a list's elements; it is t itself for a type that
// is no list.
func (t Type) Elem() Type {
	switch t {
	case TextList:
		return Text
	case Int64List:
		return Int64
	case UInt16List:
		return UInt16
	default:
		return t
	}
}

// Encoding is a hint how a column's values are best laid out in a file.
type Encoding uint8

// Encodings a column may ask for. Auto lets the file writer choose by kind.
const (
	Auto  Encoding = iota
	Dict           // few distinct values per row group
	Plain          // mostly distinct values
	Delta          // integers that grow or stay close
	Hash           // digits without any pattern
)

// Column describes one column of a table: everything about it but how its
// value is computed from a row, which a Field adds.
type Column struct {
	// Name is unique within the table.
	Name string
	// Group is the chapter of the catalogue the column belongs to, such as
	// "volume"; empty outside flows.
	Group string
	Type  Type
	// Unit is the unit of the value, such as "us" or "bytes"; empty if it has none.
	Unit string
	// Doc defines the value in a sentence, with its null rule.
	Doc string
	// Nullable columns may hold nulls; all others never do.
	Nullable bool
	// Partition columns are stored in directory names, not in files.
	Partition bool
	// SQL defines a derived column as an expression over the other columns;
	// empty for a stored one.
	SQL string
	// Encoding is the layout hint of a stored column.
	Encoding Encoding
	// Stats asks for minimum, maximum and null count of the column in the
	// log, so that files are skipped without being opened.
	Stats bool
	// Late columns may be amended until the capture that a row belongs to is
	// complete (Sink.Amend), so a file holds back their values until then.
	Late bool
}

// Derived reports whether the column is computed when asked for rather than
// stored.
func (c Column) Derived() bool { return c.SQL != "" }

// Table is a named list of columns in catalogue order.
type Table struct {
	Name    string
	Columns []Column
}

// Stored returns the columns held in files, in order: neither derived nor
// partition columns. Batches have one vector for each.
func (t *Table) Stored() []Column {
	var cols []Column
	for _, c := range t.Columns {
		if !c.Derived() && !c.Partition {
			cols = append(cols, c)
		}
	}
	return cols
}

// Partitions returns the partition columns from the outermost directory to
// the innermost: the date before all others, which keep their order.
func (t *Table) Partitions() []Column {
	var dates, others []Column
	for _, c := range t.Columns {
		switch {
		case c.Partition && c.Type == Date:
			dates = append(dates, c)
		case c.Partition:
			others = append(others, c)
		}
	}
	return append(dates, others...)
}

// Column returns the column of that name, or false.
func (t *Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Micros turns nanoseconds into the microseconds of a Timestamp, rounded down
// also before 1970.
func Micros(ns int64) int64 {
	us := ns / 1000
	if ns%1000 < 0 {
		us--
	}
	return us
}
