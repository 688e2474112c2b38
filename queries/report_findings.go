package queries

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/queries/document"
)

// huntTop is how many rows of one hunting query a report takes in.
const huntTop = 50

// hunt is a query whose rows are findings.
type hunt struct {
	query string
	name  func(answerRow) string
	who   func(answerRow) string
	// evidence says in a sentence why.
	evidence func(answerRow) string
	// severity is given where the query has no such column.
	severity func(answerRow) string
	moments  [2]string // first and last time
}

func called(name string) func(answerRow) string { return func(answerRow) string { return name } }

// reportHunts returns the questions whose answers are findings.
func reportHunts() []hunt {
	return []hunt{
		{query: "port_scans", name: called("port scan"), who: pair("src_ip", "dst_ip"), evidence: func(r answerRow) string {
			return fmt.Sprintf("%s of %s %s ports failed (%s to %s)", r.text("failed_ports"), r.text("ports"), r.text("protocol"), r.text("lowest_port"), r.text("highest_port"))
		}},
		{query: "host_scans", name: called("host scan"), who: column("src_ip"), evidence: func(r answerRow) string {
			target := r.text("protocol")
			if r.get("dst_port") != nil {
				target = "port " + r.text("dst_port") + "/" + target
			}
			return fmt.Sprintf("%s of %s hosts failed on %s, such as %s", r.text("failed_hosts"), r.text("hosts"), target, r.text("example"))
		}},
		{query: "floods", name: called("flood"), who: column("target"), evidence: func(r answerRow) string {
			return fmt.Sprintf("%s %s packets from %s, %s packets a second, %s",
				r.text("packets"), r.text("protocol"), counted(r, "sources", "source"), document.Thousands(int64(r.number("packets_per_second"))), counted(r, "answers", "answer"))
		}},
		{query: "beacons", name: called("beacon"), who: socketPair, evidence: func(r answerRow) string {
			return fmt.Sprintf("%s connections, one every %s (half of them within %s), score %s", r.text("connections"), r.text("interval_s"),
				document.Human(r.number("interval_iqr_ms")/1000, document.Seconds), r.text("score"))
		}},
		{query: "exfiltration", name: called("upload"), who: pair("src_ip", "dst_ip"), evidence: func(r answerRow) string {
			return fmt.Sprintf("%s sent, %s received, over %s", r.text("sent_bytes"), r.text("received_bytes"), r.text("services"))
		}},
		{query: "dns_tunnels", name: called("DNS tunnel"), who: pair("client", "domain"), evidence: func(r answerRow) string {
			return fmt.Sprintf("%s names in %s queries, %s characters on average, score %s", r.text("names"), r.text("queries"), r.text("mean_length"), r.text("score"))
		}},
		{query: "icmp_tunnels", name: called("ICMP tunnel"), who: pair("src_ip", "dst_ip"), evidence: func(r answerRow) string {
			return fmt.Sprintf("%s packets with %s and %s of payload in sizes that no ping has, score %s", r.text("packets"), r.text("sent_bytes"), r.text("received_bytes"), r.text("score"))
		}},
		{query: "arp_conflicts", name: called("address conflict"), who: column("ip"), severity: called("medium"), evidence: func(r answerRow) string {
			return fmt.Sprintf("claimed by %s and %s", r.text("mac"), r.text("other_mac"))
		}},
		{query: "clear_text_logins", name: called("clear-text login"), who: pair("client", "server"), severity: loginSeverity, evidence: func(r answerRow) string {
			return fmt.Sprintf("%s: %s %s%s", r.text("kind"), r.text("method"), r.text("host"), r.text("uri"))
		}},
		{query: "certificates", name: called("certificate"), who: column("server"), severity: called("low"), moments: [2]string{"last_seen", "last_seen"},
			evidence: certificateEvidence},
	}
}

// counted writes a number of things, whose name is in the singular.
func counted(r answerRow, column, name string) string {
	if r.int(column) != 1 {
		name += "s"
	}
	return r.text(column) + " " + name
}

func column(name string) func(answerRow) string {
	return func(r answerRow) string { return r.text(name) }
}

func pair(from, to string) func(answerRow) string {
	return func(r answerRow) string { return r.text(from) + " → " + r.text(to) }
}

func socketPair(r answerRow) string {
	return fmt.Sprintf("%s → %s port %s/%s", r.text("src_ip"), r.text("dst_ip"), r.text("dst_port"), r.text("protocol"))
}

func loginSeverity(r answerRow) string {
	if strings.HasPrefix(r.text("kind"), "credential") {
		return "medium"
	}
	return "low"
}

func certificateEvidence(r answerRow) string {
	var faults []string
	if validity := r.text("validity"); validity != "valid" {
		faults = append(faults, fmt.Sprintf("%s (%s to %s)", validity, r.text("not_before"), r.text("not_after")))
	}
	if self, _ := r.get("self_signed").(bool); self {
		faults = append(faults, "self-signed")
	}
	return strings.Join(faults, ", ") + ": " + r.text("subject")
}

// finding is something that a person should look at.
type finding struct {
	severity, name, who, evidence, query string
	first, last                          *time.Time
}

// findings are sorted by severity, those of one kind together.
type findings []finding

// findingsOf returns the findings of the answers to the hunts.
func findingsOf(hunts []hunt, answers []*answer) findings {
	var f findings
	for i, h := range hunts {
		if h.moments == [2]string{} {
			h.moments = [2]string{"first_time", "last_time"}
		}
		if h.severity == nil {
			h.severity = column("severity")
		}
		for _, r := range answers[i].each() {
			f = append(f, finding{h.severity(r), h.name(r), h.who(r), h.evidence(r), h.query, r.time(h.moments[0]), r.time(h.moments[1])})
		}
	}
	rank := []string{"high", "medium", "low"}
	slices.SortStableFunc(f, func(a, b finding) int { return slices.Index(rank, a.severity) - slices.Index(rank, b.severity) })
	return f
}

// shown returns the findings that people are shown: top of each query, and how
// many more there are of those that have more.
func (f findings) shown(top int) (rows [][]any) {
	count := map[string]int{}
	for _, x := range f {
		if count[x.query]++; count[x.query] <= top {
			rows = append(rows, []any{x.severity, x.name, x.who, x.evidence, moment(x.first), x.query})
		}
	}
	for _, x := range f {
		if n := count[x.query] - top; n > 0 {
			more := fmt.Sprintf("%d more of these", n)
			if count[x.query] >= huntTop {
				more = fmt.Sprintf("%d or more others", n)
			}
			rows = append(rows, []any{nil, x.name, "…", more, nil, x.query})
			count[x.query] = 0
		}
	}
	return rows
}

// section returns the findings as a section.
func (f findings) section(top int) document.Section {
	s := document.Section{
		Name: "findings", Chapter: "Findings", Title: "What to look at", Wide: true,
		Note:  "What the hunting queries found. A finding is a reason to look, not a proof; weir query NAME gives the numbers behind it.",
		Empty: "none: no scans, floods, beacons, uploads, tunnels, address conflicts, clear-text logins or doubtful certificates",
		Data: document.Table{Columns: []document.Column{{Name: "severity", Unit: document.Severity}, {Name: "finding", Unit: document.Text}, {Name: "who", Unit: document.Text},
			{Name: "evidence", Unit: document.Text}, {Name: "first_time", Unit: document.Moment}, {Name: "last_time", Unit: document.Moment}, {Name: "query", Unit: document.Text}}},
	}
	for _, x := range f {
		s.Data.Rows = append(s.Data.Rows, []any{x.severity, x.name, x.who, x.evidence, moment(x.first), moment(x.last), x.query})
	}
	s.Shown.Columns = append(slices.Clone(s.Data.Columns[:4]), document.Column{Name: "first seen", Unit: document.Moment}, document.Column{Name: "query", Unit: document.Text})
	s.Shown.Rows = f.shown(top)
	return s
}

func moment(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}

// figure counts the findings.
func (f findings) figure() document.Figure {
	figure := document.Figure{Label: "Findings", Value: document.Thousands(int64(len(f))), Detail: "nothing to look at"}
	if len(f) == 0 {
		return figure
	}
	figure.Level = f[0].severity
	var parts []string
	for _, severity := range []string{"high", "medium", "low"} {
		n := 0
		for _, x := range f {
			if x.severity == severity {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	figure.Detail = strings.Join(parts, ", ")
	return figure
}
