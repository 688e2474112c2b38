package delta

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"weir/warehouse/schema"
)

// The protocol this package reads and writes.
const (
	readerVersion = 1
	writerVersion = 2
)

// FormatProperty is the table property with the version of the warehouse
// format, such as "1".
const FormatProperty = "weir.format"

// Format is the version of the warehouse format that this program writes.
const Format = 1

// Protocol says what a program must know to read and write a table.
type Protocol struct {
	MinReaderVersion, MinWriterVersion int
}

// Metadata describes a table.
type Metadata struct {
	// ID is unique among tables; Create chooses one if it is empty.
	ID   string
	Name string
	// Schema lists all columns, partition columns among them.
	Schema           []Column
	PartitionColumns []string
	// Configuration holds the table properties.
	Configuration map[string]string
	// CreatedTime is in milliseconds since 1970-01-01 UTC; Create sets it to
	// now if it is 0.
	CreatedTime int64
	description string
}

// MetadataOf describes a table of the catalogue. Its configuration names the
// format of the warehouse.
func MetadataOf(t *schema.Table) Metadata {
	m := Metadata{Name: t.Name, Schema: ColumnsOf(t),
		Configuration: map[string]string{FormatProperty: strconv.Itoa(Format)}}
	for _, c := range t.Partitions() {
		m.PartitionColumns = append(m.PartitionColumns, c.Name)
	}
	return m
}

// Format returns the major version of the warehouse format that wrote the
// table, 0 if it was not written by this program.
func (m Metadata) Format() (int, error) {
	text, ok := m.Configuration[FormatProperty]
	if !ok {
		return 0, nil
	}
	major, _, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(major)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("table %s: property %s is %q, not a version", m.Name, FormatProperty, text)
	}
	return n, nil
}

// types returns the type of each column.
func (m Metadata) types() map[string]string {
	t := make(map[string]string, len(m.Schema))
	for _, c := range m.Schema {
		t[c.Name] = c.Type
	}
	return t
}

// merge returns the metadata of the table after a commit that asks for want,
// and whether anything changes. The table keeps its identity, and all columns
// and properties that want does not name.
func (m Metadata) merge(want Metadata) (Metadata, bool, error) {
	// Files say their partition by name, so that the order of the columns may differ.
	if !slices.Equal(slices.Sorted(slices.Values(m.PartitionColumns)), slices.Sorted(slices.Values(want.PartitionColumns))) {
		return m, false, &SchemaConflictError{Column: "partition",
			Have: strings.Join(m.PartitionColumns, "/"), Want: strings.Join(want.PartitionColumns, "/")}
	}
	next := m
	var err error
	if next.Schema, err = MergeColumns(m.Schema, want.Schema); err != nil {
		return m, false, err
	}
	next.Configuration = maps.Clone(m.Configuration)
	if next.Configuration == nil {
		next.Configuration = map[string]string{}
	}
	maps.Copy(next.Configuration, want.Configuration)
	before, err := encodeSchema(m.Schema)
	if err != nil {
		return m, false, err
	}
	after, err := encodeSchema(next.Schema)
	return next, before != after || !maps.Equal(m.Configuration, next.Configuration), err
}

// wireMetadata is the metaData action.
type wireMetadata struct {
	ID               string            `json:"id"`
	Name             string            `json:"name,omitempty"`
	Description      string            `json:"description,omitempty"`
	Format           wireFormat        `json:"format"`
	SchemaString     string            `json:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns"`
	Configuration    map[string]string `json:"configuration"`
	CreatedTime      int64             `json:"createdTime,omitempty"`
}

type wireFormat struct {
	Provider string            `json:"provider"`
	Options  map[string]string `json:"options"`
}

func encodeMetadata(m Metadata) (*wireMetadata, error) {
	text, err := encodeSchema(m.Schema)
	if err != nil {
		return nil, err
	}
	w := &wireMetadata{ID: m.ID, Name: m.Name, Description: m.description, SchemaString: text,
		Format:           wireFormat{Provider: "parquet", Options: map[string]string{}},
		PartitionColumns: m.PartitionColumns, Configuration: m.Configuration, CreatedTime: m.CreatedTime}
	if w.PartitionColumns == nil {
		w.PartitionColumns = []string{}
	}
	if w.Configuration == nil {
		w.Configuration = map[string]string{}
	}
	return w, nil
}

func decodeMetadata(w *wireMetadata) (Metadata, error) {
	if p := w.Format.Provider; p != "" && p != "parquet" {
		return Metadata{}, fmt.Errorf("data files are %q, not parquet", p)
	}
	cols, err := decodeSchema(w.SchemaString)
	m := Metadata{ID: w.ID, Name: w.Name, Schema: cols, Configuration: w.Configuration,
		CreatedTime: w.CreatedTime, description: w.Description}
	if len(w.PartitionColumns) > 0 {
		m.PartitionColumns = w.PartitionColumns
	}
	return m, err
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// jsonLine appends a value as one line of JSON.
func jsonLine(b []byte, v any) ([]byte, error) {
	line, err := json.Marshal(v)
	return append(append(b, line...), '\n'), err
}
