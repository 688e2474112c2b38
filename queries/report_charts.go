package queries

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"weir/queries/document"
)

// mostSeries is how many parts a chart tells apart; the rest is one more.
const mostSeries = 8

// parts is the sum of a column by the text of others, largest first.
type parts struct {
	names  []string
	values []float64
}

func partsOf(a *answer, value string, by ...string) parts {
	sums := map[string]float64{}
	var names []string
	for _, r := range a.each() {
		words := make([]string, len(by))
		for i, c := range by {
			if words[i] = r.text(c); words[i] == "" {
				words[i] = "none"
			}
		}
		name := strings.Join(words, " ")
		if _, known := sums[name]; !known {
			names = append(names, name)
		}
		sums[name] += r.number(value)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return sums[n] <= 0 })
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(sums[y], sums[x]) })
	var p parts
	for i, n := range names {
		if i >= mostSeries && len(names) > mostSeries+1 {
			if i == mostSeries {
				p.names, p.values = append(p.names, "others"), append(p.values, 0)
			}
			p.values[mostSeries] += sums[n]
			continue
		}
		p.names, p.values = append(p.names, n), append(p.values, sums[n])
	}
	return p
}

// ring draws the parts that a column has by others. A part alone is no picture.
func ring(title string, unit document.Unit, value string, by ...string) func(*answer, *headline) []document.Chart {
	return func(a *answer, _ *headline) []document.Chart {
		return partsChart(document.Ring, title, unit, partsOf(a, value, by...))
	}
}

// lying draws the same as bars.
func lying(title string, unit document.Unit, value string, by ...string) func(*answer, *headline) []document.Chart {
	return func(a *answer, _ *headline) []document.Chart {
		return partsChart(document.Bars, title, unit, partsOf(a, value, by...))
	}
}

func partsChart(kind document.Kind, title string, unit document.Unit, p parts) []document.Chart {
	if len(p.names) < 2 {
		return nil
	}
	return []document.Chart{{Kind: kind, Title: title, Labels: p.names,
		Views: []document.View{{Name: title, Unit: unit, Series: []document.Series{{Name: title, Values: p.values}}}}}}
}

// series names a column's values in a chart.
type series struct{ column, name string }

// stacked draws a bar for each row, made of the series.
func stacked(title string, unit document.Unit, label func(answerRow) string, of ...series) func(*answer, *headline) []document.Chart {
	return func(a *answer, _ *headline) []document.Chart {
		chart := document.Chart{Kind: document.Bars, Title: title}
		view := document.View{Name: title, Unit: unit}
		for _, s := range of {
			view.Series = append(view.Series, document.Series{Name: s.name})
		}
		sum := 0.0
		for _, r := range a.each()[:min(len(a.Rows), 12)] {
			chart.Labels = append(chart.Labels, label(r))
			for i, s := range of {
				view.Series[i].Values = append(view.Series[i].Values, r.number(s.column))
				sum += r.number(s.column)
			}
		}
		if sum == 0 || len(chart.Labels) < 2 {
			return nil
		}
		chart.Views = []document.View{view}
		return []document.Chart{chart}
	}
}

// timeline draws what starts over time by protocol. Buckets without flows are
// there, too, with nothing in them.
func timeline(a *answer, h *headline) []document.Chart {
	width := h.bucket()
	first, last := a.each()[0].time("bucket"), a.each()[len(a.Rows)-1].time("bucket")
	n := int(last.Sub(*first)/width) + 1
	chart := document.Chart{Kind: document.Timeline, Title: "Traffic over time by protocol, a column for each " + document.Duration(width)}
	layout := timelineLayout(width, *first, *last)
	for i := range n {
		chart.Labels = append(chart.Labels, first.Add(time.Duration(i)*width).Format(layout))
	}
	protocols := partsOf(a, "bytes", "protocol").names
	if len(protocols) == 0 {
		return nil
	}
	others := slices.Index(protocols, "others")
	for _, of := range []struct {
		column, name string
		unit         document.Unit
	}{{"bytes", "Bytes", document.Size}, {"packets", "Packets", document.Count}, {"flows", "Flows", document.Count}} {
		view := document.View{Name: of.name, Unit: of.unit}
		for _, p := range protocols {
			view.Series = append(view.Series, document.Series{Name: p, Values: make([]float64, n)})
		}
		for _, r := range a.each() {
			i := slices.Index(protocols, r.text("protocol"))
			if i < 0 {
				i = others
			}
			if i < 0 {
				continue // a protocol without bytes, among few
			}
			view.Series[i].Values[min(int(r.time("bucket").Sub(*first)/width), n-1)] += r.number(of.column)
		}
		chart.Views = append(chart.Views, view)
	}
	return []document.Chart{chart}
}

// timelineLayout writes times as finely as the buckets need.
func timelineLayout(width time.Duration, first, last time.Time) string {
	oneDay := first.Format(time.DateOnly) == last.Format(time.DateOnly)
	switch {
	case width >= 24*time.Hour:
		return time.DateOnly
	case width < time.Second:
		return "15:04:05.0"
	case width < time.Minute:
		return "15:04:05"
	case oneDay:
		return "15:04"
	default:
		return "01-02 15:04"
	}
}
