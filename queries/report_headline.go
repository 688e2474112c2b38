package queries

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"weir/queries/document"
)

// headline is the figures that lead a report.
type headline struct {
	captures, flows answerRow
	ranged          bool
	from, to        *time.Time // what the report is about; nil without packets
}

func (r *reporter) headline(ctx context.Context) (*headline, error) {
	var rows []answerRow
	for _, name := range []string{"captures", "flows"} {
		a, err := r.ask(ctx, name, nil)
		if err != nil {
			return nil, err
		}
		rows = append(rows, a.each()[0])
	}
	h := &headline{captures: rows[0], flows: rows[1], ranged: !r.options.From.IsZero() || !r.options.To.IsZero()}
	h.from, h.to = h.captures.time("first_time"), h.captures.time("last_time")
	if bound := r.options.From; h.from != nil && bound.After(*h.from) {
		h.from = &bound
	}
	if bound := r.options.To; h.to != nil && !bound.IsZero() && bound.Before(*h.to) {
		h.to = &bound
	}
	return h, nil
}

const periodLayout = "2006-01-02 15:04:05"

// period returns the time that the report is about, as people read it.
func (h *headline) period() string {
	if h.from == nil || h.to == nil {
		return "no packets"
	}
	return fmt.Sprintf("%s to %s UTC (%s)", h.from.Format(periodLayout), h.to.Format(periodLayout), document.Duration(h.to.Sub(*h.from)))
}

// bucket returns the width of the timeline's buckets: a round one that gives
// a hundred at most.
func (h *headline) bucket() time.Duration {
	const day = 24 * time.Hour
	first, last := h.flows.time("first_start"), h.flows.time("last_start")
	if first == nil || last == nil {
		return time.Hour
	}
	const most = 100
	for _, width := range []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute,
		10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 7 * day, 30 * day, 90 * day} {
		if last.Sub(*first)/width < most {
			return width
		}
	}
	return (last.Sub(*first)/most/(365*day) + 1) * 365 * day
}

// spanText writes a bucket as parameters take it.
func spanText(d time.Duration) string {
	if d >= time.Minute {
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

// document returns a document with the headline.
func (h *headline) document(o ReportOptions, f findings) *document.Document {
	c, v := h.captures, h.flows
	d := &document.Document{Title: o.Title, Period: h.period()}
	d.Summary = []document.Line{
		{Name: "captures", Text: fmt.Sprintf("%s (%s)", c.text("captures"), c.text("file_bytes"))},
		{Name: "time span", Text: h.period()},
		{Name: "packets", Text: fmt.Sprintf("%s (%s on the wire)", c.text("packets"), c.text("bytes"))},
		{Name: "flows", Text: fmt.Sprintf("%s (%s packets, %s)", v.text("flows"), v.text("packets"), v.text("bytes"))},
		{Name: "hosts", Text: v.text("hosts")},
	}
	d.Figures = []document.Figure{
		{Label: "Captures", Value: c.text("captures"), Detail: c.text("file_bytes") + " of files"},
		{Label: "Time span", Value: "none", Detail: "no packets"},
		{Label: "Packets", Value: v.text("packets"), Detail: "in flows"},
		{Label: "Traffic", Value: v.text("bytes"), Detail: "on the wire, in flows"},
		{Label: "Flows", Value: v.text("flows"), Detail: "both directions in one"},
		{Label: "Hosts", Value: v.text("hosts"), Detail: "distinct addresses"},
		f.figure(),
	}
	if h.from != nil && h.to != nil {
		d.Figures[1] = document.Figure{Label: "Time span", Value: document.Duration(h.to.Sub(*h.from)), Detail: "from " + h.from.Format(periodLayout)}
	}
	if h.ranged {
		// Captures are counted whole, which the text should not hide.
		d.Summary[2].Name = "in captures"
		d.Summary[2].Text += ", before and after the time, too"
	}
	if !h.ranged {
		d.Figures[2].Value = c.text("packets")
		d.Figures[2].Detail = "all are in flows"
		if rest := c.int("packets") - c.int("packets_in_flows"); rest > 0 {
			d.Figures[2].Detail = document.Thousands(rest) + " are in no flow"
		}
	}
	var rejected []string
	for _, reason := range rejections() {
		if n := c.int(reason.column); n > 0 {
			rejected = append(rejected, document.Thousands(n)+" "+reason.text)
		}
	}
	if len(rejected) > 0 {
		d.Summary = append(d.Summary, document.Line{Name: "not in flows", Text: strings.Join(rejected, ", ")})
	}
	d.Facts = h.facts(o)
	return d
}

// facts returns the raw values.
func (h *headline) facts(o ReportOptions) (facts []document.Fact) {
	if h.ranged {
		for name, bound := range map[string]time.Time{"from": o.From, "to": o.To} {
			if fact := (document.Fact{Object: "range", Name: name}); bound.IsZero() {
				facts = append(facts, fact)
			} else {
				fact.Value = bound
				facts = append(facts, fact)
			}
		}
		if facts[0].Name == "to" {
			facts[0], facts[1] = facts[1], facts[0]
		}
	}
	for i, c := range h.captures.of.Columns {
		facts = append(facts, document.Fact{Object: "captures", Name: c.Name, Value: h.captures.cells[i]})
	}
	for _, name := range []string{"flows", "packets", "bytes", "hosts"} {
		facts = append(facts, document.Fact{Object: "flows", Name: name, Value: h.flows.get(name)})
	}
	return facts
}

type rejection struct{ column, text, meaning string }

// rejections returns why packets are in no flow.
func rejections() []rejection {
	return []rejection{
		{"rejected_truncated", "truncated", "cut off by the snapshot length before the headers end"},
		{"rejected_malformed", "malformed", "headers that contradict themselves or the packet's length"},
		{"rejected_unsupported_link", "of an unsupported link type", "a link type that is not decoded"},
		{"rejected_not_data", "no data", "frames of the link that carry no data"},
	}
}

// rejected returns the section of packets that are in no flow.
func (h *headline) rejected() document.Section {
	s := document.Section{
		Name: "rejected", Chapter: "Captures", Title: "Packets in no flow", Note: "Each packet is part of a flow, or is counted here with the reason.",
		Data:  document.Table{Columns: []document.Column{{Name: "reason", Unit: document.Text}, {Name: "packets", Unit: document.Count}}},
		Shown: document.Table{Columns: []document.Column{{Name: "reason", Unit: document.Text}, {Name: "meaning", Unit: document.Text}, {Name: "packets", Unit: document.Count}, {Name: "share", Unit: document.Percent}}},
	}
	for _, reason := range rejections() {
		n := h.captures.int(reason.column)
		if n == 0 {
			continue
		}
		s.Data.Rows = append(s.Data.Rows, []any{strings.TrimPrefix(reason.column, "rejected_"), n})
		s.Shown.Rows = append(s.Shown.Rows, []any{strings.TrimPrefix(reason.text, "of an "), reason.meaning, n, share(n, h.captures.int("packets"))})
	}
	return s
}

// share returns the percentage that a part is; nil of nothing.
func share(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return 100 * float64(part) / float64(whole)
}
