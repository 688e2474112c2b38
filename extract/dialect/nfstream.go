package dialect

import (
	"fmt"

	"weir/warehouse/schema"
)

// nfstream is the spelling of NFStream with statistical_analysis on, sizes
// being those of frames (accounting_mode 0). It leaves out
//
//	src2dst_first_seen_ms, src2dst_last_seen_ms,   flows keep the times of both
//	dst2src_first_seen_ms, dst2src_last_seen_ms    directions together
//	application_category_name,                     words of nDPI's own; we name a
//	application_confidence                         service or none
//	splt_*, udps.*, system_*                       off unless asked for
//
// tunnel_id counts kinds of tunnels as NFStream does: 0 none, 1 GTP; it is null
// for those that it has no number for. Inter-arrival times are whole
// milliseconds, as its clock is, but for mean and deviation. The application is
// our service in capitals, or Unknown.
func nfstream() *schema.Dialect {
	return &schema.Dialect{Name: "nfstream", Table: "flows", Text: schema.Python, Rows: "ip_version IS NOT NULL",
		Doc:       "NFStream's to_csv with statistics: IP flows only; without the times of single directions and nDPI's categories.",
		Spellings: append(append(nfstreamIdentity(), nfstreamStatistics()...), nfstreamApplication()...)}
}

func nfstreamIdentity() []spelling {
	rows := []spelling{
		derive("id", schema.Int64, "row_number() OVER () - 1", "ip_version"),
		derive("expiration_id", schema.Int64, "CASE WHEN end_reason = 'active' THEN 1 ELSE 0 END", "end_reason"),
	}
	for _, end := range []string{"src", "dst"} {
		rows = append(rows,
			text(end+"_ip", end+"_ip"),
			text(end+"_mac", end+"_mac"),
			derive(end+"_oui", schema.Text, fmt.Sprintf("coalesce(%s_mac[1:8], '')", end), end+"_mac"),
			whole(end+"_port", end+"_port"),
		)
	}
	return append(rows,
		whole("protocol", "protocol_number"),
		whole("ip_version", "ip_version"),
		whole("vlan_id", "vlan_id"),
		derive("tunnel_id", schema.Int64, "CASE WHEN tunnel IS NULL THEN 0 WHEN tunnel = 'gtpu' THEN 1 END", "tunnel"),
		derive("bidirectional_first_seen_ms", schema.Int64, "epoch_ms(start_time)", "start_time"),
		derive("bidirectional_last_seen_ms", schema.Int64, "epoch_ms(end_time)", "end_time"),
		derive("bidirectional_duration_ms", schema.Int64, "duration_us // 1000", "duration_us"),
		whole("bidirectional_packets", "total_packets"),
		whole("bidirectional_bytes", "total_bytes"),
		wholeMS("src2dst_duration_ms", "fwd_iat_total_us"),
		whole("src2dst_packets", "fwd_packets"),
		whole("src2dst_bytes", "fwd_bytes"),
		wholeMS("dst2src_duration_ms", "bwd_iat_total_us"),
		whole("dst2src_packets", "bwd_packets"),
		whole("dst2src_bytes", "bwd_bytes"),
	)
}

// nfstreamWays are the directions as NFStream and as our columns call them.
func nfstreamWays() [][3]string {
	return [][3]string{{"bidirectional_", "", "flow_"}, {"src2dst_", "fwd_", "fwd_"}, {"dst2src_", "bwd_", "bwd_"}}
}

func nfstreamStatistics() []spelling {
	var rows []spelling
	for _, w := range nfstreamWays() {
		rows = append(rows,
			whole(w[0]+"min_ps", w[1]+"frame_len_min"),
			float(w[0]+"mean_ps", w[1]+"frame_len_mean"),
			float(w[0]+"stddev_ps", w[1]+"frame_len_std"),
			whole(w[0]+"max_ps", w[1]+"frame_len_max"),
		)
	}
	for _, w := range nfstreamWays() {
		rows = append(rows,
			wholeMS(w[0]+"min_piat_ms", w[2]+"iat_min_us"),
			milliseconds(w[0]+"mean_piat_ms", w[2]+"iat_mean_us"),
			milliseconds(w[0]+"stddev_piat_ms", w[2]+"iat_std_us"),
			wholeMS(w[0]+"max_piat_ms", w[2]+"iat_max_us"),
		)
	}
	for _, w := range nfstreamWays() {
		for _, flag := range []string{"syn", "cwr", "ece", "urg", "ack", "psh", "rst", "fin"} {
			rows = append(rows, whole(w[0]+flag+"_packets", w[1]+flag+"_packets"))
		}
	}
	return rows
}

func nfstreamApplication() []spelling {
	return []spelling{
		derive("application_name", schema.Text, "coalesce(upper(service), 'Unknown')", "service"),
		derive("application_is_guessed", schema.Int64, "0"),
		derive("requested_server_name", schema.Text, "coalesce(tls_sni, http_host, dns_query, '')", "tls_sni", "http_host", "dns_query"),
		text("client_fingerprint", "ja3"),
		text("server_fingerprint", "ja3s"),
		text("user_agent", "http_user_agent"),
		text("content_type", "http_content_type"),
	}
}

// wholeMS spells a column of microseconds in whole milliseconds, rounded down,
// null as 0.
func wholeMS(header, column string) spelling {
	return derive(header, schema.Int64, fmt.Sprintf("coalesce(%s, 0) // 1000", column), column)
}
