// Package part writes the Parquet files of a warehouse from batches, column
// by column, straight from the typed vectors: no value is boxed and nothing
// is reflected upon per value or per page.
//
//	f := part.Create(w, table.Stored(), meta)
//	err := f.Write(batch, encoder)       // one row group, sorted by key
//	summary, err := f.Close()            // page index and footer
//
// and reads them back: see Reader.
//
// # Format
//
// Pages are data pages of version 1, which every reader takes, compressed with
// zstd and carrying a checksum; Summary has one of the whole file, headers and
// footer included. Integers, dates and timestamps are signed
// INT32 and INT64; text is a BYTE_ARRAY with the STRING type; timestamps are
// microseconds adjusted to UTC; lists have the standard three levels with
// elements that are never null. Columns stand in the order of the batch.
//
// The layout of a chunk is chosen per row group from its values, Column.Encoding
// being a hint. An encoder that is fast takes a dictionary where values repeat,
// DELTA_BINARY_PACKED for integers where differences are short, and PLAIN
// otherwise; a dense one takes a dictionary in order of value where values repeat often, and
// otherwise compresses the chunk in each layout and takes the smallest. Ids of dictionaries and
// differences of times take whole bytes, which zstd makes less of than of bits, and levels of one bit
// stand in a single run. Hashes are DELTA_BYTE_ARRAY in frames of Huffman codes alone. A fast encoder
// leaves pages of a few bytes as they are, in frames that say so.
//
// Chunks have their minimum, maximum and null count, and pages of about 20,000 rows
// or 1 MB have them in the page index. Dense files have larger pages in columns that are not
// filtered by. Bounds of long texts are shortened to 64 bytes: a shortened
// maximum is raised, so that bounds are always valid and not always values.
//
// # Determinism
//
// A file's bytes follow from the batches given to Write, their order, and the
// metadata alone, whatever encoders are used and however many.
package part
