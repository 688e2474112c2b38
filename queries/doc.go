// Package queries is what people ask of a warehouse: exports of a part of the
// flows, the summary report, the status, and the SQL behind them. How an
// answer is written is the business of queries/output.
//
// The SQL of the report lies in report/*.sql, one query a file, each with a
// header of comments
//
//	-- name: talkers
//	-- doc: Addresses by bytes sent and received.
//
// and with DuckDB parameters such as $top. The files are the only copy; the
// name is the file's own.
package queries
