package delta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"weir/warehouse/schema"
)

// Column is a field of the table's schema.
type Column struct {
	Name string
	// Type is a primitive type of Delta such as "long", "array<long>" for a
	// list without nulls, or for any other type its JSON text.
	Type     string
	Nullable bool
	// Comment and Unit describe the column; Unit is the metadata key
	// "weir.unit".
	Comment string
	Unit    string
	// rest holds the field metadata of other programs.
	rest map[string]json.RawMessage
}

const unitKey = "weir.unit"

// ColumnsOf returns the columns of a table as Delta has them, partition
// columns among them, without the derived ones.
func ColumnsOf(t *schema.Table) []Column {
	var cols []Column
	for _, c := range t.Columns {
		if c.Derived() {
			continue
		}
		cols = append(cols, Column{Name: c.Name, Type: typeOf(c.Type), Nullable: c.Nullable, Comment: c.Doc, Unit: c.Unit})
	}
	return cols
}

// typeOf names the Delta type that holds every value of a catalogue type.
// Delta has no unsigned types.
func typeOf(t schema.Type) string {
	if e := t.Elem(); e != t {
		return "array<" + typeOf(e) + ">"
	}
	switch t {
	case schema.Bool:
		return "boolean"
	case schema.UInt8, schema.UInt16:
		return "integer"
	case schema.UInt32, schema.UInt64, schema.Int64:
		return "long"
	case schema.Double:
		return "double"
	case schema.Date:
		return "date"
	case schema.Timestamp:
		return "timestamp"
	}
	return "string"
}

// MergeColumns returns the union of the columns a table has and those that
// are wanted, in the table's order with the new ones at the end. New columns
// are nullable, because older files have no values for them; a column is also
// nullable where either side says so. Comments and units are the wanted ones.
// A column whose type differs is a *SchemaConflictError.
func MergeColumns(have, want []Column) ([]Column, error) {
	merged := append([]Column(nil), have...)
	at := make(map[string]int, len(have))
	for i, c := range have {
		at[strings.ToLower(c.Name)] = i
	}
	for _, c := range want {
		i, ok := at[strings.ToLower(c.Name)]
		if !ok {
			c.Nullable = true
			at[strings.ToLower(c.Name)] = len(merged)
			merged = append(merged, c)
			continue
		}
		old := &merged[i]
		if old.Type != c.Type || old.Name != c.Name {
			return nil, &SchemaConflictError{Column: c.Name, Have: old.Name + " " + old.Type, Want: c.Type}
		}
		old.Nullable = old.Nullable || c.Nullable
		old.Comment, old.Unit = c.Comment, c.Unit
	}
	return merged, nil
}

// wireField is a field as the schema string has it.
type wireField struct {
	Name     string                     `json:"name"`
	Type     json.RawMessage            `json:"type"`
	Nullable bool                       `json:"nullable"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

type wireStruct struct {
	Type   string      `json:"type"`
	Fields []wireField `json:"fields"`
}

type wireArray struct {
	Type         string          `json:"type"`
	ElementType  json.RawMessage `json:"elementType"`
	ContainsNull bool            `json:"containsNull"`
}

// encodeSchema writes columns as a schema string.
func encodeSchema(cols []Column) (string, error) {
	s := wireStruct{Type: "struct", Fields: make([]wireField, len(cols))}
	for i, c := range cols {
		f := wireField{Name: c.Name, Nullable: c.Nullable, Metadata: map[string]json.RawMessage{}}
		for k, v := range c.rest {
			f.Metadata[k] = v
		}
		if c.Comment != "" {
			f.Metadata["comment"] = quote(c.Comment)
		}
		if c.Unit != "" {
			f.Metadata[unitKey] = quote(c.Unit)
		}
		var err error
		if f.Type, err = encodeType(c.Type); err != nil {
			return "", fmt.Errorf("type of column %s: %w", c.Name, err)
		}
		s.Fields[i] = f
	}
	b, err := json.Marshal(s)
	return string(b), err
}

func encodeType(t string) (json.RawMessage, error) {
	if elem, ok := strings.CutPrefix(t, "array<"); ok {
		return json.Marshal(wireArray{Type: "array", ElementType: quote(strings.TrimSuffix(elem, ">"))})
	}
	if strings.HasPrefix(t, "{") {
		return json.RawMessage(t), nil
	}
	return quote(t), nil
}

func quote(s string) json.RawMessage {
	return appendString(nil, s)
}

// decodeSchema reads a schema string.
func decodeSchema(text string) ([]Column, error) {
	var s wireStruct
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if s.Type != "struct" {
		return nil, fmt.Errorf("schema is of type %q, not a struct", s.Type)
	}
	cols := make([]Column, len(s.Fields))
	for i, f := range s.Fields {
		t, err := decodeType(f.Type)
		if err != nil {
			return nil, fmt.Errorf("type of column %s: %w", f.Name, err)
		}
		c := Column{Name: f.Name, Type: t, Nullable: f.Nullable}
		for k, v := range f.Metadata {
			switch {
			case k == "comment" && json.Unmarshal(v, &c.Comment) == nil:
			case k == unitKey && json.Unmarshal(v, &c.Unit) == nil:
			default:
				if c.rest == nil {
					c.rest = map[string]json.RawMessage{}
				}
				c.rest[k] = v
			}
		}
		cols[i] = c
	}
	return cols, nil
}

func decodeType(raw json.RawMessage) (string, error) {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return name, nil
	}
	var a wireArray
	if err := json.Unmarshal(raw, &a); err != nil {
		return "", err
	}
	if a.Type == "array" && !a.ContainsNull && json.Unmarshal(a.ElementType, &name) == nil {
		return "array<" + name + ">", nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, raw)
	return b.String(), err
}
