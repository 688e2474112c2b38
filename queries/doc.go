// Package queries is what people ask of a warehouse: saved queries, exports of
// a part of the flows, the summary report, the status, and the SQL behind
// them. How an answer is written is the business of queries/output.
//
// The SQL lies in saved/GROUP/*.sql and report/*.sql, one query a file, which
// is the only copy. A file begins with a header of comments, one entry a line:
//
//	-- name: top_ports
//	-- group: traffic
//	-- doc: Ports of the responders by bytes.
//	-- param: top integer = 20: How many rows.
//	-- param: since time = '-infinity': Only what starts then or later.
//
// The name is the file's own. Any number of parameters follow, each with type,
// default and what it is; Type lists the types. The first line that is no
// entry ends the header, and one statement follows, in which $top stands for
// the parameter. It uses all parameters of the header and no others, and ends
// in an ORDER BY that leaves no tie, so that equal tables give equal answers.
// A file that breaks a rule is refused with its name and line.
//
// Values are bound, never put into the text, so that none can change the
// statement. Whoever answers saved queries opens the session read-only, so
// that a query of somebody else reads the tables and nothing else.
package queries
