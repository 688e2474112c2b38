package document

import (
	"fmt"
	"io"
	"strings"

	"weir/queries/output"
)

// WriteMarkdown writes the document as GitHub reads it. What would be markup
// in a value is escaped.
func (d *Document) WriteMarkdown(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n| | |\n| --- | --- |\n", markdown(d.heading()), markdown(d.Period))
	for _, l := range d.Summary {
		fmt.Fprintf(&b, "| %s | %s |\n", markdown(l.Name), markdown(l.Text))
	}
	chapter := ""
	for _, s := range d.Sections {
		if len(s.Shown.Columns) == 0 || !s.present() {
			continue
		}
		if s.Chapter != chapter {
			chapter = s.Chapter
			fmt.Fprintf(&b, "\n## %s\n", markdown(chapter))
		}
		fmt.Fprintf(&b, "\n### %s\n\n", markdown(s.Title))
		if s.Note != "" {
			fmt.Fprintf(&b, "%s\n\n", markdown(s.Note))
		}
		if len(s.Shown.Rows) == 0 {
			fmt.Fprintf(&b, "%s\n", markdown(s.Empty))
			continue
		}
		s.Shown.markdown(&b)
		if s.More > 0 {
			fmt.Fprintf(&b, "\n… %s more\n", Thousands(int64(s.More)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Document) heading() string {
	if d.Title == "" {
		return "Network report"
	}
	return d.Title
}

func (t Table) markdown(b *strings.Builder) {
	rows, right := t.cells(0)
	for i, row := range rows {
		for _, cell := range row {
			b.WriteString("| " + markdown(cell) + " ")
		}
		b.WriteString("|\n")
		if i > 0 {
			continue
		}
		for _, r := range right {
			if r {
				b.WriteString("| ---: ")
			} else {
				b.WriteString("| --- ")
			}
		}
		b.WriteString("|\n")
	}
}

// markdown escapes what Markdown or HTML would take for markup.
func markdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`,
		"<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "&", "&amp;", "http://", "http:\u200b//", "https://", "https:\u200b//").Replace(output.Printable(text))
}
