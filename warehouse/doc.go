// Package warehouse keeps rows and answers SQL over them. A warehouse is a
// directory that other programs read without this one:
//
//	<warehouse>/<table>/date=2026-11-22/protocol=tcp/part-….parquet
//	<warehouse>/<table>/_delta_log/…                      the commits: package delta
//	<warehouse>/<table>/_tmp/…                            files being written
//
// A Warehouse is opened with the tables of the catalogue, in the order in
// which a capture's rows are committed to them: event tables, flows, and
// captures last. A Session is one snapshot of all tables in an embedded DuckDB.
//
// # Writing
//
// A Writer takes the rows of one capture after the other, appended to a batch
// per partition, and writes, sorts, compresses and commits them:
//
//	w := house.NewWriter(warehouse.WriterOptions{})
//	err := w.Begin(captureID)
//	b, err := w.Batch(flows, "2026-11-22", "tcp")
//	…append rows to b…
//	err = w.Grown(b)
//	err = w.End()                       // or w.Abort()
//	for _, o := range w.Outcomes() {…}  // what has become of which capture
//	err = w.Close()
//
// Small captures share data files: complete ones wait in memory until the
// buffers are full, Commit is called, or the writer is closed, and then are
// committed as one group. A capture that outgrows the buffers is a group of
// its own, whose row groups go to temporary files as it goes. Only an outcome says that a capture is
// ingested; until then a crash may lose it, and a re-run will bring it back.
//
// # Exactly once
//
// Each table's commit carries a transaction per capture that has rows in it,
// and the last table's one per capture of the group. A capture is ingested
// if and only if the last table has its transaction. Before that, a table
// may have its rows: after a crash between two tables' commits, or while
// another process ingests the same bytes. So whether a table still needs a
// capture's rows is decided table by table when it is committed, under the
// log's own check: if the log has the capture already, its rows are left out
// of the shared files, which are written again without them, and the other
// captures and tables go on. Of two processes that ingest one capture, the
// one that commits to the last table has ingested it; the other is told that
// it is there already.
//
// A capture may be made of others, as the files of one sensor are when they are
// read as one. Its transaction on the last table then comes with theirs, so that none of
// them is ingested again alone.
//
// # Changing rows
//
// Data files never change. Assign, which labels flows, copies the rows of the
// files that it changes into new ones and exchanges these for the old ones in one commit; transactions stay.
// The old files stay for the sessions that still read them.
//
// # Keeping
//
// Compact rewrites small files, Expire drops old days, and Verify reads
// everything and compares. All run beside writers and sessions. What they
// take out of a table stays on disk until Reclaim removes what left it longer
// ago than a grace period, and with it goes the way back to older versions
// (Warehouse.AsOf, AtVersion, SessionOptions.Versions). Log files are never removed.
//
// A file that no log names is left over from a crash, or will be committed in
// a moment. Which of the two, its name tells: it has the id of its writer,
// who holds a lock on <warehouse>/_writers/<id>.lock while it lives. Nobody
// removes an uncommitted file of a writer that lives, however old the file.
// Where a file system has no locks, a writer counts as alive for a week.
//
// # Determinism
//
// When row groups and files are cut follows from the rows appended, never
// from time or from the number of workers. Files of one input have the same bytes and
// the same names on every run, but for a random suffix.
package warehouse
