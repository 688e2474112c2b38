package part

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// leaf is the physical side of a column.
type leaf struct {
	physical format.Type
	path     []string
	// defined is the definition level of a value that is there, 0 in required
	// columns; list tells that values repeat.
	defined byte
	list    bool
}

func leafOf(c schema.Column) leaf {
	l := leaf{physical: physicalType(c.Type.Elem()), path: []string{c.Name}}
	if c.Nullable {
		l.defined++
	}
	if c.Type.Kind() == schema.KindList {
		l.list = true
		l.defined++
		l.path = []string{c.Name, "list", "element"}
	}
	return l
}

func physicalType(t schema.Type) format.Type {
	switch t.Kind() {
	case schema.KindInt32:
		return format.Int32
	case schema.KindInt64:
		return format.Int64
	case schema.KindFloat64:
		return format.Double
	case schema.KindBool:
		return format.Boolean
	default:
		return format.ByteArray
	}
}

// appendSchema appends the schema as a field: the root and the columns in order.
func appendSchema(dst []byte, delta byte, columns []schema.Column) []byte {
	elements := 1
	for i := range columns {
		elements += len(leafOf(columns[i]).path)
	}
	dst = appendList(dst, delta, thriftStruct, elements)
	dst = appendBinary(dst, 4, "weir")
	dst = append(appendI32(dst, 1, int32(len(columns))), 0)
	for i := range columns {
		c := &columns[i]
		if c.Type.Kind() != schema.KindList {
			dst = appendPrimitive(dst, c.Name, c.Type, c.Nullable)
			continue
		}
		dst = appendI32(dst, 3, int32(repetition(c.Nullable)))
		dst = appendBinary(dst, 1, c.Name)
		dst = appendI32(dst, 1, 1)
		dst = append(appendLogical(dst, 1, deprecated.List, logicalList), 0)
		dst = appendI32(dst, 3, int32(format.Repeated))
		dst = appendBinary(dst, 1, "list")
		dst = append(appendI32(dst, 1, 1), 0)
		dst = appendPrimitive(dst, "element", c.Type.Elem(), false)
	}
	return dst
}

func repetition(nullable bool) format.FieldRepetitionType {
	if nullable {
		return format.Optional
	}
	return format.Required
}

// Members of the union LogicalType.
const (
	logicalString    = 1
	logicalList      = 3
	logicalDate      = 6
	logicalTimestamp = 8
)

// appendPrimitive appends the SchemaElement of a leaf. Unsigned types carry no logical
// type: Spark and Delta have none, and the signed physical type holds every value.
func appendPrimitive(dst []byte, name string, t schema.Type, nullable bool) []byte {
	dst = appendI32(dst, 1, int32(physicalType(t)))
	dst = appendI32(dst, 2, int32(repetition(nullable)))
	dst = appendBinary(dst, 1, name)
	switch t {
	case schema.Text:
		dst = appendLogical(dst, 2, deprecated.UTF8, logicalString)
	case schema.Date:
		dst = appendLogical(dst, 2, deprecated.Date, logicalDate)
	case schema.Timestamp:
		const microseconds = 2 // of the union TimeUnit
		dst = appendLogical(dst, 2, deprecated.TimestampMicros, logicalTimestamp,
			1<<4|thriftTrue, 1<<4|thriftStruct, microseconds<<4|thriftStruct, 0, 0) // adjusted to UTC
	}
	return append(dst, 0)
}

// appendLogical appends the older name of a type and the newer one, a member of the
// union with the fields given.
func appendLogical(dst []byte, delta byte, older deprecated.ConvertedType, member byte, fields ...byte) []byte {
	dst = appendI32(dst, delta, int32(older))
	dst = append(dst, 4<<4|thriftStruct, member<<4|thriftStruct)
	return append(append(dst, fields...), 0, 0)
}
