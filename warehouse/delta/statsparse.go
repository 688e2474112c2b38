package delta

import (
	"encoding/json"
	"strconv"
)

// statsReader reads the JSON text of statistics. It is written by hand
// because a table has one such text per file, and reading them is most of the
// work of opening it. Strings share the memory of the text.
type statsReader struct {
	text string
	pos  int
}

// maxDepth bounds how deep the statistics of nested columns may be.
const maxDepth = 64

// parseStats reads statistics. Values it has no use for are skipped: those of
// nested columns, booleans, and numbers beyond the range of their type.
// Statistics are only a help, so damaged ones count as absent.
func parseStats(text string) Stats {
	s := Stats{NumRecords: -1}
	if text == "" {
		return s
	}
	r := &statsReader{text: text}
	ok := r.object(func(name string) bool {
		switch name {
		case "numRecords":
			v, ok := r.value(0)
			if n, isInt := v.(int64); isInt && n >= 0 {
				s.NumRecords = n
			}
			return ok
		case "minValues":
			return r.bounds(&s.Min)
		case "maxValues":
			return r.bounds(&s.Max)
		case "nullCount":
			return r.counts(&s.NullCount)
		}
		_, ok := r.value(0)
		return ok
	})
	if r.space(); !ok || r.pos != len(text) {
		return Stats{NumRecords: -1}
	}
	return s
}

func (r *statsReader) bounds(into *map[string]any) bool {
	if r.peek() != '{' {
		_, ok := r.value(0)
		return ok
	}
	*into = map[string]any{}
	return r.object(func(name string) bool {
		v, ok := r.value(0)
		if v != nil {
			(*into)[name] = v
		}
		return ok
	})
}

func (r *statsReader) counts(into *map[string]int64) bool {
	if r.peek() != '{' {
		_, ok := r.value(0)
		return ok
	}
	*into = map[string]int64{}
	return r.object(func(name string) bool {
		v, ok := r.value(0)
		if n, isInt := v.(int64); isInt && n >= 0 {
			(*into)[name] = n
		}
		return ok
	})
}

// object reads an object and hands each name to field, which reads the value.
func (r *statsReader) object(field func(name string) bool) bool {
	if !r.take('{') {
		return false
	}
	if r.take('}') {
		return true
	}
	for {
		name, ok := r.str()
		if !ok || !r.take(':') || !field(name) {
			return false
		}
		if r.take(',') {
			continue
		}
		return r.take('}')
	}
}

// value reads any value. It returns an int64, a float64, a string, or nil for
// everything else.
func (r *statsReader) value(depth int) (any, bool) {
	if depth > maxDepth {
		return nil, false
	}
	switch c := r.peek(); {
	case c == '"':
		s, ok := r.str()
		return s, ok
	case c == '{':
		return nil, r.object(func(string) bool {
			_, ok := r.value(depth + 1)
			return ok
		})
	case c == '[':
		return nil, r.array(depth)
	case c == '-' || '0' <= c && c <= '9':
		return r.number(), true
	}
	return nil, r.word("null") || r.word("true") || r.word("false")
}

func (r *statsReader) array(depth int) bool {
	r.take('[')
	if r.take(']') {
		return true
	}
	for {
		if _, ok := r.value(depth + 1); !ok {
			return false
		}
		if !r.take(',') {
			return r.take(']')
		}
	}
}

// number reads a number; one that is malformed or out of range is nil.
func (r *statsReader) number() any {
	start, isFloat := r.pos, false
	for ; r.pos < len(r.text); r.pos++ {
		c := r.text[r.pos]
		if c == '.' || c == 'e' || c == 'E' {
			isFloat = true
		} else if c != '-' && c != '+' && (c < '0' || c > '9') {
			break
		}
	}
	text := r.text[start:r.pos]
	if isFloat {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return v
		}
		return nil
	}
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		return v
	}
	return nil
}

func (r *statsReader) str() (string, bool) {
	if !r.take('"') {
		return "", false
	}
	start, escaped := r.pos, false
	for ; r.pos < len(r.text); r.pos++ {
		switch r.text[r.pos] {
		case '\\':
			escaped = true
			r.pos++
		case '"':
			r.pos++
			if !escaped {
				return r.text[start : r.pos-1], true
			}
			var s string
			err := json.Unmarshal([]byte(r.text[start-1:r.pos]), &s)
			return s, err == nil
		}
	}
	return "", false
}

func (r *statsReader) word(w string) bool {
	if len(r.text)-r.pos < len(w) || r.text[r.pos:r.pos+len(w)] != w {
		return false
	}
	r.pos += len(w)
	return true
}

func (r *statsReader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek returns the next byte that is no space, 0 at the end.
func (r *statsReader) peek() byte {
	r.space()
	if r.pos >= len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

func (r *statsReader) take(c byte) bool {
	if r.peek() != c || r.pos >= len(r.text) {
		return false
	}
	r.pos++
	return true
}
