package http

import "bytes"

// keepLine is the room for an unfinished line that a lineReader keeps.
const keepLine = 4 << 10

// lineReader cuts a stream into lines. A line that lies whole in what it is
// given is not copied.
type lineReader struct {
	// buf holds the beginning of an unfinished line or, if held, a field that
	// the next line may continue.
	buf     []byte
	held    bool
	folding bool // inside the blanks that begin a continuation line
	spent   bool // buf was returned and is to be emptied
	// budget is how many more bytes may be read; negative once exceeded.
	budget int
}

// reset empties the reader and lets it read so many bytes.
func (r *lineReader) reset(budget int) {
	if r.buf = r.buf[:0]; cap(r.buf) > keepLine {
		r.buf = nil
	}
	*r = lineReader{buf: r.buf, budget: budget}
}

// next returns the first line of the stream without its line end, and what
// follows it in b, or false if b ends within the line or the budget was
// exceeded. With folds the line is a field: it is complete only when the next
// line has begun, and continuation lines are joined to it by a blank. The
// line is valid until the next call.
func (r *lineReader) next(b []byte, folds bool) (line, rest []byte, ok bool) {
	if r.spent {
		r.buf, r.spent = r.buf[:0], false
	}
	for len(b) > 0 {
		if r.held {
			if r.held = false; !isBlank(b[0]) {
				r.spent = true
				return r.buf, b, true
			}
			r.buf, r.folding = append(trimRight(r.buf), ' '), true
		}
		if r.folding {
			after := trimLeft(b)
			if !r.spend(len(b) - len(after)) {
				return nil, nil, false
			}
			if b = after; len(b) == 0 {
				break
			}
			r.folding = false
		}
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			if r.spend(len(b)) {
				r.buf = append(r.buf, b...)
			}
			return nil, nil, false
		}
		if !r.spend(end + 1) {
			return nil, nil, false
		}
		line, b = b[:end], b[end+1:]
		if r.spent = len(r.buf) > 0; r.spent {
			r.buf = append(r.buf, line...)
			line = r.buf
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if !folds || len(line) == 0 || len(b) > 0 && !isBlank(b[0]) {
			return line, b, true
		}
		r.buf, r.held, r.spent = append(r.buf[:0], line...), true, false
	}
	return nil, nil, false
}

// spend takes n bytes from the budget, or returns false if it is exceeded.
func (r *lineReader) spend(n int) bool {
	r.budget -= n
	return r.budget >= 0
}
