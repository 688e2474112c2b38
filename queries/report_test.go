package queries

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weir/queries/document"
	"weir/warehouse"
)

// reported returns a session with one capture and these flows:
//
//	u1 tcp  10.0.0.1 → 10.0.0.2:80    2+1 packets  200+1000 bytes  http  23:59:59, SF, RTT 3 ms
//	u2 udp  10.0.0.1 → 10.0.0.3:53    1+1           80+120         dns   00:00:00
//	u3 tcp  10.0.0.2 → 10.0.0.1:443   5+0          500+0           tls   00:00:01, S0
//	u4 icmp 10.0.0.4 → 10.0.0.4       1+0           60+0                 00:00:02
//	u5 ethernet, no addresses         1+0           60+0                 00:00:34
//
// a DNS exchange, an HTTP request and a TLS handshake, whose texts are hostile.
func reported(t *testing.T) *warehouse.Session {
	t.Helper()
	s := memory(t)
	for _, sql := range []string{
		`INSERT INTO flows BY NAME SELECT *, start_time AS end_time, 0 AS duration_us, 0 AS fwd_rst_packets, 0 AS bwd_rst_packets, 0 AS fwd_retransmitted_packets, 0 AS bwd_retransmitted_packets,
			0 AS fwd_out_of_order_packets, 0 AS bwd_out_of_order_packets, 0 AS fwd_zero_window_packets, 0 AS bwd_zero_window_packets FROM (VALUES
			('u1', '10.0.0.1', '10.0.0.2', 80, 'tcp', 'http', TIMESTAMPTZ '2026-11-22 23:59:59+00', 2, 200, 1, 1000, 'fin', 'SF', 3000),
			('u2', '10.0.0.1', '10.0.0.3', 53, 'udp', 'dns', TIMESTAMPTZ '2026-11-23 00:00:00+00', 1, 80, 1, 120, 'idle', NULL, NULL),
			('u3', '10.0.0.2', '10.0.0.1', 443, 'tcp', 'tls', TIMESTAMPTZ '2026-11-23 00:00:01+00', 5, 500, 0, 0, 'eof', 'S0', NULL),
			('u4', '10.0.0.4', '10.0.0.4', NULL, 'icmp', NULL, TIMESTAMPTZ '2026-11-23 00:00:02+00', 1, 60, 0, 0, 'eof', NULL, NULL),
			('u5', NULL, NULL, NULL, 'ethernet', NULL, TIMESTAMPTZ '2026-11-23 00:00:34+00', 1, 60, 0, 0, 'eof', NULL, NULL)
			) AS f(flow_uid, src_ip, dst_ip, dst_port, protocol, service, start_time, fwd_packets, fwd_bytes, bwd_packets, bwd_bytes, end_reason, conn_state, handshake_rtt_us)`,
		`INSERT INTO dns BY NAME SELECT TIMESTAMPTZ '2026-11-23 00:00:00+00' AS time, 'u2' AS flow_uid, '10.0.0.1' AS src_ip, '10.0.0.3' AS dst_ip, E'</script>\x1b[31m.example' AS query, 'NXDOMAIN' AS rcode, 250000 AS rtt_us`,
		`INSERT INTO http BY NAME SELECT TIMESTAMPTZ '2026-11-22 23:59:59+00' AS time, 'u1' AS flow_uid, '10.0.0.1' AS src_ip, '10.0.0.2' AS dst_ip, 'POST' AS method, '<img src=x onerror=alert(1)>' AS host,
			'/login?password=secret' AS uri, 'a|b' AS user_agent, 20 AS request_bytes, 503 AS status, 900 AS response_bytes, 1500000 AS latency_us`,
		`INSERT INTO tls BY NAME SELECT TIMESTAMPTZ '2026-11-23 00:00:01+00' AS time, '10.0.0.2' AS src_ip, '10.0.0.1' AS dst_ip, 'TLS 1.0' AS version, 'TLS_RSA_WITH_RC4_128_SHA' AS cipher, '"><b>' AS sni,
			'CN=a' AS subject, 'CN=a' AS issuer, TIMESTAMPTZ '2020-01-01 00:00:00+00' AS not_before, TIMESTAMPTZ '2026-11-01 00:00:00+00' AS not_after, 'ab' AS certificate_sha256`,
		`CREATE OR REPLACE TABLE captures AS SELECT 'id1' AS capture_id, 2500 AS file_bytes, 15 AS packets, 2160 AS bytes, 5 AS flows, TIMESTAMPTZ '2026-11-22 23:59:59+00' AS first_time,
			TIMESTAMPTZ '2026-11-23 00:01:29+00' AS last_time, 12 AS packets_in_flows, 0 AS rejected_truncated, 3 AS rejected_malformed, 0 AS rejected_unsupported_link, 0 AS rejected_not_data`,
	} {
		if err := s.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// sections returns the JSON of a report by its keys.
func sections(t *testing.T, d *document.Document) map[string]string {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for name, part := range raw {
		parts[name] = string(part)
	}
	return parts
}

func TestReportFigures(t *testing.T) {
	d, err := MakeReport(t.Context(), reported(t), ReportOptions{Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	got := sections(t, d)
	// 200+1000 + 80+120 + 500 + 60 + 60 = 2020 bytes of 3+2+5+1+1 = 12 packets between four addresses.
	// 10.0.0.1 sent 200 + 80 and received 1000 + 120 + 500 of 1700; 10.0.0.2 the rest of u1 and u3.
	for name, want := range map[string]string{
		"captures": `{"captures":1,"file_bytes":2500,"packets":15,"bytes":2160,"packets_in_flows":12,"rejected_truncated":0,"rejected_malformed":3,"rejected_unsupported_link":0,"rejected_not_data":0,` +
			`"first_time":"2026-11-22T23:59:59Z","last_time":"2026-11-23T00:01:29Z"}`,
		"flows": `{"flows":5,"packets":12,"bytes":2020,"hosts":4}`,
		"protocols": `[{"protocol":"tcp","flows":2,"packets":8,"bytes":1700,"bytes_percent":84.16},{"protocol":"udp","flows":1,"packets":2,"bytes":200,"bytes_percent":9.9},` +
			`{"protocol":"ethernet","flows":1,"packets":1,"bytes":60,"bytes_percent":2.97},{"protocol":"icmp","flows":1,"packets":1,"bytes":60,"bytes_percent":2.97}]`,
		"top_talkers": `[{"ip":"10.0.0.1","flows":3,"peers":2,"packets":10,"sent_bytes":280,"received_bytes":1620},{"ip":"10.0.0.2","flows":2,"peers":1,"packets":8,"sent_bytes":1500,"received_bytes":200}]`,
		"top_ports":   `[{"port":80,"protocol":"tcp","flows":1,"packets":3,"bytes":1200},{"port":443,"protocol":"tcp","flows":1,"packets":5,"bytes":500}]`,
		"end_reasons": `[{"end_reason":"eof","flows":3,"packets":7,"bytes":620},{"end_reason":"fin","flows":1,"packets":3,"bytes":1200},{"end_reason":"idle","flows":1,"packets":2,"bytes":200}]`,
		"tcp_totals": `[{"flows":2,"packets":8,"retransmitted_packets":0,"retransmitted_percent":0,"out_of_order_packets":0,"zero_window_packets":0,"reset_flows":0,"refused_flows":0,"unanswered_flows":1,` +
			`"handshakes":1,"median_rtt_us":3000,"p95_rtt_us":3000}]`,
		"rejected": `[{"reason":"malformed","packets":3}]`,
		// 35 seconds make 36 buckets of a second, of which those with flows are told.
		"timeline": `[{"bucket":"2026-11-22T23:59:59Z","protocol":"tcp","flows":1,"packets":3,"bytes":1200},{"bucket":"2026-11-23T00:00:00Z","protocol":"udp","flows":1,"packets":2,"bytes":200},` +
			`{"bucket":"2026-11-23T00:00:01Z","protocol":"tcp","flows":1,"packets":5,"bytes":500},{"bucket":"2026-11-23T00:00:02Z","protocol":"icmp","flows":1,"packets":1,"bytes":60},` +
			`{"bucket":"2026-11-23T00:00:34Z","protocol":"ethernet","flows":1,"packets":1,"bytes":60}]`,
		"findings": `[{"severity":"medium","finding":"clear-text login","who":"10.0.0.1 → 10.0.0.2","evidence":"credential in the target: POST \u003cimg src=x onerror=alert(1)\u003e/login?password=***",` +
			`"first_time":"2026-11-22T23:59:59Z","last_time":"2026-11-22T23:59:59Z","query":"clear_text_logins"},` +
			`{"severity":"low","finding":"certificate","who":"10.0.0.1","evidence":"expired (2020-01-01 00:00:00 to 2026-11-01 00:00:00), self-signed: CN=a",` +
			`"first_time":"2026-11-23T00:00:01Z","last_time":"2026-11-23T00:00:01Z","query":"certificates"}]`,
	} {
		if got[name] != want {
			t.Errorf("%s\n got: %s\nwant: %s", name, got[name], want)
		}
	}
	for name, part := range map[string]string{"slow_requests": `"latency_us":1500000`, "slow_resolvers": `"slow":true`, "tls_versions": `"outdated":true`, "nxdomain_clients": `"missing":1`} {
		if !strings.Contains(got[name], part) {
			t.Errorf("%s lacks %s: %s", name, part, got[name])
		}
	}
}

func TestReportText(t *testing.T) {
	d, err := MakeReport(t.Context(), reported(t), ReportOptions{Title: "Mine", Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := d.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"Mine\n\n  captures      1 (2.50 kB)\n",
		"  time span     2026-11-22 23:59:59 to 2026-11-23 00:01:29 UTC (1 min 30 s)\n",
		"  packets       15 (2.16 kB on the wire)\n",
		"  flows         5 (12 packets, 2.02 kB)\n",
		"  hosts         4\n",
		"  not in flows  3 malformed\n",
		"Top talkers\n  address   flows  packets     sent  received   share\n  10.0.0.1      3       10    280 B   1.62 kB  94.1 %\n",
		"  80/tcp       1        3  1.20 kB  59.4 %\n",
		"  eof             3        7    620 B          60.0 %\n",
		"\nDNS: names asked for\n",
		`  </script>\x1b[31m.example  `,
		"  10.0.0.3  udp              1       0.0 %  250 ms  250 ms  yes\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("the text lacks %q:\n%s", line, b.String())
		}
	}
}

func TestReportOfATime(t *testing.T) {
	at := func(text string) time.Time {
		x, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	d, err := MakeReport(t.Context(), reported(t), ReportOptions{From: at("2026-11-23T00:00:00Z"), To: at("2026-11-23T00:00:02Z")})
	if err != nil {
		t.Fatal(err)
	}
	got := sections(t, d)
	if want := `{"flows":2,"packets":7,"bytes":700,"hosts":3}`; got["flows"] != want {
		t.Errorf("flows %s, want %s", got["flows"], want)
	}
	if want := `{"from":"2026-11-23T00:00:00Z","to":"2026-11-23T00:00:02Z"}`; got["range"] != want {
		t.Errorf("range %s, want %s", got["range"], want)
	}
	if got["web_hosts"] != "[]" || got["dns_names"] == "[]" || !strings.HasPrefix(got["captures"], `{"captures":1,`) {
		t.Errorf("HTTP %s, DNS %s, captures %s", got["web_hosts"], got["dns_names"], got["captures"])
	}
	if d.Period != "2026-11-23 00:00:00 to 2026-11-23 00:00:02 UTC (2.00 s)" {
		t.Error(d.Period)
	}
	d, err = MakeReport(t.Context(), reported(t), ReportOptions{From: at("2027-01-01T00:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	if got := sections(t, d); !strings.HasPrefix(got["captures"], `{"captures":0,`) || got["range"] != `{"from":"2027-01-01T00:00:00Z","to":null}` || d.Period != "no packets" {
		t.Errorf("captures %s, range %s, period %s", got["captures"], got["range"], d.Period)
	}
}

func TestReportFindsScans(t *testing.T) {
	s := memory(t)
	err := s.Exec(t.Context(), `INSERT INTO flows BY NAME SELECT '10.0.0.6' AS src_ip, '10.0.0.2' AS dst_ip, i AS dst_port, 'tcp' AS protocol, 'S0' AS conn_state, 1 AS syn_only_packets,
		TIMESTAMPTZ '2026-11-22 10:00:00+00' AS start_time, start_time AS end_time, 1 AS fwd_packets, 60 AS fwd_bytes FROM range(1, 601) AS r(i)`)
	if err == nil {
		err = s.Exec(t.Context(), `CREATE OR REPLACE TABLE captures AS SELECT 0 AS file_bytes, 600 AS packets, 36000 AS bytes, 600 AS packets_in_flows, 0 AS rejected_truncated, 0 AS rejected_malformed,
			0 AS rejected_unsupported_link, 0 AS rejected_not_data, TIMESTAMPTZ '2026-11-22 10:00:00+00' AS first_time, first_time AS last_time`)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := MakeReport(t.Context(), s, ReportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Sections[0].Name != "timeline" || d.Sections[1].Name != "findings" {
		t.Fatalf("the report begins with %s and %s, not with the overview and the findings", d.Sections[0].Name, d.Sections[1].Name)
	}
	var scan []any
	for _, x := range d.Sections[1].Shown.Rows {
		if x[1] == "port scan" {
			scan = x
		}
	}
	if len(scan) == 0 || scan[0] != "high" || scan[2] != "10.0.0.6 → 10.0.0.2" || scan[3] != "600 of 600 tcp ports failed (1 to 600)" {
		t.Errorf("the scan is %v", scan)
	}
	if f := d.Figures[len(d.Figures)-1]; f.Label != "Findings" || f.Level != "high" {
		t.Errorf("figure %+v", f)
	}
}

func TestReportOfNothing(t *testing.T) {
	s := memory(t)
	if err := s.Exec(t.Context(), `CREATE OR REPLACE TABLE captures AS SELECT 0 AS file_bytes, 0 AS packets, 0 AS bytes, 0 AS packets_in_flows, 0 AS rejected_truncated, 0 AS rejected_malformed,
		0 AS rejected_unsupported_link, 0 AS rejected_not_data, NULL::TIMESTAMPTZ AS first_time, NULL::TIMESTAMPTZ AS last_time WHERE false`); err != nil {
		t.Fatal(err)
	}
	d, err := MakeReport(t.Context(), s, ReportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var text, page strings.Builder
	if err := d.WriteText(&text); err != nil || !strings.Contains(text.String(), "no packets") || !strings.Contains(text.String(), "Top ports\n  none\n") {
		t.Errorf("%v\n%s", err, text.String())
	}
	if err := d.WriteHTML(&page); err != nil || strings.Contains(page.String(), "<canvas") || strings.Contains(page.String(), ">DNS<") {
		t.Errorf("an empty page has charts or chapters: %v", err)
	}
}

func TestReportNamesTheColumnThatAQueryLacks(t *testing.T) {
	a := &answer{query: "floods", Table: document.Table{Columns: []document.Column{{Name: "x", Unit: document.Text}}, Rows: [][]any{{"1"}}}}
	if got := a.each()[0].text("y"); got != "" || a.complete() == nil || a.complete().Error() != "query floods has no column y" {
		t.Errorf("%q, %v", got, a.complete())
	}
}

// TestReportColumns holds what the report shows to the columns of the queries.
func TestReportColumns(t *testing.T) {
	s := memory(t)
	r := reporter{session: s}
	if err := r.load(); err != nil {
		t.Fatal(err)
	}
	for _, h := range reportHunts() {
		a, err := r.ask(t.Context(), h.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		a.Rows = append(a.Rows, make([]any, len(a.Columns)))
		findingsOf([]hunt{h}, []*answer{a})
		if err := a.complete(); err != nil {
			t.Error(err)
		}
	}
	h := &headline{flows: answerRow{of: &answer{}}}
	for _, section := range reportSections() {
		if section.query == "timeline" {
			continue
		}
		a, err := r.ask(t.Context(), section.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		a.Rows = append(a.Rows, make([]any, len(a.Columns)), make([]any, len(a.Columns)))
		section.made(a, h, 10)
		if err := a.complete(); err != nil {
			t.Error(err)
		}
	}
}

func TestReportBuckets(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for span, want := range map[time.Duration]string{0: "100ms", 10 * time.Second: "1000ms", 99 * time.Second: "1000ms", 100 * time.Second: "5000ms", 24 * time.Hour: "30m",
		90 * 24 * time.Hour: "1440m", 136 * 365 * 24 * time.Hour: "1051200m"} {
		h := &headline{flows: answerRow{&answer{Table: document.Table{Columns: []document.Column{{Name: "first_start"}, {Name: "last_start"}}}}, []any{at, at.Add(span)}}}
		if got := spanText(h.bucket()); got != want {
			t.Errorf("%s: buckets of %s, want %s", span, got, want)
		}
		if n := span / h.bucket(); n > 100 {
			t.Errorf("%s: %d buckets", span, n)
		}
	}
}
