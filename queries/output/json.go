package output

import (
	"io"
	"strconv"

	"weir/warehouse"
)

// jsonWriter writes an object per row: one a line (NDJSON), or an array of
// them. A name that several columns have gets _1, _2, … from the second on.
type jsonWriter struct {
	*text
	array   bool
	rows    int
	columns []warehouse.ResultColumn
	keys    [][]byte // what stands before each value: {"name": or ,"name":
}

func newJSON(w io.Writer, array bool) *jsonWriter { return &jsonWriter{text: newText(w), array: array} }

func (j *jsonWriter) Begin(columns []warehouse.ResultColumn) error {
	j.columns = columns
	for i, name := range uniqueNames(columns) {
		key := []byte{','}
		if i == 0 {
			key[0] = '{'
		}
		j.keys = append(j.keys, append(appendString(key, []byte(name)), ':'))
	}
	if j.array {
		j.buf = append(j.buf, '[')
	}
	return nil
}

func (j *jsonWriter) Write(chunk *warehouse.Chunk) error {
	if len(j.columns) == 0 {
		return nil
	}
	for row := range chunk.Rows {
		if j.array {
			if j.rows > 0 {
				j.buf = append(j.buf, ',')
			}
			j.buf = append(j.buf, '\n')
		}
		j.rows++
		for i := range j.columns {
			c := &j.columns[i]
			j.buf = append(j.buf, j.keys[i]...)
			j.buf = appendJSON(j.buf, c.Kind, c.Elem, &chunk.Vectors[i], row)
		}
		j.buf = append(j.buf, '}')
		if !j.array {
			j.buf = append(j.buf, '\n')
		}
		if err := j.flush(false); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonWriter) Close() error {
	if j.array {
		if j.rows > 0 {
			j.buf = append(j.buf, '\n')
		}
		j.buf = append(j.buf, ']', '\n')
	}
	return j.flush(true)
}

// uniqueNames returns the columns' names, made different from each other.
func uniqueNames(columns []warehouse.ResultColumn) []string {
	taken := map[string]bool{}
	for _, c := range columns {
		taken[c.Name] = true
	}
	names, seen := make([]string, len(columns)), map[string]bool{}
	for i, c := range columns {
		name := c.Name
		for n := 1; seen[name] || name != c.Name && taken[name]; n++ {
			name = c.Name + "_" + strconv.Itoa(n)
		}
		names[i], seen[name] = name, true
	}
	return names
}
