package part

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
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

// schemaElements returns the Parquet schema: the root and the columns in order.
func schemaElements(columns []schema.Column) []format.SchemaElement {
	elements := []format.SchemaElement{{
		Name:        "weir",
		NumChildren: thrift.New(int32(len(columns))),
	}}
	for _, c := range columns {
		if c.Type.Kind() == schema.KindList {
			elements = append(elements,
				format.SchemaElement{
					Name:           c.Name,
					RepetitionType: repetition(c.Nullable),
					NumChildren:    thrift.New(int32(1)),
					ConvertedType:  thrift.New(deprecated.List),
					LogicalType:    format.LogicalType{Value: &format.ListType{}},
				},
				format.SchemaElement{
					Name:           "list",
					RepetitionType: thrift.New(format.Repeated),
					NumChildren:    thrift.New(int32(1)),
				},
				primitive("element", c.Type.Elem(), false))
			continue
		}
		elements = append(elements, primitive(c.Name, c.Type, c.Nullable))
	}
	return elements
}

func repetition(nullable bool) thrift.Null[format.FieldRepetitionType] {
	if nullable {
		return thrift.New(format.Optional)
	}
	return thrift.New(format.Required)
}

// primitive describes a leaf. Unsigned types carry no logical type: Spark and
// Delta have none, and the signed physical type holds every value.
func primitive(name string, t schema.Type, nullable bool) format.SchemaElement {
	e := format.SchemaElement{
		Name:           name,
		Type:           thrift.New(physicalType(t)),
		RepetitionType: repetition(nullable),
	}
	switch t {
	case schema.Text:
		e.ConvertedType = thrift.New(deprecated.UTF8)
		e.LogicalType.Value = &format.StringType{}
	case schema.Date:
		e.ConvertedType = thrift.New(deprecated.Date)
		e.LogicalType.Value = &format.DateType{}
	case schema.Timestamp:
		e.ConvertedType = thrift.New(deprecated.TimestampMicros)
		e.LogicalType.Value = &format.TimestampType{
			IsAdjustedToUTC: true,
			Unit:            format.TimeUnit{Value: &format.MicroSeconds{}},
		}
	}
	return e
}
