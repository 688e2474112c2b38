package document

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// hostile are texts as captures may hold them.
func hostile() []string {
	return []string{
		`</script><script>alert(1)`, `<img src=x onerror=alert(1)>`, `"><b onclick=alert(1)>`, `javascript:alert(1)`, `{{.Title}}`, "\x1b[31mred\x00\u202e", "=HYPERLINK(\"http://a.example\")", "<!--",
		"]]>", "\u2028alert(1)", "\xff\xfe", "a|b`c`*d*_e_[f](g)",
	}
}

// sample returns a document with a value of each kind, and hostile text in
// every place that can hold some.
func sample() *Document {
	at := time.Date(2026, 11, 22, 10, 0, 0, 123_000_000, time.UTC)
	d := &Document{
		Title: "Mine", Period: "a day",
		Summary: []Line{{"captures", "1 (2.50 kB)"}, {"flows", "3"}},
		Figures: []Figure{{Label: "Flows", Value: "3", Detail: "of one day"}, {Label: "Findings", Value: "1", Level: "high"}},
		Facts:   []Fact{{"captures", "captures", int64(1)}, {"captures", "first_time", at}, {"flows", "flows", int64(3)}, {"flows", "mean", nil}},
		Sections: []Section{
			{Name: "things", Chapter: "Things", Title: "Some things", Alone: "Things: some", Note: "What there is.", Query: "things", More: 1234, Wide: true,
				Data: Table{[]Column{{"severity", Severity}, {"name", Text}, {"n", Count}, {"size_bytes", Size}, {"rtt_us", Micros}, {"at", Moment}, {"ok", Text}},
					[][]any{{"high", "one", int64(12345), int64(1500), int64(2500), at, true}, {"low", nil, int64(-1), nil, nil, nil, false}}},
				Shown:  Table{[]Column{{"severity", Severity}, {"name", Text}, {"n", Count}, {"size", Size}}, [][]any{{"high", "one", int64(12345), int64(1500)}, {"low", nil, int64(-1), nil}}},
				Charts: []Chart{{Kind: Bars, Title: "Sizes", Labels: []string{"one", "two"}, Views: []View{{"Sizes", Size, []Series{{"sent", []float64{1, 2}}}}, {"Counts", Count, []Series{{"sent", []float64{3, 0}}}}}}}},
			{Name: "empty", Chapter: "Things", Title: "Nothing", Data: Table{Columns: []Column{{"a", Text}}}, Shown: Table{Columns: []Column{{"a", Text}}}},
			{Name: "told", Chapter: "Others", Title: "Nothing told", Empty: "none", Data: Table{Columns: []Column{{"a", Text}}}, Shown: Table{Columns: []Column{{"a", Text}}}},
		},
	}
	return d
}

func poisoned() *Document {
	d := sample()
	texts := hostile()
	d.Title = strings.Join(texts, " ")
	d.Period, d.Summary[0].Text, d.Figures[0].Detail, d.Figures[1].Level = d.Title, d.Title, d.Title, `high" onclick="alert(1)`
	for _, text := range texts {
		d.Sections[0].Data.Rows = append(d.Sections[0].Data.Rows, []any{text, text, int64(1), nil, nil, nil, nil})
		d.Sections[0].Shown.Rows = append(d.Sections[0].Shown.Rows, []any{text, text, int64(1), nil})
		d.Sections[0].Charts[0].Labels = append(d.Sections[0].Charts[0].Labels, text)
		d.Sections[0].Charts[0].Views[0].Series = append(d.Sections[0].Charts[0].Views[0].Series, Series{text, []float64{1}})
	}
	d.Sections[0].Shown.Columns[1].Name, d.Sections[0].Note = d.Title, d.Title
	return d
}

func written(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := written(t, func(b *bytes.Buffer) error { return sample().WriteText(b) })
	want := `Mine

  captures  1 (2.50 kB)
  flows     3

Things: some
  severity  name       n     size
  high      one   12,345  1.50 kB
  low                 -1
  … 1,234 more

Nothing told
  none
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMarkdown(t *testing.T) {
	got := written(t, func(b *bytes.Buffer) error { return sample().WriteMarkdown(b) })
	want := `# Mine

a day

| | |
| --- | --- |
| captures | 1 (2.50 kB) |
| flows | 3 |

## Things

### Some things

What there is.

| severity | name | n | size |
| --- | --- | ---: | ---: |
| high | one | 12,345 | 1.50 kB |
| low |  | -1 |  |

… 1,234 more

## Others

### Nothing told

none
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	got := written(t, func(b *bytes.Buffer) error { return sample().WriteJSON(b) })
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(got)); err != nil {
		t.Fatal(err)
	}
	want := `{"title":"Mine","captures":{"captures":1,"first_time":"2026-11-22T10:00:00.123Z"},"flows":{"flows":3,"mean":null},` +
		`"things":[{"severity":"high","name":"one","n":12345,"size_bytes":1500,"rtt_us":2500,"at":"2026-11-22T10:00:00.123Z","ok":true},` +
		`{"severity":"low","name":null,"n":-1,"size_bytes":null,"rtt_us":null,"at":null,"ok":false}],"empty":[],"told":[]}`
	if compact.String() != want {
		t.Errorf("\n got %s\nwant %s", compact.String(), want)
	}
}

func TestTextIsHarmless(t *testing.T) {
	for name, text := range map[string]string{
		"text":     written(t, func(b *bytes.Buffer) error { return poisoned().WriteText(b) }),
		"Markdown": written(t, func(b *bytes.Buffer) error { return poisoned().WriteMarkdown(b) }),
	} {
		if strings.ContainsAny(text, "\x00\x1b\u202e\u2028") {
			t.Errorf("the %s has control characters", name)
		}
	}
	md := written(t, func(b *bytes.Buffer) error { return poisoned().WriteMarkdown(b) })
	for _, markup := range []string{"<script", "<img", "| a|b", "[f](g)", "*d*", "http://a"} {
		if strings.Contains(strings.ReplaceAll(md, `\*d\*`, ""), markup) {
			t.Errorf("Markdown has %q", markup)
		}
	}
}

func TestWorkbook(t *testing.T) {
	d := poisoned()
	d.Title = "Mine"
	d.Sections[0].Data.Rows[1][2] = int64(1) << 60
	book, err := excelize.OpenReader(strings.NewReader(written(t, func(b *bytes.Buffer) error { return d.WriteXLSX(b) })))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := strings.Join(book.GetSheetList(), " "); got != "summary things" {
		t.Errorf("sheets %s", got)
	}
	for cell, want := range map[string]string{"A1": "severity", "B2": "one", "C2": "12345", "C3": "1152921504606846976", "D2": "1500", "G2": "TRUE",
		"B4": `</script><script>alert(1)`, "B9": `\x1b[31mred\x00\u202e`, "B10": `=HYPERLINK("http://a.example")`} {
		got, err := book.GetCellValue("things", cell)
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q, %v", cell, got, want, err)
		}
		if formula, err := book.GetCellFormula("things", cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %s, %v", cell, formula, err)
		}
	}
	// 20,779 days after 1970-01-01, which is day 25,569, and 10 hours and 123 ms.
	if raw, err := book.GetCellValue("things", "F2", excelize.Options{RawCellValue: true}); err != nil || !strings.HasPrefix(raw, "46348.41666809") {
		t.Errorf("the time is %s, %v", raw, err)
	}
	if kind, err := book.GetCellType("things", "C2"); err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		t.Errorf("numbers are of type %v, %v", kind, err)
	}
}

func TestRowsThatDoNotFit(t *testing.T) {
	d := sample()
	d.Sections[0].Shown.Rows = append(d.Sections[0].Shown.Rows, []any{"high"})
	for name, write := range map[string]func(*Document, *bytes.Buffer) error{
		"text":     func(d *Document, b *bytes.Buffer) error { return d.WriteText(b) },
		"Markdown": func(d *Document, b *bytes.Buffer) error { return d.WriteMarkdown(b) },
		"JSON":     func(d *Document, b *bytes.Buffer) error { return d.WriteJSON(b) },
		"XLSX":     func(d *Document, b *bytes.Buffer) error { return d.WriteXLSX(b) },
		"HTML":     func(d *Document, b *bytes.Buffer) error { return d.WriteHTML(b) },
	} {
		var b bytes.Buffer
		if err := write(d, &b); err == nil || !strings.Contains(err.Error(), "section things: a row has 1 cells, not 4") || b.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHumanUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.00 kB", 1234: "1.23 kB", 12_345: "12.3 kB", 999_499: "999 kB", 999_500: "1.00 MB",
		1_500_000_000: "1.50 GB", 9_994_000: "9.99 MB", -5: "-5 B"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %s, want %s", n, got, want)
		}
	}
	for text, want := range map[string]string{"0s": "0 µs", "900us": "900 µs", "1.5ms": "1.50 ms", "59.94s": "59.9 s", "60s": "1 min", "3599.6s": "1 h",
		"200m": "3 h 20 min", "24h": "1 d", "49h30m": "2 d 1 h", "24000h": "1,000 d"} {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Duration(d); got != want {
			t.Errorf("Duration(%s) = %s, want %s", text, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %s, want %s", n, got, want)
		}
	}
	for _, c := range []struct {
		value any
		unit  Unit
		want  string
	}{{int64(1500), Micros, "1.50 ms"}, {2.5, Seconds, "2.50 s"}, {33.333, Percent, "33.3 %"}, {int64(50), Percent, "50.0 %"}, {0.049, Percent, "< 0.1 %"}, {0.0, Percent, "0.0 %"}, {int64(65535), Plain, "65535"}, {0.25, Number, "0.25"},
		{true, Text, "yes"}, {false, Text, "no"}, {nil, Size, ""}, {1e3, Size, "1.00 kB"}, {math.Pi, Micros, "3 µs"}} {
		if got := Human(c.value, c.unit); got != c.want {
			t.Errorf("Human(%v, %s) = %s, want %s", c.value, c.unit, got, c.want)
		}
	}
}
