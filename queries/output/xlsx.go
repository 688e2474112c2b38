package output

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/xuri/excelize/v2"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// sheetWriter writes a workbook: a header in bold that stays in sight and
// filters, dates and numbers as such, and a further sheet where one is full.
// Rows go to temporary files of the library as they come. Excel counts in
// doubles: integers beyond 2^53 and numbers wider than that are text, and
// timestamps show milliseconds.
type sheetWriter struct {
	w       io.Writer
	file    *excelize.File
	stream  *excelize.StreamWriter
	columns []warehouse.ResultColumn
	widths  []float64
	sheets  int
	row     int // last row written in the sheet
	header  int
	date    int
	moment  int
	cells   []any
	rowsMax int // of a sheet; 0 means Excel's own
}

const (
	sheetRows    = 1_048_576
	sheetColumns = 16_384
	cellText     = 32_767 // characters that a cell holds
	exactInteger = 1 << 53
)

func (s *sheetWriter) Begin(columns []warehouse.ResultColumn) error {
	if len(columns) > sheetColumns {
		return fmt.Errorf("write XLSX: %d columns are more than the %d of a sheet", len(columns), sheetColumns)
	}
	if s.rowsMax == 0 {
		s.rowsMax = sheetRows
	}
	s.file, s.columns, s.cells = excelize.NewFile(), columns, make([]any, len(columns))
	momentFormat, dateFormat := "yyyy-mm-dd hh:mm:ss.000", "yyyy-mm-dd"
	for _, style := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&s.header, HeaderStyle()},
		{&s.date, &excelize.Style{CustomNumFmt: &dateFormat}},
		{&s.moment, &excelize.Style{CustomNumFmt: &momentFormat}},
	} {
		id, err := s.file.NewStyle(style.style)
		if err != nil {
			return fmt.Errorf("write XLSX: %w", err)
		}
		*style.id = id
	}
	return nil
}

func (s *sheetWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		if s.stream == nil {
			s.measure(chunk)
		}
		if s.stream == nil || s.row >= s.rowsMax {
			if err := s.nextSheet(); err != nil {
				return err
			}
		}
		for i := range s.columns {
			s.cells[i] = s.cell(i, &chunk.Vectors[i], row)
		}
		if err := s.addRow(); err != nil {
			return err
		}
	}
	return nil
}

// measure sets the column widths by the names and the first rows, since a
// sheet that is streamed has its widths before its rows.
func (s *sheetWriter) measure(chunk *warehouse.Chunk) {
	const sample, narrowest, widest = 100, 8, 60
	for i, c := range s.columns {
		width := runewidth.StringWidth(c.Name) + 3 // room for the filter's button
		for row := range min(sample, chunk.Rows) {
			if v := &chunk.Vectors[i]; !v.Null(row) {
				width = max(width, runewidth.StringWidth(string(appendPlain(nil, c.Kind, c.Elem, v, row, readableLayout)))+1)
			}
		}
		s.widths = append(s.widths, float64(min(max(width, narrowest), widest)))
	}
}

func (s *sheetWriter) nextSheet() error {
	if err := s.endSheet(); err != nil {
		return err
	}
	s.sheets++
	name := "Sheet" + strconv.Itoa(s.sheets)
	if s.sheets > 1 {
		if _, err := s.file.NewSheet(name); err != nil {
			return fmt.Errorf("write XLSX: %w", err)
		}
	}
	stream, err := SheetStream(s.file, name, s.widths)
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	s.stream, s.row = stream, 0
	for i, c := range s.columns {
		s.cells[i] = excelize.Cell{StyleID: s.header, Value: c.Name}
	}
	return s.addRow()
}

func (s *sheetWriter) addRow() error {
	s.row++
	if err := s.stream.SetRow("A"+strconv.Itoa(s.row), s.cells); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

func (s *sheetWriter) endSheet() error {
	if s.stream == nil || len(s.columns) == 0 {
		return nil
	}
	last, err := excelize.CoordinatesToCellName(len(s.columns), s.row)
	if err == nil {
		err = s.file.AutoFilter(s.stream.Sheet, "A1:"+last, nil)
	}
	if err == nil {
		err = s.stream.Flush()
	}
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

// cell returns row i of a column as the library takes it.
func (s *sheetWriter) cell(column int, v *schema.Vector, i int) any {
	if v.Null(i) {
		return nil
	}
	switch c := s.columns[column]; c.Kind {
	case warehouse.Integer:
		if x := v.Int64[i]; x <= exactInteger && x >= -exactInteger {
			return x
		}
		return strconv.FormatInt(v.Int64[i], 10)
	case warehouse.Double:
		return v.Float64[i]
	case warehouse.Bool:
		return v.Bool[i]
	case warehouse.Date:
		return sheetTime(v.Int64[i]*secondsPerDay*1e6, s.date, dateLayout)
	case warehouse.Timestamp:
		return sheetTime(v.Int64[i], s.moment, timestampLayout)
	case warehouse.Number:
		if x, err := strconv.ParseFloat(string(v.Text(i)), 64); err == nil && math.Abs(x) <= exactInteger {
			return x
		}
		return string(v.Text(i))
	default:
		text := []rune(string(appendPlain(nil, c.Kind, c.Elem, v, i, timestampLayout)))
		return string(text[:min(len(text), cellText)])
	}
}

// epochSerial is 1970-01-01 as Excel counts days.
const epochSerial = 25_569

// sheetTime returns a date cell, or text for the years that Excel does not
// count right.
func sheetTime(micros int64, style int, layout string) any {
	t := time.UnixMicro(micros).UTC()
	if t.Year() <= 1900 || t.Year() > 9999 {
		return t.Format(layout)
	}
	return excelize.Cell{StyleID: style, Value: epochSerial + float64(micros)/(secondsPerDay*1e6)}
}

func (s *sheetWriter) Close() error {
	if s.file == nil {
		return nil
	}
	defer s.file.Close()
	if s.stream == nil {
		s.measure(&warehouse.Chunk{Vectors: make([]schema.Vector, len(s.columns))})
		if err := s.nextSheet(); err != nil {
			return err
		}
	}
	if err := s.endSheet(); err != nil {
		return err
	}
	if _, err := s.file.WriteTo(s.w); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}
