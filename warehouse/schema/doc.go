// Package schema says what a column, a table and a batch of rows are. It is
// the vocabulary that extraction and storage share: extract declares tables
// and fills batches, warehouse stores batches and answers SQL over them, and
// neither knows the other.
//
// A column is declared once, as a literal:
//
//	schema.Int64(schema.Column{Name: "fwd_packets", Unit: "packets", Doc: "…"},
//	        func(f *Flow) int64 { return f.fwd.packets })
//
// The Parquet and Delta schemas, the view with the derived columns, CSV
// headers, the column reference and the golden schema all follow from that
// literal.
//
// Rows travel in a Batch: one typed Vector per stored column, appended to
// column by column, so that no value is boxed and no row struct exists
// between the metering and the file.
//
// The package depends on the standard library alone.
package schema
