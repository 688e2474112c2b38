package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes the raw values as one object: the facts in their objects,
// then a list of rows for each section, rows being objects, too.
func (d *Document) WriteJSON(w io.Writer) error {
	raw, err := d.MarshalJSON()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	b.WriteByte('\n')
	_, err = w.Write(b.Bytes())
	return err
}

// MarshalJSON returns what WriteJSON writes, without spaces.
func (d *Document) MarshalJSON() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	var o object
	o.open()
	if d.Title != "" {
		o.field("title", d.Title)
	}
	for i, f := range d.Facts {
		if i == 0 || d.Facts[i-1].Object != f.Object {
			if i > 0 {
				o.close()
			}
			o.key(f.Object)
			o.open()
		}
		o.field(f.Name, f.Value)
	}
	if len(d.Facts) > 0 {
		o.close()
	}
	for _, s := range d.Sections {
		if len(s.Data.Columns) == 0 {
			continue
		}
		o.key(s.Name)
		o.b.WriteByte('[')
		for i, row := range s.Data.Rows {
			if i > 0 {
				o.b.WriteByte(',')
			}
			o.open()
			for j, c := range s.Data.Columns {
				o.field(c.Name, row[j])
			}
			o.close()
		}
		o.b.WriteByte(']')
		o.comma = true
	}
	o.close()
	return o.b.Bytes(), o.err
}

// object writes JSON objects whose keys keep their order.
type object struct {
	b     bytes.Buffer
	comma bool
	err   error
}

func (o *object) open() {
	o.b.WriteByte('{')
	o.comma = false
}

func (o *object) close() {
	o.b.WriteByte('}')
	o.comma = true
}

func (o *object) key(name string) {
	if o.comma {
		o.b.WriteByte(',')
	}
	o.value(name)
	o.b.WriteByte(':')
}

func (o *object) field(name string, value any) {
	o.key(name)
	o.value(value)
	o.comma = true
}

func (o *object) value(value any) {
	text, err := json.Marshal(value)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("write the report: %w", err)
	}
	o.b.Write(text)
}
