package queries

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/queries/output"
	"weir/warehouse"
	"weir/warehouse/schema"
)

func tables() []*schema.Table {
	text := func(name string) schema.Column { return schema.Column{Name: name, Type: schema.Text, Nullable: true} }
	number := func(name string) schema.Column { return schema.Column{Name: name, Type: schema.Int64} }
	moment := func(name string) schema.Column {
		return schema.Column{Name: name, Type: schema.Timestamp, Nullable: true}
	}
	flows := &schema.Table{Name: "flows", Columns: []schema.Column{text("flow_uid"), text("src_ip"), text("dst_ip"), number("dst_port"),
		text("protocol"), text("service"), {Name: "date", Type: schema.Date}, moment("start_time"), number("fwd_packets"), number("fwd_bytes"),
		number("bwd_packets"), number("bwd_bytes"), text("end_reason"), text(`odd "name"; --`)}}
	captures := &schema.Table{Name: "captures", Columns: []schema.Column{text("capture_id"), text("source"), number("file_bytes"), number("packets"),
		number("bytes"), number("flows"), moment("first_time"), moment("last_time"), number("packets_in_flows"), number("rejected_truncated"),
		number("rejected_malformed"), number("rejected_unsupported_link"), number("rejected_not_data"), moment("ingested_at")}}
	return []*schema.Table{flows, captures}
}

// filled returns a session whose tables hold six flows of one capture:
//
//	u1 tcp  10.0.0.1 → 10.0.0.2:80    2+1 packets  200+1000 bytes  22nd 23:59:59
//	u2 udp  10.0.0.1 → 10.0.0.3:53    1+1           80+120   dns   23rd 00:00:00
//	u3 tcp  10.0.0.2 → 10.0.0.1:443   5+0          500+0           23rd 00:00:01
//	u4 icmp 10.0.0.4 → 10.0.0.4       1+0           60+0           23rd 00:00:02
//	u5 ipv6-icmp fe80::1 → fe80::2    1+0           70+0           23rd 00:00:03
//	u6 ethernet, no addresses         1+0           60+0           23rd 00:00:04
func filled(t *testing.T) *warehouse.Session {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), tables(), warehouse.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, sql := range []string{`CREATE OR REPLACE VIEW flows AS SELECT * REPLACE (CAST(start_time AS DATE) AS date),
		CASE protocol WHEN 'tcp' THEN 6 WHEN 'udp' THEN 17 WHEN 'icmp' THEN 1 WHEN 'ipv6-icmp' THEN 58 END AS protocol_number FROM (VALUES
		('u1', '10.0.0.1', '10.0.0.2', 80, 'tcp', NULL, NULL::DATE, TIMESTAMPTZ '2026-11-22 23:59:59+00', 2, 200, 1, 1000, 'fin', 'x'),
		('u2', '10.0.0.1', '10.0.0.3', 53, 'udp', 'dns', NULL, TIMESTAMPTZ '2026-11-23 00:00:00+00', 1, 80, 1, 120, 'idle', '../x'),
		('u3', '10.0.0.2', '10.0.0.1', 443, 'tcp', 'tls', NULL, TIMESTAMPTZ '2026-11-23 00:00:01+00', 5, 500, 0, 0, 'eof', NULL),
		('u4', '10.0.0.4', '10.0.0.4', NULL, 'icmp', NULL, NULL, TIMESTAMPTZ '2026-11-23 00:00:02+00', 1, 60, 0, 0, 'eof', 'x'),
		('u5', 'fe80::1', 'fe80::2', NULL, 'ipv6-icmp', NULL, NULL, TIMESTAMPTZ '2026-11-23 00:00:03+00', 1, 70, 0, 0, 'eof', ''),
		('u6', NULL, NULL, NULL, 'ethernet', NULL, NULL, TIMESTAMPTZ '2026-11-23 00:00:04+00', 1, 60, 0, 0, 'eof', 'it''s')
		) AS t(flow_uid, src_ip, dst_ip, dst_port, protocol, service, date, start_time, fwd_packets, fwd_bytes, bwd_packets, bwd_bytes, end_reason, "odd ""name""; --")`,
		`CREATE OR REPLACE VIEW captures AS SELECT 'id1' AS capture_id, E'a\x1b.pcap' AS source, 2500 AS file_bytes, 15 AS packets, 2160 AS bytes, 6 AS flows,
			TIMESTAMPTZ '2026-11-22 23:59:59+00' AS first_time, TIMESTAMPTZ '2026-11-23 00:01:29+00' AS last_time, 14 AS packets_in_flows, 0 AS rejected_truncated,
			1 AS rejected_malformed, 0 AS rejected_unsupported_link, 0 AS rejected_not_data, TIMESTAMPTZ '2026-11-23 08:00:00+00' AS ingested_at`} {
		if err := s.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestExportChooses(t *testing.T) {
	s := filled(t)
	at := func(text string) time.Time {
		x, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for name, c := range map[string]struct {
		export Export
		want   string
	}{
		"all":              {Export{}, "u1 u2 u3 u4 u5 u6"},
		"where":            {Export{Where: "dst_port = 53 OR dst_port = 80 -- or so"}, "u1 u2"},
		"where is grouped": {Export{Where: "dst_port = 53 OR dst_port = 80", Protocols: []string{"tcp"}}, "u1"},
		"icmp is both":     {Export{Protocols: []string{"icmp"}}, "u4 u5"},
		"dns is content":   {Export{Protocols: []string{"dns", "ethernet"}}, "u2 u6"},
		"all protocols":    {Export{Protocols: []string{"tcp", "all"}}, "u1 u2 u3 u4 u5 u6"},
		"numbers":          {Export{Protocols: []string{"58", "6"}}, "u1 u3 u5"},
		"case":             {Export{Protocols: []string{" TCP"}}, "u1 u3"},
		"service":          {Export{Services: []string{"tls"}}, "u3"},
		"injection":        {Export{Protocols: []string{"x') OR ('1'='1"}}, ""},
		"from included":    {Export{From: at("2026-11-23T00:00:03Z")}, "u5 u6"},
		"to excluded":      {Export{To: at("2026-11-23T01:00:01+01:00")}, "u1 u2"},
		"within":           {Export{From: at("2026-11-23T00:00:00Z"), To: at("2026-11-23T00:00:00.000001Z")}, "u2"},
		"largest":          {Export{Limit: 2}, "u1 u3"},
		"ties by time":     {Export{Limit: 2, Where: "fwd_bytes = 60"}, "u4 u6"},
	} {
		export := c.export
		export.Columns = []string{"flow_uid"}
		var b bytes.Buffer
		written, err := export.Run(t.Context(), s, output.Target{Path: "-", Format: output.CSV, Stdout: &b})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		lines := strings.Fields(b.String())[1:]
		if got := strings.Join(lines, " "); got != c.want || written[0].Rows != int64(len(lines)) {
			t.Errorf("%s: got %q of %d rows, want %q", name, got, written[0].Rows, c.want)
		}
	}
	for _, bad := range []Export{{Columns: []string{"flow_uid; DROP VIEW flows"}}, {SplitBy: "nothing"}, {Where: "1 = 1) UNION SELECT 1; SELECT (1"}, {Where: "src_port = "}} {
		if _, err := bad.Run(t.Context(), s, output.Target{Path: "-", Format: output.CSV, Stdout: &bytes.Buffer{}}); err == nil {
			t.Errorf("%+v is no error", bad)
		}
	}
}

func TestExportSplits(t *testing.T) {
	s := filled(t)
	for name, c := range map[string]struct {
		export Export
		want   map[string]string
	}{
		"protocol": {Export{SplitBy: "protocol"}, map[string]string{"out_tcp.csv": "u1 u3", "out_dns.csv": "u2", "out_icmp.csv": "u4", "out_ipv6-icmp.csv": "u5", "out_ethernet.csv": "u6"}},
		"date":     {Export{SplitBy: "date"}, map[string]string{"out_2026-11-22.csv": "u1", "out_2026-11-23.csv": "u2 u3 u4 u5 u6"}},
		"number":   {Export{SplitBy: "dst_port", Limit: 3}, map[string]string{"out_53.csv": "u2", "out_80.csv": "u1", "out_443.csv": "u3"}},
		"hostile":  {Export{SplitBy: `odd "name"; --`}, map[string]string{"out_x.csv": "u1 u4", "out_.._x.csv": "u2", "out_null.csv": "u3", "out_empty.csv": "u5", "out_it_s.csv": "u6"}},
	} {
		dir := t.TempDir()
		c.export.Columns = []string{"flow_uid"}
		written, err := c.export.Run(t.Context(), s, output.Target{Path: filepath.Join(dir, "out.csv"), Format: output.CSV})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(written) != len(c.want) {
			t.Errorf("%s: written %+v", name, written)
		}
		for file, want := range c.want {
			data, err := os.ReadFile(filepath.Join(dir, file))
			if got := strings.Join(strings.Fields(string(data)), " "); err != nil || got != "flow_uid "+want {
				t.Errorf("%s, %s: %q, want %q, %v", name, file, got, want, err)
			}
		}
	}
}

func TestStatusText(t *testing.T) {
	status, err := MakeStatus(t.Context(), filled(t))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := status.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `a\x1b.pcap  id1  2026-11-23 08:00:00       15      6`) {
		t.Error(b.String())
	}
}
