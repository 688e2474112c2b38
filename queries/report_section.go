package queries

import (
	"fmt"
	"net"
	"strings"

	"weir/queries/document"
)

// section is a question of the report and how its answer looks.
type section struct {
	// name is the section's key; empty means the query's name.
	name, query    string
	chapter, title string
	note           string
	// shown are the columns for people; none means all, but for a timeline.
	shown  []shown
	charts func(*answer, *headline) []document.Chart
	empty  string
	wide   bool
	tiles  bool
	// saved tells that weir query knows the query by its name.
	saved bool
}

// shown is a column for people.
type shown struct {
	name string
	// unit is empty for the unit of the column from.
	unit  document.Unit
	from  string
	value func(answerRow, *headline) any // nil means the value of from
}

// show returns columns as they are: "name", or "name=heading".
func show(columns ...string) (all []shown) {
	for _, c := range columns {
		from, name, named := strings.Cut(c, "=")
		if !named {
			name = strings.ReplaceAll(from, "_", " ")
		}
		all = append(all, shown{name: name, from: from})
	}
	return all
}

// shareOf is the part of all bytes that the columns make.
func shareOf(columns ...string) shown {
	return shown{name: "share", unit: document.Percent, value: func(r answerRow, h *headline) any {
		var sum int64
		for _, c := range columns {
			sum += r.int(c)
		}
		return share(sum, h.flows.int("bytes"))
	}}
}

// fewest is how many rows people are shown of queries without a limit, where
// the report's own is lower.
const fewest = 12

// made returns the section with its answer, of which people are shown so many
// rows.
func (s section) made(a *answer, h *headline, top int) document.Section {
	d := document.Section{Name: s.name, Chapter: s.chapter, Title: s.title, Note: s.note, Data: a.Table, Empty: s.empty, Wide: s.wide, Tiles: s.tiles}
	if d.Name == "" {
		d.Name = s.query
	}
	switch s.chapter {
	case "DNS", "TLS", "HTTP", "TCP":
		d.Alone = s.chapter + ": " + strings.ToLower(s.title[:1]) + s.title[1:]
	}
	if s.saved {
		d.Query = s.query
	}
	if s.charts != nil && len(a.Rows) > 0 {
		d.Charts = s.charts(a, h)
	}
	if s.shown == nil {
		return d
	}
	for _, c := range s.shown {
		if c.unit == "" {
			c.unit = a.unit(c.from)
		}
		d.Shown.Columns = append(d.Shown.Columns, document.Column{Name: c.name, Unit: c.unit})
	}
	rows := a.each()
	d.More = max(0, len(rows)-max(top, fewest))
	for _, r := range rows[:len(rows)-d.More] {
		cells := make([]any, len(s.shown))
		for i, c := range s.shown {
			if c.value != nil {
				cells[i] = c.value(r, h)
			} else {
				cells[i] = r.get(c.from)
			}
		}
		d.Shown.Rows = append(d.Shown.Rows, cells)
	}
	return d
}

// port writes a port with its protocol.
func port(r answerRow, _ *headline) any {
	return fmt.Sprintf("%s/%s", r.text("port"), r.text("protocol"))
}

// serverSocket writes a server with its port.
func serverSocket(r answerRow) string {
	return net.JoinHostPort(r.text("server"), r.text("port"))
}

// target writes a URI without its query, in which secrets may stand that nobody
// wants in a report.
func target(r answerRow, _ *headline) any {
	before, _, cut := strings.Cut(r.text("uri"), "?")
	if cut {
		return before + "?…"
	}
	return before
}
