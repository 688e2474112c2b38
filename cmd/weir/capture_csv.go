package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"weir/queries"
	"weir/queries/output"
	"weir/warehouse"
	"weir/warehouse/schema"
)

// liveCSV is the file to which the flows of each commit are appended. Lines
// are written whole, so that it can be followed by tail.
type liveCSV struct {
	path    string
	dialect *schema.Dialect // nil for our own columns
}

func (c *liveCSV) size() (int64, error) {
	info, err := os.Stat(c.path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("append flows: %w", err)
	}
	return info.Size(), nil
}

// cut takes away what was appended after the file had that size.
func (c *liveCSV) cut(size int64) error {
	now, err := c.size()
	if err != nil || now <= size {
		return err
	}
	return os.Truncate(c.path, size)
}

// append writes the flows of an interval, none of which starts before a time,
// and the header if the file has none.
func (c *liveCSV) append(a *app, id string, flows int64, from time.Time) error {
	size, err := c.size()
	if err != nil {
		return err
	}
	if flows == 0 && size > 0 {
		return nil
	}
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("append flows: %w", err)
	}
	err = c.write(a, f, size > 0, id, from)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("append flows to %s: %w", c.path, err)
	}
	return nil
}

func (c *liveCSV) write(a *app, f *os.File, headed bool, id string, from time.Time) error {
	// The capture may have been stopped by now, and its last flows belong here.
	ctx := context.WithoutCancel(a.ctx)
	s, err := warehouse.OpenSession(ctx, a.warehouse, a.tables.Tables(), warehouse.SessionOptions{InOrder: true})
	if err != nil {
		return err
	}
	defer s.Close()
	e := queries.Export{Where: "capture_id = '" + id + "'", From: from, As: c.dialect}
	q, err := e.Query(a.tables.Flows.Table, false)
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, q.SQL, q.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var to io.Writer = f
	if headed {
		to = &headless{to: f}
	}
	w, err := output.New(output.CSV, to, output.Options{Dialect: c.dialect})
	if err != nil {
		return err
	}
	_, err = output.Copy(w, rows)
	return err
}

// headless leaves out the first line.
type headless struct {
	to   io.Writer
	past bool
}

func (h *headless) Write(b []byte) (int, error) {
	n := len(b)
	if !h.past {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return n, nil
		}
		b, h.past = b[end+1:], true
	}
	if _, err := h.to.Write(b); err != nil {
		return 0, err
	}
	return n, nil
}
