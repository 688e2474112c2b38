package document

import (
	"crypto/sha256"
	_ "embed" // for the page's assets
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	//go:embed assets/page.html
	pageHTML string
	//go:embed assets/page.css
	pageCSS string
	//go:embed assets/page.js
	pageJS string
	//go:embed assets/chart.min.js
	chartJS string
)

// page is what the template sees.
type page struct {
	*Document
	Heading  string
	Policy   string
	Style    template.CSS
	Library  template.JS
	Script   template.JS
	Charts   []chartData
	Chapters []chapter
}

type chapter struct {
	ID, Title string
	Shelves   []shelf
}

// shelf is a wide card, or cards in columns.
type shelf struct {
	Wide  bool
	Cards []card
}

// card is a section in the page.
type card struct {
	Section
	Charts []chartFrame
	Head   []headCell
	Body   [][]bodyCell
	// Tiles are the cells of a table of one row, in its place.
	Tiles []Figure
	// Closed tables are behind a summary, since a chart shows the same.
	Closed bool
}

type chartFrame struct {
	ID, Title, Kind string
	Views           []string // of charts with a choice
	Rows            int      // of bars
}

type headCell struct {
	Name  string
	Right bool
}

type bodyCell struct {
	Text  string
	Whole string // the text, where Text is only its beginning
	Key   string // what to sort by; empty where there is nothing
	Class string
	Badge string // the severity
}

// chartData is a chart as the script takes it.
type chartData struct {
	ID     string     `json:"id"`
	Kind   Kind       `json:"kind"`
	Labels []string   `json:"labels"`
	Views  []viewData `json:"views"`
}

type viewData struct {
	Name   string       `json:"name"`
	Unit   Unit         `json:"unit"`
	Series []seriesData `json:"series"`
}

type seriesData struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// WriteHTML writes the document as a page that is one file and loads nothing.
func (d *Document) WriteHTML(w io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	library, _, _ := strings.Cut(chartJS, "\n//# sourceMappingURL=")
	p := page{
		Document: d, Heading: d.heading(), Charts: []chartData{},
		Style: template.CSS(pageCSS), Library: template.JS(library), Script: template.JS(pageJS),
		Policy: "default-src 'none'; img-src data:; script-src " + hash(library) + " " + hash(pageJS) + "; style-src " + hash(pageCSS) + "; base-uri 'none'; form-action 'none'",
	}
	for _, s := range d.Sections {
		if s.present() {
			p.add(s)
		}
	}
	p.widen()
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// hash returns the source by which a policy allows a script or a style.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// add takes a section into its chapter.
func (p *page) add(s Section) {
	if n := len(p.Chapters); n == 0 || p.Chapters[n-1].Title != s.Chapter {
		p.Chapters = append(p.Chapters, chapter{ID: fmt.Sprintf("chapter-%d", n+1), Title: s.Chapter})
	}
	c := card{Section: s}
	table := s.Shown
	switch {
	case len(table.Columns) == 0:
		table, c.Closed = s.Data, true
	case s.Tiles && len(table.Rows) == 1:
		c.Tiles, table = table.tiles(), Table{}
	}
	for _, column := range table.Columns {
		c.Head = append(c.Head, headCell{strings.ReplaceAll(column.Name, "_", " "), column.Unit.right()})
	}
	for _, row := range table.Rows {
		cells := make([]bodyCell, len(row))
		for i, value := range row {
			cells[i] = newBodyCell(value, table.Columns[i].Unit)
		}
		c.Body = append(c.Body, cells)
	}
	for i, chart := range s.Charts {
		data := chartData{ID: fmt.Sprintf("chart-%s-%d", s.Name, i+1), Kind: chart.Kind, Labels: chart.Labels}
		frame := chartFrame{ID: data.ID, Title: chart.Title, Kind: string(chart.Kind), Rows: min(max(len(chart.Labels), 3), 12)}
		for _, v := range chart.Views {
			view := viewData{Name: v.Name, Unit: v.Unit}
			for _, series := range v.Series {
				view.Series = append(view.Series, seriesData(series))
			}
			data.Views = append(data.Views, view)
			if len(chart.Views) > 1 {
				frame.Views = append(frame.Views, v.Name)
			}
		}
		p.Charts = append(p.Charts, data)
		c.Charts = append(c.Charts, frame)
	}
	last := &p.Chapters[len(p.Chapters)-1]
	if n := len(last.Shelves); n == 0 || s.Wide || last.Shelves[n-1].Wide {
		last.Shelves = append(last.Shelves, shelf{Wide: s.Wide})
	}
	where := &last.Shelves[len(last.Shelves)-1]
	where.Cards = append(where.Cards, c)
}

// widen gives the whole width to cards that would stand alone in a column.
func (p *page) widen() {
	for _, c := range p.Chapters {
		for i := range c.Shelves {
			c.Shelves[i].Wide = len(c.Shelves[i].Cards) == 1
		}
	}
}

// tiles returns the cells of a row with the names of their columns.
func (t Table) tiles() (tiles []Figure) {
	for i, column := range t.Columns {
		tiles = append(tiles, Figure{Label: strings.ReplaceAll(column.Name, "_", " "), Value: Human(t.Rows[0][i], column.Unit)})
	}
	return tiles
}

func newBodyCell(value any, u Unit) bodyCell {
	c := bodyCell{Text: Human(value, u), Key: sortKey(value, u)}
	if runes := []rune(c.Text); len(runes) > widestText {
		c.Whole, c.Text = c.Text, string(runes[:widestText-1])+"…"
	}
	switch {
	case u == Percent:
		c.Class = "n p"
	case u.right():
		c.Class = "n"
	case u == Moment:
		c.Class = "t"
	case u == Severity:
		c.Badge = level(value)
	case utf8.RuneCountInString(c.Text) <= shortText:
		c.Class = "s"
	case utf8.RuneCountInString(c.Text) > longText:
		c.Class = "l"
	}
	return c
}

// Texts up to shortText characters stay on one line; those above longText get
// room for several.
// What is longer than widestText is cut, and whole as a tooltip.
const shortText, longText, widestText = 26, 40, 180

// level returns the severity if it is one that the style knows.
func level(value any) string {
	if text, ok := value.(string); ok && severityRank(text) > 0 {
		return text
	}
	return ""
}

// severityRank orders severities; unknown ones are 0.
func severityRank(text string) int {
	switch text {
	case "high":
		return 3
	case "medium":
		return 2
	case "low":
		return 1
	default:
		return 0
	}
}

// sortKey returns a number as text, or nothing where the text shown sorts.
func sortKey(value any, u Unit) string {
	switch x := value.(type) {
	case int64:
		return fmt.Sprint(x)
	case float64:
		if !math.IsNaN(x) {
			return fmt.Sprint(x)
		}
	case bool:
		if x {
			return "1"
		}
		return "0"
	case time.Time:
		return fmt.Sprint(x.UnixMicro())
	case string:
		if u == Severity {
			return fmt.Sprint(severityRank(x))
		}
	}
	return ""
}
