package queries

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"weir/queries/output"
)

// WriteText writes the report as people read it.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	r.writeSummary(&b)
	share := func(bytes int64) string { return percent(bytes, r.Flows.Bytes) }

	rows := [][]string{{"protocol", "flows", "packets", "bytes", "share"}}
	for _, p := range r.Protocols {
		rows = append(rows, []string{p.Protocol, count(p.Flows), count(p.Packets), Bytes(p.Bytes), share(p.Bytes)})
	}
	writeSection(&b, "Protocols", 1, rows)

	rows = [][]string{{"address", "flows", "packets", "sent", "received", "share"}}
	for _, t := range r.Talkers {
		rows = append(rows, []string{t.IP, count(t.Flows), count(t.Packets), Bytes(t.Sent), Bytes(t.Received), share(t.Sent + t.Received)})
	}
	writeSection(&b, "Top talkers", 1, rows)

	rows = [][]string{{"a", "b", "flows", "packets", "a to b", "b to a"}}
	for _, c := range r.Conversations {
		rows = append(rows, []string{c.A, c.B, count(c.Flows), count(c.Packets), Bytes(c.AToB), Bytes(c.BToA)})
	}
	writeSection(&b, "Top conversations", 2, rows)

	rows = [][]string{{"port", "flows", "packets", "bytes", "share"}}
	for _, p := range r.Ports {
		rows = append(rows, []string{fmt.Sprintf("%d/%s", p.Port, p.Protocol), count(p.Flows), count(p.Packets), Bytes(p.Bytes), share(p.Bytes)})
	}
	writeSection(&b, "Top ports", 1, rows)

	rows = [][]string{{"end reason", "flows", "packets", "bytes", "share of flows"}}
	for _, e := range r.EndReasons {
		rows = append(rows, []string{e.Reason, count(e.Flows), count(e.Packets), Bytes(e.Bytes), percent(e.Flows, r.Flows.Flows)})
	}
	writeSection(&b, "How flows ended", 1, rows)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) writeSummary(b *strings.Builder) {
	c := r.Captures
	rows := [][]string{
		{"captures", fmt.Sprintf("%s (%s)", count(c.Captures), Bytes(c.FileBytes))},
		{"time span", "no packets"},
		{"packets", fmt.Sprintf("%s (%s on the wire)", count(c.Packets), Bytes(c.Bytes))},
		{"flows", fmt.Sprintf("%s (%s packets, %s)", count(r.Flows.Flows), count(r.Flows.Packets), Bytes(r.Flows.Bytes))},
	}
	if c.FirstTime != nil && c.LastTime != nil {
		const layout = "2006-01-02 15:04:05"
		rows[1][1] = fmt.Sprintf("%s to %s UTC (%s)", c.FirstTime.Format(layout), c.LastTime.Format(layout), Duration(c.LastTime.Sub(*c.FirstTime)))
	}
	var rejected []string
	for _, x := range []struct {
		n    int64
		name string
	}{{c.Truncated, "truncated"}, {c.Malformed, "malformed"}, {c.UnsupportedLink, "of an unsupported link type"}, {c.NotData, "no data"}} {
		if x.n > 0 {
			rejected = append(rejected, count(x.n)+" "+x.name)
		}
	}
	if len(rejected) > 0 {
		rows = append(rows, []string{"not in flows", strings.Join(rejected, ", ")})
	}
	writeRows(b, 2, rows)
}

func writeSection(b *strings.Builder, title string, texts int, rows [][]string) {
	fmt.Fprintf(b, "\n%s\n", title)
	if len(rows) == 1 {
		b.WriteString("  none\n")
		return
	}
	writeRows(b, texts, rows)
}

// writeRows writes rows in columns: the first ones flush left, the others,
// which are numbers, flush right.
func writeRows(b *strings.Builder, texts int, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i := range row {
			row[i] = output.Printable(row[i])
			widths[i] = max(widths[i], runewidth.StringWidth(row[i]))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-runewidth.StringWidth(cell))
			if line.WriteString("  "); i < texts {
				line.WriteString(cell + space)
			} else {
				line.WriteString(space + cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// count writes a number with commas between thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bytes writes a size in decimal units with three digits, such as 1.23 GB.
func Bytes(n int64) string {
	if n < 1000 && n > -1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	x, units := float64(n), "kMGTPE"
	i := -1
	for i < len(units)-1 && (x >= 999.5 || x <= -999.5) {
		x, i = x/1000, i+1
	}
	return threeDigits(x) + " " + string(units[i]) + "B"
}

func threeDigits(x float64) string {
	digits := 0
	switch a := max(x, -x); {
	case a < 9.995:
		digits = 2
	case a < 99.95:
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// Duration writes a span of time in its two largest units, such as 3 h 20 min.
func Duration(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	if d < time.Minute {
		switch {
		case d >= time.Second:
			return threeDigits(d.Seconds()) + " s"
		case d >= time.Millisecond:
			return threeDigits(float64(d)/1e6) + " ms"
		default:
			return strconv.FormatInt(d.Microseconds(), 10) + " µs"
		}
	}
	d = d.Round(time.Second)
	for i, u := range units[:len(units)-1] {
		if d >= u.size {
			small := units[i+1]
			text := fmt.Sprintf("%d %s", d/u.size, u.name)
			if rest := d % u.size / small.size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, small.name)
			}
			return text
		}
	}
	return d.String()
}

func percent(part, whole int64) string {
	if whole == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}
