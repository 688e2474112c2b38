package document

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parsed is a page as a browser reads it.
type parsed struct {
	nodes []*html.Node
}

func parse(t *testing.T, page string) parsed {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var p parsed
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			p.nodes = append(p.nodes, n)
		}
	}
	return p
}

func (p parsed) all(tag string) (found []*html.Node) {
	for _, n := range p.nodes {
		if n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestPageIsWellFormed(t *testing.T) {
	page := written(t, func(b *bytes.Buffer) error { return sample().WriteHTML(b) })
	p := parse(t, page)
	// Every element that opens is closed: the tokens balance.
	empty := map[string]bool{"meta": true, "link": true}
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		switch token := z.Token(); {
		case kind == html.StartTagToken && !empty[token.Data]:
			open = append(open, token.Data)
		case kind == html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v stay open", open)
	}
	ids := map[string]bool{}
	for _, n := range p.nodes {
		if id := attribute(n, "id"); id != "" && ids[id] {
			t.Errorf("two elements are called %s", id)
		} else {
			ids[id] = true
		}
	}
	for _, a := range p.all("a") {
		if href := attribute(a, "href"); !ids[strings.TrimPrefix(href, "#")] {
			t.Errorf("%s leads nowhere", href)
		}
	}
	if n := len(p.all("canvas")); n != 1 {
		t.Errorf("%d charts, want 1", n)
	}
	if ids["empty"] || !ids["told"] || !ids["things"] {
		t.Error("sections without rows are left out, unless they say so")
	}
	if rows := p.all("tr"); len(rows) != 3 || text(rows[1]) != "highone12,3451.50 kB" {
		t.Errorf("%d rows of tables, the second %s", len(rows), text(rows[1]))
	}
}

func TestPageLoadsNothing(t *testing.T) {
	p := parse(t, written(t, func(b *bytes.Buffer) error { return poisoned().WriteHTML(b) }))
	policy := ""
	for _, n := range p.nodes {
		switch {
		case n.Data == "meta" && attribute(n, "http-equiv") == "Content-Security-Policy":
			policy = attribute(n, "content")
		case n.Data == "iframe" || n.Data == "object" || n.Data == "embed" || n.Data == "base" || n.Data == "form" || n.Data == "img":
			t.Errorf("the page has <%s>", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "action" || a.Key == "srcset":
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:,":
				t.Errorf("<%s href=%q>", n.Data, a.Val)
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("the policy is %s", policy)
	}
	scripts := 0
	for _, n := range append(p.all("script"), p.all("style")...) {
		if attribute(n, "type") == "application/json" {
			continue
		}
		scripts++
		if !strings.Contains(policy, hash(text(n))) {
			t.Errorf("the policy does not allow <%s> %.60s", n.Data, text(n))
		}
	}
	if scripts != 3 {
		t.Errorf("%d scripts and styles, want 3", scripts)
	}
	css := text(p.all("style")[0])
	if regexp.MustCompile(`(?i)url\(|@import|expression`).MatchString(css) {
		t.Error("the style loads something")
	}
	if regexp.MustCompile(`\b(fetch|XMLHttpRequest|WebSocket|import)\b\s*\(`).MatchString(pageJS) {
		t.Error("the script loads something")
	}
}

func TestPageEscapes(t *testing.T) {
	p := parse(t, written(t, func(b *bytes.Buffer) error { return poisoned().WriteHTML(b) }))
	if got := len(p.all("script")); got != 3 {
		t.Errorf("%d scripts, want data, library and page", got)
	}
	var cells []string
	for _, n := range p.all("td") {
		cells = append(cells, text(n))
	}
	joined := strings.Join(cells, "\n")
	for _, want := range []string{`</script><script>alert(1)`, `<img src=x onerror=alert(1)>`, `"><b onclick=alert(1)>`, `{{.Title}}`, `\x1b[31mred\x00\u202e`, `<!--`} {
		if !strings.Contains(joined, "\n"+want+"\n") {
			t.Errorf("no cell shows %q", want)
		}
	}
	for _, n := range p.all("script") {
		if attribute(n, "type") != "application/json" {
			continue
		}
		var charts []chartData
		if err := json.Unmarshal([]byte(text(n)), &charts); err != nil {
			t.Fatal(err)
		}
		if len(charts) != 1 || charts[0].Labels[2] != `</script><script>alert(1)` || charts[0].Views[1].Name != "Counts" {
			t.Errorf("the data reads %+v", charts)
		}
	}
}

// TestPageShelves places cards: wide ones alone, others in columns, and one that
// would stand alone in a column over the whole width.
func TestPageShelves(t *testing.T) {
	one := Table{Columns: []Column{{"n", Count}}, Rows: [][]any{{int64(1)}}}
	d := &Document{}
	for _, s := range []Section{{Name: "w1", Chapter: "A", Wide: true}, {Name: "n1", Chapter: "A"}, {Name: "n2", Chapter: "A"}, {Name: "w2", Chapter: "A", Wide: true},
		{Name: "n3", Chapter: "A"}, {Name: "n4", Chapter: "B"}, {Name: "n5", Chapter: "B"}, {Name: "n6", Chapter: "B"}} {
		s.Data, s.Shown = one, one
		d.Sections = append(d.Sections, s)
	}
	var got []string
	for _, n := range parse(t, written(t, func(b *bytes.Buffer) error { return d.WriteHTML(b) })).nodes {
		switch class := attribute(n, "class"); {
		case strings.HasPrefix(class, "shelf"):
			got = append(got, class+":")
		case class == "card":
			got[len(got)-1] += " " + attribute(n, "id")
		}
	}
	want := []string{"shelf wide: w1", "shelf: n1 n2", "shelf wide: w2", "shelf wide: n3", "shelf: n4 n5 n6"}
	if !slices.Equal(got, want) {
		t.Errorf("shelves are %q, want %q", got, want)
	}
}

func TestPageTiles(t *testing.T) {
	d := &Document{Sections: []Section{{Name: "totals", Chapter: "A", Tiles: true, Shown: Table{[]Column{{"flows_seen", Count}, {"share", Percent}}, [][]any{{int64(1234), 0.01}}}}}}
	p := parse(t, written(t, func(b *bytes.Buffer) error { return d.WriteHTML(b) }))
	var got []string
	for _, n := range append(p.all("dt"), p.all("dd")...) {
		got = append(got, text(n))
	}
	if want := []string{"flows seen", "share", "1,234", "< 0.1 %"}; !slices.Equal(got, want) || len(p.all("table")) != 0 {
		t.Errorf("tiles are %q, want %q, beside %d tables", got, want, len(p.all("table")))
	}
}

func TestPageCutsLongCells(t *testing.T) {
	d := sample()
	long := strings.Repeat("ä", 500)
	d.Sections[0].Shown.Rows[0][1] = long
	for _, n := range parse(t, written(t, func(b *bytes.Buffer) error { return d.WriteHTML(b) })).all("td") {
		if strings.HasPrefix(text(n), "ä") && (text(n) != strings.Repeat("ä", widestText-1)+"…" || attribute(n, "title") != long) {
			t.Errorf("the cell shows %s", text(n))
		}
	}
}

func TestLibraryHasItsLicence(t *testing.T) {
	for _, want := range []string{"Chart.js v4.6.1", "Released under the MIT License"} {
		if !strings.Contains(chartJS[:400], want) {
			t.Errorf("the library's head lacks %q", want)
		}
	}
}
