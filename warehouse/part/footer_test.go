package part

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// The footer is byte for byte what the library of Thrift makes of it, and says of
// columns and metadata what it was told.
func TestFooter(t *testing.T) {
	table := allTypes()
	enc := newEncoders(t, 1)
	r := rand.New(rand.NewPCG(5, 6))
	for _, meta := range []map[string]string{nil, {"b": "2", "a": ""}} {
		for groups := range 4 {
			var out bytes.Buffer
			f := Create(&out, table.Stored(), meta)
			for range groups {
				b := randomBatch(r, table, 1+r.IntN(3000), style{nulls: 0.3 * float64(groups%2), distinct: 20}, false)
				if err := f.Write(b, enc...); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := f.Close(); err != nil {
				t.Fatal(err)
			}
			got := footerOf(out.Bytes())
			var all format.FileMetaData
			if err := thrift.Unmarshal(&thrift.CompactProtocol{}, got, &all); err != nil {
				t.Fatal(err)
			}
			want, err := thrift.Marshal(&thrift.CompactProtocol{}, &all)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d row groups: footer of %d bytes, want %d", groups, len(got), len(want))
			}
			if want := schemaElements(table.Stored()); !reflect.DeepEqual([]format.SchemaElement(all.Schema), want) {
				t.Errorf("schema is %+v, want %+v", all.Schema, want)
			}
			if len(all.RowGroups) != groups || all.Version != 2 || all.CreatedBy != createdBy || all.NumRows != f.Rows() {
				t.Errorf("%d row groups of %d rows by %q, version %d", len(all.RowGroups), all.NumRows, all.CreatedBy, all.Version)
			}
			pairs := ""
			for _, p := range all.KeyValueMetadata {
				pairs += fmt.Sprintf("%s=%s ", p.Key, p.Value)
			}
			if want := map[bool]string{false: "", true: "a= b=2 "}[meta != nil]; pairs != want {
				t.Errorf("metadata is %q, want %q", pairs, want)
			}
		}
	}
}

func footerOf(file []byte) []byte {
	end := len(file) - 8
	return file[end-int(binary.LittleEndian.Uint32(file[end:])) : end]
}

// The entry of a chunk begins as the library writes it.
func TestAppendChunk(t *testing.T) {
	columns := allTypes().Stored()
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		column := &columns[r.IntN(len(columns))]
		c := &chunk{buf: make([]byte, r.IntN(1<<r.IntN(16)+1)), raw: r.Int64N(1 << r.IntN(40)), levels: r.Int64N(1 << r.IntN(40)), nulls: r.Int64N(1 << r.IntN(40))}
		want := format.ColumnChunk{FileOffset: 4 + r.Int64N(1<<r.IntN(40))}
		m := &want.MetaData
		m.Type, m.PathInSchema, m.Codec = physicalType(column.Type.Elem()), leafOf(*column).path, format.Zstd
		m.NumValues, m.TotalUncompressedSize, m.TotalCompressedSize = c.levels, c.raw, int64(len(c.buf))
		m.DataPageOffset, m.Statistics.NullCount = want.FileOffset, c.nulls
		if r.IntN(2) == 0 {
			c.encoding, c.dict = format.RLEDictionary, 1+r.IntN(1<<20)
			m.Encoding = []format.Encoding{format.Plain, format.RLE, format.RLEDictionary}
			m.DictionaryPageOffset, m.DataPageOffset = want.FileOffset, want.FileOffset+int64(c.dict)
		} else {
			c.encoding = format.DeltaBinaryPacked
			m.Encoding = []format.Encoding{format.RLE, format.DeltaBinaryPacked}
		}
		if kind := column.Type.Elem().Kind(); kind == schema.KindBytes {
			c.total = bounds{known: true, tlo: []byte("from")[:r.IntN(5)], thi: []byte("until")}
			m.Statistics.MinValue, m.Statistics.MaxValue = c.total.encode(kind)
		} else if r.IntN(2) == 0 {
			c.total = bounds{known: true, lo: r.Int64N(2), hi: 2}
			m.Statistics.MinValue, m.Statistics.MaxValue = c.total.encode(kind)
		}
		whole, err := thrift.Marshal(&thrift.CompactProtocol{}, &want)
		if err != nil {
			t.Fatal(err)
		}
		if got := append(appendChunk(nil, column, c, want.FileOffset), 0); !bytes.Equal(got, whole) {
			t.Fatalf("%s: % x, want % x", column.Name, got, whole)
		}
	}
}

// schemaElements returns the Parquet schema for the library of Thrift.
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
					RepetitionType: thrift.New(repetition(c.Nullable)),
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

func primitive(name string, t schema.Type, nullable bool) format.SchemaElement {
	e := format.SchemaElement{
		Name:           name,
		Type:           thrift.New(physicalType(t)),
		RepetitionType: thrift.New(repetition(nullable)),
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
