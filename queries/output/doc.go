// Package output writes results in the formats that people and programs read.
//
// A Writer is given the columns, then chunk after chunk, and is closed; no
// format but the table on a terminal holds more than a chunk, so that a result
// larger than memory can be written. Equal results give equal bytes.
//
//	format    extension  null   timestamp
//	table     —          NULL   2026-11-22 10:15:00.123456
//	csv       .csv       empty  2026-11-22T10:15:00.123456Z
//	tsv       .tsv       empty  the same
//	json      .json      null   the same, as a string
//	ndjson    .ndjson    null   the same, as a string; also .jsonl
//	markdown  .md        empty  2026-11-22 10:15:00.123456
//	xlsx      .xlsx      empty  a date cell of millisecond resolution
//	parquet   .parquet   null   INT64 microseconds, UTC; written by DuckDB
//
// Timestamps are UTC with all six digits, dates are 2026-11-22. Numbers are
// written in full: doubles as the shortest text that reads back equal, never
// NaN or infinite (null). Lists are JSON arrays wherever a cell is text. An
// empty text is "" in CSV and TSV, so that it differs from null; both have a
// header even with zero rows and end lines with a line feed.
//
// A result in the spelling of another tool (Options.Dialect) has that tool's
// headers, twice the same where it has them so, its number text in CSV and TSV
// with empty texts bare, and its layout: Zeek's log for TSV, objects without
// nulls for JSON. JSON and Parquet, whose names must differ, have the unique
// names of the spellings.
//
// A File is written under a temporary name and renamed when it is complete.
package output
