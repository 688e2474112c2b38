package output

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// Writer takes a result. Begin comes first and once, Close last; after an
// error only Close may follow, and the output is incomplete.
type Writer interface {
	// Begin names the columns.
	Begin(columns []warehouse.ResultColumn) error
	// Write takes the next rows; the chunk is the caller's again afterwards.
	Write(chunk *warehouse.Chunk) error
	// Close writes what is left. It does not close what lies under it.
	Close() error
}

// Format names a way to write a result.
type Format string

// The formats.
const (
	Table    Format = "table"
	CSV      Format = "csv"
	TSV      Format = "tsv"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	Markdown Format = "markdown"
	XLSX     Format = "xlsx"
	Parquet  Format = "parquet"
)

// Formats returns all formats in the order in which help lists them.
func Formats() []Format {
	return []Format{Table, CSV, TSV, JSON, NDJSON, Markdown, XLSX, Parquet}
}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if string(f) == strings.ToLower(name) {
			return f, nil
		}
	}
	return "", fmt.Errorf("no format is called %q: choose one of %s", name, formatNames())
}

func formatNames() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// FormatOf returns the format that the path's extension names.
func FormatOf(path string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv":
		return CSV, nil
	case ".tsv", ".tab":
		return TSV, nil
	case ".json":
		return JSON, nil
	case ".ndjson", ".jsonl":
		return NDJSON, nil
	case ".md", ".markdown":
		return Markdown, nil
	case ".txt":
		return Table, nil
	case ".xlsx":
		return XLSX, nil
	case ".parquet":
		return Parquet, nil
	default:
		return "", fmt.Errorf("the name %q does not tell the format: end it in .csv, .tsv, .json, .ndjson, .md, .xlsx or .parquet, or choose one with --format", path)
	}
}

// Extension returns the file name extension of the format, with its dot.
func (f Format) Extension() string {
	switch f {
	case Markdown:
		return ".md"
	case Table:
		return ".txt"
	default:
		return "." + string(f)
	}
}

// Binary reports whether the format is none to print on a terminal.
func (f Format) Binary() bool { return f == XLSX || f == Parquet }

// Options adjust the writers.
type Options struct {
	// Width is the width of the terminal in columns; 0 means that there is none,
	// so that a table is not clipped, and other text is written as it is.
	Width int
	// MaxRows is how many rows a table shows, the first and the last ones; 0
	// means all, which are then held in memory until the end.
	MaxRows int
	// Color draws a table's frame, types and nulls in grey, by the escape
	// sequences of terminals.
	Color bool
	// SheetRows is how many rows a sheet of a workbook takes, its header
	// included; 0 means as many as Excel's do.
	SheetRows int
	// SafeCells writes an apostrophe before text cells of CSV and TSV that a
	// spreadsheet would take for a formula.
	SafeCells bool
	// Dialect tells that the result is a table in the spelling of another
	// tool, as warehouse.DialectSQL selects it: headers, numbers and the
	// layout of TSV and JSON are then that tool's.
	Dialect *schema.Dialect
	// Merged is what DialectSQL was told.
	Merged bool
}

// New returns a writer of the format to w. Parquet has none: DuckDB writes it,
// see WriteFile.
func New(format Format, w io.Writer, o Options) (Writer, error) {
	out, err := newWriter(format, w, o)
	if err != nil || o.Dialect == nil || format == JSON || format == NDJSON {
		return out, err
	}
	return headed{out, headers(o.Dialect, o.Merged)}, nil
}

func newWriter(format Format, w io.Writer, o Options) (Writer, error) {
	layout := schema.Flat
	if o.Dialect != nil {
		layout = o.Dialect.Layout
	}
	if o.Width > 0 && format != Table && !format.Binary() {
		w = &terminalText{w: w} // a table does so itself, beside its colours
	}
	switch format {
	case Table:
		return &tableWriter{w: w, options: o}, nil
	case CSV:
		return newDelimited(w, ',', o), nil
	case TSV:
		if layout == schema.ZeekLog {
			return newZeek(w, o.Dialect, o.Merged), nil
		}
		return newDelimited(w, '\t', o), nil
	case JSON, NDJSON:
		if layout != schema.Flat {
			return newObjects(w, format == JSON, layout == schema.Nested), nil
		}
		return newJSON(w, format == JSON), nil
	case Markdown:
		return &markdownWriter{text: newText(w)}, nil
	case XLSX:
		return &sheetWriter{w: w, rowsMax: o.SheetRows}, nil
	default:
		return nil, fmt.Errorf("%s is written to a file only", format)
	}
}

// Copy writes all rows to w and closes it, but not the rows.
func Copy(w Writer, rows *warehouse.Rows) (written int64, err error) {
	if err := w.Begin(rows.Columns()); err != nil {
		return 0, err
	}
	for rows.Next() {
		if err := w.Write(rows.Chunk()); err != nil {
			return written, err
		}
		written += int64(rows.Chunk().Rows)
	}
	if err := rows.Err(); err != nil {
		return written, err
	}
	return written, w.Close()
}
