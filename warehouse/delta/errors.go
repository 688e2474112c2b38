package delta

import (
	"errors"
	"fmt"
	"strings"
)

// Errors to be tested with errors.Is.
var (
	// ErrNoTable says that the directory holds no Delta log.
	ErrNoTable = errors.New("no Delta table")
	// ErrNoVersion says that the log does not reach, or no longer holds, the
	// version asked for.
	ErrNoVersion = errors.New("no such version")
	// ErrCleaned says that the log once held the version asked for, and that
	// entries so old were removed.
	ErrCleaned = errors.New("older entries of the log were removed")
	// ErrOutcomeUnknown says that a commit failed at a point where it may
	// already be visible. The data files it names must not be deleted.
	ErrOutcomeUnknown = errors.New("it is not known whether the commit took place")
)

// TxnConflictError says that the log already holds transactions of a commit,
// with the same or a higher version. Nothing was written.
type TxnConflictError struct {
	// AppIDs names them in the order of the commit.
	AppIDs []string
}

func (e *TxnConflictError) Error() string {
	return "already committed: " + some(e.AppIDs)
}

// RemoveConflictError says that a commit removes files that are not, or no
// longer, part of the table. Nothing was written.
type RemoveConflictError struct {
	// Paths names them in the order of the commit.
	Paths []string
}

func (e *RemoveConflictError) Error() string {
	return "no longer part of the table: " + some(e.Paths)
}

// SchemaConflictError says that a column exists with another type, or that
// the partition columns differ. Nothing was written.
type SchemaConflictError struct {
	Column     string
	Have, Want string
}

func (e *SchemaConflictError) Error() string {
	return fmt.Sprintf("column %s is %s in the table, not %s", e.Column, e.Have, e.Want)
}

// ProtocolError says that the table asks for a newer protocol than this
// package knows.
type ProtocolError struct {
	Table    string
	Protocol Protocol
	// Write says that only writing is refused.
	Write bool
}

func (e *ProtocolError) Error() string {
	if e.Write {
		return fmt.Sprintf("table %s needs Delta writer version %d; this program writes up to version %d",
			e.Table, e.Protocol.MinWriterVersion, writerVersion)
	}
	return fmt.Sprintf("table %s needs Delta reader version %d; this program reads version %d",
		e.Table, e.Protocol.MinReaderVersion, readerVersion)
}

// DamagedError says which file of the log cannot be read.
type DamagedError struct {
	File string
	// Line counts from 1; it is 0 where no line is to blame.
	Line int
	Err  error
}

func (e *DamagedError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("damaged log file %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("damaged log file %s, line %d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// some lists the first few of many names.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
