package document

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/xuri/excelize/v2"

	"weir/queries/output"
)

const (
	cellText     = 32_767 // characters that a cell holds
	sheetName    = 31     // characters of a sheet's name
	exactInteger = 1 << 53
)

// workbook writes sheets with a header in bold that stays in sight, filters
// and columns as wide as what they hold.
type workbook struct {
	file           *excelize.File
	header, moment int
}

// WriteXLSX writes the raw values as a workbook: a sheet of facts, and one for
// each section that has rows. Text is text, never a formula.
func (d *Document) WriteXLSX(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	b := workbook{file: excelize.NewFile()}
	defer b.file.Close()
	if err := b.write(d, w); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

func (b *workbook) write(d *Document, w io.Writer) (err error) {
	b.header, err = b.file.NewStyle(output.HeaderStyle())
	if err != nil {
		return err
	}
	format := "yyyy-mm-dd hh:mm:ss.000"
	if b.moment, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	facts := Table{Columns: []Column{{"of", Text}, {"what", Text}, {"value", Number}}}
	if d.Title != "" {
		facts.Rows = append(facts.Rows, []any{"report", "title", d.Title})
	}
	for _, f := range d.Facts {
		facts.Rows = append(facts.Rows, []any{f.Object, f.Name, f.Value})
	}
	const first = "summary"
	if err := b.file.SetSheetName("Sheet1", first); err != nil {
		return err
	}
	if err := b.sheet(first, facts); err != nil {
		return err
	}
	for _, s := range d.Sections {
		if len(s.Data.Rows) == 0 {
			continue
		}
		name := s.Name[:min(len(s.Name), sheetName)]
		if _, err := b.file.NewSheet(name); err != nil {
			return err
		}
		if err := b.sheet(name, s.Data); err != nil {
			return err
		}
	}
	_, err = b.file.WriteTo(w)
	return err
}

func (b *workbook) sheet(name string, t Table) error {
	stream, err := output.SheetStream(b.file, name, t.widths())
	if err != nil {
		return err
	}
	cells := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = excelize.Cell{StyleID: b.header, Value: c.Name}
	}
	if err := stream.SetRow("A1", cells); err != nil {
		return err
	}
	for r, row := range t.Rows {
		for i, value := range row {
			cells[i] = b.cell(value)
		}
		if err := stream.SetRow(fmt.Sprintf("A%d", r+2), cells); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(t.Columns), len(t.Rows)+1)
	if err != nil {
		return err
	}
	if err := b.file.AutoFilter(name, "A1:"+last, nil); err != nil {
		return err
	}
	return stream.Flush()
}

// widths returns the columns' widths by their names and values.
func (t Table) widths() []float64 {
	const narrowest, widest = 8, 60
	widths := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		width := runewidth.StringWidth(c.Name) + 3 // room for the filter's button
		for _, row := range t.Rows {
			text := Human(row[i], Plain)
			if _, moment := row[i].(time.Time); moment {
				text += ".000"
			}
			width = max(width, runewidth.StringWidth(text)+1)
		}
		widths[i] = float64(min(max(width, narrowest), widest))
	}
	return widths
}

// cell returns a value as the library takes it. What Excel cannot hold exactly
// is text: large integers, and years that it does not count right.
func (b *workbook) cell(value any) any {
	switch x := value.(type) {
	case int64:
		if x > exactInteger || x < -exactInteger {
			return fmt.Sprint(x)
		}
	case time.Time:
		if x.Year() <= 1900 || x.Year() > 9999 {
			return x.UTC().Format(time.RFC3339Nano)
		}
		const epochSerial, daySeconds = 25_569, 86_400 // 1970-01-01 as Excel counts days
		return excelize.Cell{StyleID: b.moment, Value: epochSerial + float64(x.UnixMicro())/1e6/daySeconds}
	case string:
		text := []rune(output.Printable(strings.ToValidUTF8(x, "�")))
		return string(text[:min(len(text), cellText)])
	}
	return value
}
