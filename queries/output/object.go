package output

import (
	"fmt"
	"io"
	"strings"

	"weir/warehouse"
)

// objectWriter writes an object per row, one a line or an array of them, with
// the values that are not null. Where it nests, the dots of a name open inner
// objects, which a row without values for does not have; names of one object
// must stand together.
type objectWriter struct {
	*text
	array, nest bool
	rows        int
	columns     []warehouse.ResultColumn
	paths       [][]string // the objects each column lies in
	keys        []string
	open        []string // the objects that are open in the row being written
	bare        bool     // nothing stands in the innermost one yet
}

func newObjects(w io.Writer, array, nest bool) *objectWriter {
	return &objectWriter{text: newText(w), array: array, nest: nest}
}

func (o *objectWriter) Begin(columns []warehouse.ResultColumn) error {
	o.columns = columns
	left := map[string]bool{}
	var last []string
	for _, name := range uniqueNames(columns) {
		path := []string{name}
		if o.nest {
			path = strings.Split(name, ".")
		}
		inner := path[:len(path)-1]
		for i := shared(last, inner); i < len(last); i++ {
			left[strings.Join(last[:i+1], ".")] = true
		}
		for i := range inner {
			if object := strings.Join(inner[:i+1], "."); left[object] {
				return fmt.Errorf("write %s: the names of the object %s do not stand together", name, object)
			}
		}
		o.paths, o.keys, last = append(o.paths, inner), append(o.keys, path[len(path)-1]), inner
	}
	if o.array {
		o.buf = append(o.buf, '[')
	}
	return nil
}

// shared counts the names that two paths begin with in common.
func shared(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (o *objectWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		if o.array {
			if o.rows > 0 {
				o.buf = append(o.buf, ',')
			}
			o.buf = append(o.buf, '\n')
		}
		o.rows++
		o.buf = append(o.buf, '{')
		o.bare = true
		for i := range o.columns {
			if v := &chunk.Vectors[i]; !v.Null(row) {
				o.enter(o.paths[i])
				o.key(o.keys[i])
				o.buf = appendJSON(o.buf, o.columns[i].Kind, o.columns[i].Elem, v, row)
			}
		}
		o.enter(nil)
		o.buf = append(o.buf, '}')
		if !o.array {
			o.buf = append(o.buf, '\n')
		}
		if err := o.flush(false); err != nil {
			return err
		}
	}
	return nil
}

// enter closes and opens objects until those of the path are open.
func (o *objectWriter) enter(path []string) {
	n := shared(o.open, path)
	for len(o.open) > n {
		o.buf = append(o.buf, '}')
		o.open = o.open[:len(o.open)-1]
	}
	for _, name := range path[n:] {
		o.key(name)
		o.buf = append(o.buf, '{')
		o.open, o.bare = append(o.open, name), true
	}
}

func (o *objectWriter) key(name string) {
	if !o.bare {
		o.buf = append(o.buf, ',')
	}
	o.bare = false
	o.buf = append(appendString(o.buf, []byte(name)), ':')
}

func (o *objectWriter) Close() error {
	if o.array {
		if o.rows > 0 {
			o.buf = append(o.buf, '\n')
		}
		o.buf = append(o.buf, ']', '\n')
	}
	return o.flush(true)
}
