package dialect

import "weir/warehouse/schema"

// States and histories that Zeek gives flows without connections: of UDP, who
// has sent; D and d where packets went. TCP has columns of its own.
const (
	zeekState = `CASE protocol
	WHEN 'tcp' THEN conn_state
	WHEN 'udp' THEN CASE WHEN fwd_packets > 0 AND bwd_packets > 0 THEN 'SF' WHEN fwd_packets > 0 THEN 'S0' WHEN bwd_packets > 0 THEN 'SHR' ELSE 'OTH' END
	ELSE 'OTH' END`
	zeekHistory = `CASE protocol
	WHEN 'tcp' THEN nullif(history, '')
	WHEN 'udp' THEN concat(CASE WHEN fwd_packets > 0 THEN 'D' END, CASE WHEN bwd_packets > 0 THEN 'd' END) END`
	zeekProto = `CASE WHEN protocol IN ('tcp', 'udp') THEN protocol
	WHEN protocol IN ('icmp', 'ipv6-icmp') THEN 'icmp' ELSE 'unknown_transport' END`
	zeekService = "CASE service WHEN 'tls' THEN 'ssl' ELSE service END"
)

// zeek is the spelling of Zeek's conn.log. The columns ip_proto and
// community_id are those of newer releases and of the script
// community-id-logging. It differs from Zeek's own logs where the definitions
// do: bytes are sums of payload rather than distances of sequence numbers, a
// duration runs to the last packet, a history has no letters c, g, t, w, i, q
// and a letter once, and a flow ends by our timeouts.
//
// missed_bytes and tunnel_parents are unset, because flows know neither the
// size of their gaps nor the flow that carried them. A uid is C before the
// flow_uid, so that it joins back.
func zeek() *schema.Dialect {
	return &schema.Dialect{Name: "zeek", Table: "flows", Layout: schema.ZeekLog, Rows: "ip_version IS NOT NULL",
		Doc: "conn.log of Zeek: IP flows only; ports of ICMP are type and code; missed_bytes and tunnel_parents are never set.",
		Spellings: []spelling{
			foreign("time", derive("ts", schema.Double, "epoch_us(start_time) / 1e6", "start_time", "ip_version")),
			foreign("string", derive("uid", schema.Text, "'C' || flow_uid", "flow_uid")),
			foreign("addr", plain("id.orig_h", "src_ip", schema.Text)),
			foreign("port", derive("id.orig_p", schema.Int64, "coalesce(src_port, icmp_type, 0)", "src_port", "icmp_type")),
			foreign("addr", plain("id.resp_h", "dst_ip", schema.Text)),
			foreign("port", derive("id.resp_p", schema.Int64, "coalesce(dst_port, icmp_code, 0)", "dst_port", "icmp_code")),
			foreign("enum", derive("proto", schema.Text, zeekProto, "protocol")),
			foreign("string", derive("service", schema.Text, zeekService, "service")),
			foreign("interval", derive("duration", schema.Double, "nullif(duration_us, 0) / 1e6", "duration_us")),
			foreign("count", derive("orig_bytes", schema.Int64, "CASE WHEN duration_us > 0 THEN fwd_payload_bytes END", "fwd_payload_bytes", "duration_us")),
			foreign("count", derive("resp_bytes", schema.Int64, "CASE WHEN duration_us > 0 THEN bwd_payload_bytes END", "bwd_payload_bytes", "duration_us")),
			foreign("string", derive("conn_state", schema.Text, zeekState, "conn_state", "protocol", "fwd_packets", "bwd_packets")),
			foreign("bool", derive("local_orig", schema.Bool, "is_private(src_ip)", "src_ip")),
			foreign("bool", derive("local_resp", schema.Bool, "is_private(dst_ip)", "dst_ip")),
			foreign("count", derive("missed_bytes", schema.Int64, "NULL")),
			foreign("string", derive("history", schema.Text, zeekHistory, "history", "protocol", "fwd_packets", "bwd_packets")),
			foreign("count", plain("orig_pkts", "fwd_packets", schema.Int64)),
			foreign("count", plain("orig_ip_bytes", "fwd_ip_bytes", schema.Int64)),
			foreign("count", plain("resp_pkts", "bwd_packets", schema.Int64)),
			foreign("count", plain("resp_ip_bytes", "bwd_ip_bytes", schema.Int64)),
			foreign("set[string]", derive("tunnel_parents", schema.TextList, "NULL")),
			foreign("count", plain("ip_proto", "protocol_number", schema.Int64)),
			foreign("string", plain("community_id", "community_id", schema.Text)),
		}}
}
