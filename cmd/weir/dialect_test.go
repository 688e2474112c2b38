package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"weir/extract"
	"weir/extract/dialect"
	"weir/queries/output"
	"weir/warehouse"
)

// madeFlows are rows of flows with the columns that matter here: a TCP
// connection with all there is, a lone DNS query, an echo over IPv6, an ARP
// request and a frame without addresses. All other columns are null.
const madeFlows = `INSERT INTO made BY NAME SELECT * FROM (VALUES
	('00ff', 'c1', 'a.pcap', '10.0.0.1', '1.2.3.4', 40000, 443, 'tcp', 6, 4, 'tls', NULL, NULL, 7, '00:11:22:aa:bb:cc', NULL, 'fin', 'attack',
	 TIMESTAMPTZ '2026-11-22 13:05:09.123456+00', TIMESTAMPTZ '2026-11-22 13:05:11.623456+00', 2500000, 3, 2, 300, 5000, 100, 4000, 260, 4900,
	 'SF', 'ShADadFf', 'A,SA', 625000.5, 3, 1.5, 'TLS 1.3', 'h2', 'example.org', 1.6, 12345678.0, 0.00002, 60),
	('01ff', 'c2', 'b.pcap', 'fe80::1', '2001:db8::53', 40001, 53, 'udp', 17, 6, 'dns', NULL, NULL, NULL, NULL, NULL, 'idle', NULL,
	 TIMESTAMPTZ '2026-01-02 00:00:00+00', TIMESTAMPTZ '2026-01-02 00:00:00+00', 0, 1, 0, 80, 0, 32, 0, 80, 0,
	 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 32.0, NULL, 80),
	('02ff', 'c2', 'b.pcap', '2001:db8::1', '2001:db8::2', NULL, NULL, 'ipv6-icmp', 58, 6, NULL, 128, 0, NULL, NULL, 'gre', 'active', NULL,
	 TIMESTAMPTZ '2026-01-02 00:00:01+00', TIMESTAMPTZ '2026-01-02 00:00:02+00', 1000000, 1, 1, 90, 90, 8, 8, 70, 70,
	 NULL, NULL, NULL, 1e6, 1, 1, NULL, NULL, NULL, 1.0, 8.0, 0.0, 90),
	('03ff', 'c2', 'b.pcap', '10.0.0.1', '10.0.0.2', NULL, NULL, 'arp', NULL, NULL, NULL, NULL, NULL, NULL, '00:11:22:aa:bb:cc', NULL, 'eof', NULL,
	 TIMESTAMPTZ '2026-01-02 00:00:03+00', TIMESTAMPTZ '2026-01-02 00:00:03+00', 0, 1, 0, 60, 0, 0, 0, 0, 0,
	 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.0, NULL, 60),
	('04ff', 'c2', 'b.pcap', NULL, NULL, NULL, NULL, 'ethernet', NULL, NULL, NULL, NULL, NULL, NULL, '00:11:22:aa:bb:cc', NULL, 'eof', NULL,
	 TIMESTAMPTZ '2026-01-02 00:00:04+00', TIMESTAMPTZ '2026-01-02 00:00:04+00', 0, 1, 0, 60, 0, 0, 0, 0, 0,
	 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.0, NULL, 60)
) AS t(flow_uid, capture_id, source, src_ip, dst_ip, src_port, dst_port, protocol, protocol_number, ip_version, service, icmp_type, icmp_code, vlan_id, src_mac, tunnel, end_reason, label,
	start_time, end_time, duration_us, fwd_packets, bwd_packets, fwd_bytes, bwd_bytes, fwd_payload_bytes, bwd_payload_bytes, fwd_ip_bytes, bwd_ip_bytes,
	conn_state, history, tcp_flags, flow_iat_mean_us, fwd_bwd_packet_ratio, subflow_fwd_packets, tls_version, tls_alpn, tls_sni, packets_per_second, payload_len_mean, bwd_bulk_rate, frame_len_min)`

// derivedHere are columns that the view would add.
const derivedHere = `UPDATE made SET total_packets = fwd_packets + bwd_packets, total_bytes = fwd_bytes + bwd_bytes, duration_seconds = duration_us / 1e6,
	is_bidirectional = fwd_packets > 0 AND bwd_packets > 0,
	flow_id = concat(src_ip, '-', dst_ip, '-', src_port, '-', dst_port, '-', protocol_number)`

// inDialect returns the made flows in a format of a dialect.
func inDialect(t *testing.T, name string, format output.Format) string {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), extract.NewCatalogues().Tables(), warehouse.SessionOptions{Dialects: dialect.All()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, sql := range []string{"CREATE TABLE made AS FROM flows", madeFlows, derivedHere} {
		if err := s.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	d, err := dialect.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	q := output.Query{SQL: warehouse.DialectSQL(d, "(FROM made ORDER BY flow_uid)", true)}
	target := output.Target{Path: "-", Format: format, Stdout: &b, Options: output.Options{Dialect: d, Merged: true}}
	if _, err := output.Run(t.Context(), s, q, target); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDialectValues holds values of each spelling to what the tool would write
// of the same flow.
func TestDialectValues(t *testing.T) {
	const all = 5
	for _, c := range []struct {
		dialect string
		rows    int
		want    map[string][]string // by header, for as many rows as given
	}{
		{"nexus", all, map[string][]string{
			"flow_id": {"10.0.0.1:40000 <-> 1.2.3.4:443 (TCP)", "fe80::1:40001 <-> 2001:db8::53:53 (DNS)", "2001:db8::1 <-> 2001:db8::2 (IPV6-ICMP)",
				"10.0.0.1 <-> 10.0.0.2 (ARP)", "00:11:22:aa:bb:cc <->  (ETHERNET)"},
			"protocol": {"TCP", "DNS", "IPV6-ICMP", "ARP", "ETHERNET"}, "src_port": {"40000", "40001", "", "", ""}, "src_ip": {"10.0.0.1", "fe80::1", "2001:db8::1", "10.0.0.1", ""},
			"start_time": {"2026-11-22 13:05:09.123456", "2026-01-02 00:00:00.000000"}, "duration_seconds": {"2.5", "0.0"},
			"is_bidirectional": {"True", "False"}, "forward_backward_ratio": {"3.0", "0.0"}, "forward_bytes": {"300"}, "packets_per_second": {"1.6", "0.0"},
			"avg_inter_arrival_ms": {"625.0005", "0.0"}, "tcp_flags": {"A,SA", ""}, "connection_state": {"Closed", "Unknown", "Unknown"}, "source_file": {"a.pcap", "b.pcap"},
			"min_packet_size": {"60", "80"}, "syn_count": {"0", "0"}}},
		{"cic97", all, map[string][]string{
			"Flow ID":  {"10.0.0.1-1.2.3.4-40000-443-6", "fe80::1-2001:db8::53-40001-53-17"},
			"Protocol": {"TCP", "UDP", "IPV6-ICMP"}, "Timestamp": {"1795352709.123456", "1767312000.0"}, "Flow Duration": {"2500000.0", "0.0"},
			"Src Port": {"40000", "40001", "0"}, "HTTP Most Common Method": {"NONE"}, "HTTP Most Common Response Code": {"0"}, "TLS Most Common Version": {"TLS 1.3", "NONE"},
			"DNS Most Common Response Code": {"0"}, "Bwd Avg Bulk Rate": {"2e-05", "0.0"}, "Packet Length Mean": {"12345678.0", "32.0"}}},
		{"cic2017", all, map[string][]string{
			"Timestamp": {"22/11/2026 13:05:09", "02/01/2026 00:00:00"}, "Label": {"attack", "No Label"}, "Subflow Fwd Packets": {"1.5", "0"}, "Protocol": {"6", "17", "58", "0", "0"},
			"Packet Length Mean": {"12345678", "32"}, "Source IP": {"10.0.0.1", "fe80::1", "2001:db8::1", "10.0.0.1", ""}}},
		{"cic2018", all, map[string][]string{"Timestamp": {"22/11/2026 13:05:09"}, "Label": {"attack", "No Label"}, "Flow Pkts/s": {"1.6", "0"}}},
		{"cicflowmeter", all, map[string][]string{
			"Timestamp": {"22/11/2026 01:05:09 PM", "02/01/2026 12:00:00 AM"}, "Label": {"attack", "NeedManualLabel"}, "Packet Length Mean": {"1.2345678E7", "32.0"},
			"Bwd Bulk Rate Avg": {"2.0E-5", "0.0"}, "Flow Duration": {"2500000", "0"}, "Total Length of Fwd Packet": {"100.0", "32.0"}}},
		{"cicflowmeter-py", all, map[string][]string{"timestamp": {"2026-11-22 13:05:09"}, "flow_duration": {"2.5", "0.0"}, "flow_iat_mean": {"0.6250005", "0.0"}}},
		{"nfstream", 3, map[string][]string{
			"id": {"0", "1", "2"}, "expiration_id": {"0", "0", "1"}, "src_oui": {"00:11:22", ""}, "tunnel_id": {"0", "0", ""}, "vlan_id": {"7", "0"},
			"bidirectional_first_seen_ms": {"1795352709123"}, "bidirectional_duration_ms": {"2500", "0"}, "application_name": {"TLS", "DNS", "Unknown"},
			"requested_server_name": {"example.org", ""}, "bidirectional_mean_piat_ms": {"625.0005", "0.0"}}},
	} {
		r := csv.NewReader(strings.NewReader(inDialect(t, c.dialect, output.CSV)))
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", c.dialect, err)
		}
		if len(records) != c.rows+1 {
			t.Fatalf("%s: %d rows, want %d", c.dialect, len(records)-1, c.rows)
		}
		at := map[string]int{}
		for i, h := range records[0] {
			at[h] = i
		}
		for header, want := range c.want {
			i, ok := at[header]
			if !ok {
				t.Fatalf("%s has no %q", c.dialect, header)
			}
			for row, w := range want {
				if got := records[row+1][i]; got != w {
					t.Errorf("%s: %q of flow %d is %q, want %q", c.dialect, header, row, got, w)
				}
			}
		}
	}
}

// TestZeekLog holds conn.log to the form that Zeek writes.
func TestZeekLog(t *testing.T) {
	want := strings.Join([]string{
		`#separator \x09`, "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn", "#open\t2026-11-22-13-05-09",
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp" +
			"\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\tip_proto\tcommunity_id",
		"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\tcount\tstring",
		"1795352709.123456\tC00ff\t10.0.0.1\t40000\t1.2.3.4\t443\ttcp\tssl\t2.500000\t100\t4000\tSF\tT\tF\t-\tShADadFf\t3\t260\t2\t4900\t-\t6\t-",
		"1767312000.000000\tC01ff\tfe80::1\t40001\t2001:db8::53\t53\tudp\tdns\t-\t-\t-\tS0\tT\tF\t-\tD\t1\t80\t0\t0\t-\t17\t-",
		"1767312001.000000\tC02ff\t2001:db8::1\t128\t2001:db8::2\t0\ticmp\t-\t1.000000\t8\t8\tOTH\tF\tF\t-\t-\t1\t70\t1\t70\t-\t58\t-",
		"#close\t2026-11-22-13-05-09", "",
	}, "\n")
	if got := inDialect(t, "zeek", output.TSV); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	// As JSON, Zeek keeps the dots in names and leaves out what is unset.
	var row map[string]any
	if err := json.NewDecoder(strings.NewReader(inDialect(t, "zeek", output.NDJSON))).Decode(&row); err != nil {
		t.Fatal(err)
	}
	if _, set := row["missed_bytes"]; set || row["id.orig_h"] != "10.0.0.1" || row["ts"] != 1795352709.123456 || row["local_orig"] != true {
		t.Errorf("as JSON: %v", row)
	}
}

// TestECS holds a flow to the objects of the Elastic Common Schema.
func TestECS(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(inDialect(t, "ecs", output.NDJSON)), "\n")
	want := `{"@timestamp":"2026-11-22T13:05:09.123456Z","ecs":{"version":"8.11.0"},` +
		`"event":{"action":"network_flow","category":["network"],"dataset":"weir.flows","duration":2500000000,"end":"2026-11-22T13:05:11.623456Z",` +
		`"id":"00ff","kind":"event","module":"weir","reason":"fin","start":"2026-11-22T13:05:09.123456Z","type":["connection","end"]},` +
		`"source":{"bytes":300,"ip":"10.0.0.1","mac":"00-11-22-AA-BB-CC","packets":3,"port":40000},"destination":{"bytes":5000,"domain":"example.org","ip":"1.2.3.4","packets":2,"port":443},` +
		`"network":{"bytes":5300,"iana_number":"6","packets":5,"protocol":"tls","transport":"tcp","type":"ipv4","vlan":{"id":"7"}},` +
		`"labels":{"capture_id":"c1","capture":"a.pcap","traffic":"attack"},` +
		`"tls":{"client":{"server_name":"example.org"},"next_protocol":"h2","version":"1.3","version_protocol":"tls"}}`
	if lines[0] != want {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
	if len(lines) != 5 || strings.Contains(lines[3], "transport") || !strings.Contains(lines[2], `"type":["connection"]}`) {
		t.Errorf("other flows: %s", strings.Join(lines[1:], "\n"))
	}
}
