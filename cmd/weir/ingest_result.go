package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/dustin/go-humanize"

	"weir/extract"
	"weir/queries"
	"weir/queries/output"
)

// Statuses of a capture.
const (
	ingested = "ingested"
	skipped  = "skipped"
	failed   = "failed"
)

// outcome is what has become of one path, as --json prints it.
type outcome struct {
	Path           string `json:"path"`
	Status         string `json:"status"`
	CaptureID      string `json:"capture_id,omitempty"`
	Packets        int64  `json:"packets"`
	Bytes          int64  `json:"bytes"`
	Flows          int64  `json:"flows"`
	Evicted        int64  `json:"evicted"`
	PacketsInFlows int64  `json:"packets_in_flows"`
	rejections
	Seconds float64 `json:"seconds"`
	Warning string  `json:"warning,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// rejections are the packets that are part of no flow, by reason.
type rejections struct {
	Truncated       int64 `json:"rejected_truncated"`
	Malformed       int64 `json:"rejected_malformed"`
	UnsupportedLink int64 `json:"rejected_unsupported_link"`
	NotData         int64 `json:"rejected_not_data"`
}

func (r rejections) sum() int64 { return r.Truncated + r.Malformed + r.UnsupportedLink + r.NotData }

// fail notes why the capture is not in, without its path, which stands
// before it wherever it is shown.
func (o *outcome) fail(err error) {
	reason := err.Error()
	if named := (*fs.PathError)(nil); errors.As(err, &named) && named == err {
		reason = named.Err.Error()
	}
	o.Status, o.Error = failed, strings.TrimPrefix(reason, o.Path+": ")
}

// interrupted tells that the capture is not in because the run was ended.
func (o *outcome) interrupted() bool { return o.Status == failed && o.Error == errInterrupted.Error() }

// take notes what was read of the capture.
func (o *outcome) take(c *extract.Capture) {
	s := c.Stats
	o.Packets, o.Bytes, o.Flows, o.Evicted, o.PacketsInFlows = s.Packets, s.Bytes, s.Flows, s.Evicted, s.InFlows()
	o.rejections = rejected(s)
	o.Warning = c.Warning()
}

// String tells in a line what has become of the capture.
func (o *outcome) String() string {
	path := output.Printable(o.Path)
	switch o.Status {
	case failed:
		return fmt.Sprintf("failed    %s: %s", path, o.Error)
	case skipped:
		return fmt.Sprintf("skipped   %s: in the warehouse already", path)
	}
	line := fmt.Sprintf("%-9s %s: %s, %s", o.Status, path, count(o.Packets, "packet"), count(o.Flows, "flow"))
	if n := o.rejections.sum(); n > 0 {
		line += fmt.Sprintf(", %s in no flow", count(n, "packet"))
	}
	if o.Evicted > 0 {
		line += fmt.Sprintf(", %s evicted", humanize.Comma(o.Evicted))
	}
	if o.Warning != "" {
		line += "; warning: " + o.Warning
	}
	return line
}

// summary is the result of an ingest, as --json prints it.
type summary struct {
	Captures []*outcome `json:"captures"`
	Totals   totals     `json:"totals"`
	Ignored  passedOver `json:"ignored_files"`
}

// totals are sums over the captures ingested by this run.
type totals struct {
	Ingested int `json:"ingested"`
	Skipped  int `json:"skipped"`
	Failed   int `json:"failed"`
	sums
}

// sums are sums over captures.
type sums struct {
	Packets        int64 `json:"packets"`
	Bytes          int64 `json:"bytes"`
	Flows          int64 `json:"flows"`
	Evicted        int64 `json:"evicted"`
	PacketsInFlows int64 `json:"packets_in_flows"`
	rejections
	Seconds float64 `json:"seconds"`
}

func summarise(outcomes []*outcome) *summary {
	s := &summary{Captures: outcomes}
	t := &s.Totals
	for _, o := range outcomes {
		t.Seconds += o.Seconds
		switch o.Status {
		case skipped:
			t.Skipped++
		case failed:
			t.Failed++
		case ingested:
			t.Ingested++
			t.add(o)
		}
	}
	return s
}

// add adds what was read of a capture, but for the time.
func (t *sums) add(o *outcome) {
	t.Packets += o.Packets
	t.Bytes += o.Bytes
	t.Flows += o.Flows
	t.Evicted += o.Evicted
	t.PacketsInFlows += o.PacketsInFlows
	t.Truncated += o.Truncated
	t.Malformed += o.Malformed
	t.UnsupportedLink += o.UnsupportedLink
	t.NotData += o.NotData
}

// conservation tells where the packets went.
func (t *sums) conservation() string {
	return fmt.Sprintf("packets = in flows + rejected: %s = %s + %s (truncated %s, malformed %s, unsupported link %s, not data %s)",
		humanize.Comma(t.Packets), humanize.Comma(t.PacketsInFlows), humanize.Comma(t.rejections.sum()),
		humanize.Comma(t.Truncated), humanize.Comma(t.Malformed), humanize.Comma(t.UnsupportedLink), humanize.Comma(t.NotData))
}

func (s *summary) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}

// listed is how many captures are listed one by one without --verbose.
const listed = 20

// writeText prints failures and warnings, the sums, and what to type next.
func (s *summary) writeText(in *intake) error {
	many := len(s.Captures) > listed
	for _, o := range s.Captures {
		switch {
		case many && o.interrupted():
		case o.Status == failed || o.Warning != "":
			in.say("%s", o)
		case !in.verbose && !many:
			in.say("%s", o)
		}
	}
	if many && in.ctx.Err() != nil {
		s.tellInterrupted(in.say)
	}
	t := s.Totals
	if t.Ingested > 0 {
		in.say("\n%s ingested into %s in %.2f s: %s, %s, %s", count(int64(t.Ingested), "capture"), in.house.Dir(), t.Seconds,
			count(t.Packets, "packet"), queries.Bytes(t.Bytes), count(t.Flows, "flow"))
		in.say("%s", t.conservation())
	}
	if t.Evicted > 0 {
		in.say("%s evicted because memory was short (end_reason evicted): what is one conversation may be several rows; --memory-limit allows more", count(t.Evicted, "flow"))
	}
	if t.Skipped > 0 {
		in.say("%s skipped, whose bytes are in the warehouse already", count(int64(t.Skipped), "capture"))
	}
	s.Ignored.tell(in.say, in.verbose)
	if t.Ingested+t.Skipped > 0 {
		in.next()
	}
	return nil
}

// tellInterrupted tells which of many captures are in, and which were not read.
// They are taken in their order, so that the first and the last of them tell.
func (s *summary) tellInterrupted(say func(string, ...any)) {
	groups := []struct {
		what string
		is   func(*outcome) bool
	}{
		{"ingested", func(o *outcome) bool { return o.Status == ingested }},
		{"skipped", func(o *outcome) bool { return o.Status == skipped }},
		{"not read", (*outcome).interrupted},
	}
	for _, g := range groups {
		var first, last *outcome
		n := int64(0)
		for _, o := range s.Captures {
			if !g.is(o) {
				continue
			}
			if n++; first == nil {
				first = o
			}
			last = o
		}
		if n > 0 {
			say("%-9s %s, from %s to %s", g.what, count(n, "capture"), output.Printable(first.Path), output.Printable(last.Path))
		}
	}
}

// next tells what to type next.
func (in *intake) next() {
	where := ""
	if in.warehouse != defaultWarehouse {
		where = " -w " + shellWord(in.warehouse)
	}
	in.say(`
Next:
  %[2]s report%[1]s -o report.html
  %[2]s query%[1]s "SELECT protocol, count(*) AS flows, sum(total_bytes) AS bytes FROM flows GROUP BY protocol ORDER BY bytes DESC"
  %[2]s export%[1]s flows.xlsx --split-by protocol`, where, in.program)
}

// shellWord returns a word as a shell takes it, quoted where it must be.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// count returns a number with what it counts, such as "1 flow" or "1,204 flows".
func count(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}

// areIn returns how many captures are in, as the subject of a sentence.
func areIn(n int) string {
	if n == 1 {
		return "1 capture is"
	}
	return count(int64(n), "capture") + " are"
}
