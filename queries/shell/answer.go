package shell

import (
	"context"
	"fmt"
	"os"

	"weir/queries/output"
	"weir/warehouse"
)

// write writes the rows of a statement to the file of .output, or to Out.
func (s *Shell) write(ctx context.Context, q output.Query) error {
	if s.file.path != "" {
		return s.writeFile(ctx, q)
	}
	if s.Format.Binary() {
		return fmt.Errorf("%s is written to a file only: name one with .output", s.Format)
	}
	return s.writeTo(ctx, q, quieting{s.Out, s.Meter}, s.Format, output.Options{Width: s.Width(), MaxRows: s.MaxRows, Color: s.Color})
}

// writeFile writes the first answer after .output as a file that is complete
// or not there, and appends the others.
func (s *Shell) writeFile(ctx context.Context, q output.Query) error {
	f := &s.file
	if !f.written {
		_, err := output.Run(ctx, s.Session, q, output.Target{Path: f.path, Format: f.format, Force: f.force})
		f.written = err == nil
		return err
	}
	if f.format.Binary() {
		return fmt.Errorf("%s has an answer already: name another file with .output", f.path)
	}
	w, err := os.OpenFile(f.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("append to %s: %w", f.path, err)
	}
	err = s.writeTo(ctx, q, w, f.format, output.Options{})
	if closed := w.Close(); err == nil && closed != nil {
		err = fmt.Errorf("append to %s: %w", f.path, closed)
	}
	return err
}

func (s *Shell) writeTo(ctx context.Context, q output.Query, w interface{ Write([]byte) (int, error) }, format output.Format, o output.Options) error {
	out, err := output.New(format, w, o)
	if err != nil {
		return err
	}
	rows, err := s.Session.Query(ctx, q.SQL, q.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if silent(rows) {
		return rows.Err()
	}
	_, err = output.Copy(out, rows)
	return err
}

// silent tells whether the rows are those of a statement that has none to
// show, such as CREATE or SET.
func silent(rows *warehouse.Rows) bool {
	columns := rows.Columns()
	return len(columns) == 0 || len(columns) == 1 && (columns[0].Name == "Count" || columns[0].Name == "Success") && rows.Empty()
}
