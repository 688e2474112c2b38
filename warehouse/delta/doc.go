// Package delta reads and writes the log of a Delta Lake table: the part of
// the public Delta protocol that a table of immutable Parquet files needs
// (reader version 1, writer version 2), in a form that delta-rs, Spark and
// DuckDB read.
//
//	<table>/_delta_log/00000000000000000000.json                 protocol, metaData
//	<table>/_delta_log/00000000000000000010.json                 add, remove, txn, commitInfo
//	<table>/_delta_log/00000000000000000010.checkpoint.parquet   all of versions 0 to 10
//	<table>/_delta_log/_last_checkpoint
//
// The log is the commit: a data file that no log entry adds does not exist.
// A commit is one exclusive create of the next log file, so any number of
// goroutines, processes and machines may commit to one table at once; who
// loses the race reads what the others wrote and tries again. Appends never
// conflict. What conflicts is a txn that the log holds already
// (TxnConflictError: this is what makes ingest exactly once), a remove of a
// file that is no longer live (RemoveConflictError), and columns of the same
// name with different types (SchemaConflictError). A conflict writes nothing.
//
// A log file is written whole under a temporary name, flushed and then linked
// to its name, so no reader sees a part of it. Where the file system has no
// hard links the name is created exclusively and then written; a reader that
// meets such a file half-written waits for the rest for a moment, which it
// can tell because commitInfo says how many actions there are.
//
// Every error of Commit but one means that nothing was committed.
// ErrOutcomeUnknown means the log file may or may not be durable: the caller
// must not delete the data files it named, and finds out by looking for its
// txn in a later snapshot.
//
// Paths in the log are relative to the table, so tables can be moved. A
// checkpoint is written at every tenth version. It only saves time: if it
// cannot be written the commit stands, and if it is missing or damaged an
// older one or the whole log is read.
//
// A Log keeps the last snapshot it has read and then reads only newer
// commits. Log and Snapshot are safe for concurrent use. Snapshots are
// immutable and share memory: callers must not change what they hold.
//
// # Statistics
//
// Stats.Min and Stats.Max hold what the log holds: int64, float64 and string,
// where a timestamp is a string such as "2026-11-22T10:00:00.000Z" and a date
// one such as "2026-11-22". Commit also takes int64 for both (microseconds
// and days since 1970-01-01) and converts them. They are bounds, not values:
// long strings are cut and timestamps rounded to milliseconds, a minimum down
// and a maximum up. Other writers round the maximum of a timestamp down, so a
// reader must add what they cut off (TimestampBounds does). What cannot be
// written as a valid bound is left out, and a missing bound says nothing.
package delta
