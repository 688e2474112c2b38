package output

import "github.com/xuri/excelize/v2"

// HeaderStyle is how the first row of a sheet looks.
func HeaderStyle() *excelize.Style {
	return &excelize.Style{
		Font: &excelize.Font{Bold: true, Family: "Calibri", Size: 11},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F0"}},
	}
}

// SheetStream begins a sheet that is there already: columns as wide as given,
// in characters, and a first row that stays in sight. Rows follow by SetRow.
func SheetStream(file *excelize.File, name string, widths []float64) (*excelize.StreamWriter, error) {
	// The library says of each new sheet that it has one cell, and readers that
	// go by that, such as openpyxl's for large files, then see no more.
	if err := file.SetSheetDimension(name, ""); err != nil {
		return nil, err
	}
	stream, err := file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, width := range widths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return nil, err
		}
	}
	return stream, stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}
