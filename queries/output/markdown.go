package output

import (
	"strings"

	"weir/warehouse"
)

// markdownWriter writes a table as GitHub reads them. Cells are one line, and
// what would be markup is escaped.
type markdownWriter struct {
	*text
	columns []warehouse.ResultColumn
}

func (m *markdownWriter) Begin(columns []warehouse.ResultColumn) error {
	m.columns = columns
	var rule strings.Builder
	for _, c := range columns {
		m.buf = append(m.buf, "| "+markdownCell(c.Name)+" "...)
		if c.Kind.Numeric() {
			rule.WriteString("| ---: ")
		} else {
			rule.WriteString("| --- ")
		}
	}
	if len(columns) > 0 {
		m.buf = append(m.buf, "|\n"+rule.String()+"|\n"...)
	}
	return m.flush(false)
}

func (m *markdownWriter) Write(chunk *warehouse.Chunk) error {
	for row := range chunk.Rows {
		for i, c := range m.columns {
			cell, v := "", &chunk.Vectors[i]
			if !v.Null(row) {
				cell = markdownCell(string(appendPlain(nil, c.Kind, c.Elem, v, row, readableLayout)))
			}
			m.buf = append(m.buf, "| "+cell+" "...)
		}
		m.buf = append(m.buf, "|\n"...)
		if err := m.flush(false); err != nil {
			return err
		}
	}
	return nil
}

func (m *markdownWriter) Close() error { return m.flush(true) }

// markdownCell escapes what Markdown or HTML would take for markup.
func markdownCell(text string) string {
	if !strings.ContainsAny(text, "\\|`*_<>[]&\n\r\t") && Printable(text) == text {
		return text
	}
	text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(text)
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`,
		"<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "&", "&amp;").Replace(Printable(text))
}
