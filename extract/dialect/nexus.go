package dialect

import "weir/warehouse/schema"

// nexusProtocol is the protocol as NexusFlowMeter calls it.
const nexusProtocol = "CASE WHEN service = 'dns' THEN 'DNS' ELSE upper(protocol) END"

// nexusState tells the states of a TCP connection apart as far as
// NexusFlowMeter has words: Established for an open connection, Closed once a
// FIN was seen, Reset after a RST, and Ongoing for what was neither opened nor
// closed in sight, an unanswered SYN included.
//
// DuckDB turns long lists behind IN into joins, which are slower here and do
// not keep the order of rows.
const nexusState = `CASE WHEN protocol <> 'tcp' THEN 'Unknown' ELSE CASE conn_state
	WHEN 'S1' THEN 'Established'
	WHEN 'SF' THEN 'Closed' WHEN 'S2' THEN 'Closed' WHEN 'S3' THEN 'Closed' WHEN 'SH' THEN 'Closed' WHEN 'SHR' THEN 'Closed'
	WHEN 'REJ' THEN 'Reset' WHEN 'RSTO' THEN 'Reset' WHEN 'RSTR' THEN 'Reset' WHEN 'RSTOS0' THEN 'Reset' WHEN 'RSTRH' THEN 'Reset'
	ELSE CASE WHEN conn_state IS NULL THEN 'Unknown' ELSE 'Ongoing' END END END`

// nexusFlowID names a flow by its addresses, or where it has none by its
// link addresses.
const nexusFlowID = `concat(coalesce(src_ip, src_mac, ''), ':' || src_port, ' <-> ', coalesce(dst_ip, dst_mac, ''), ':' || dst_port,
	' (', ` + nexusProtocol + `, ')')`

// nexus is the spelling of NexusFlowMeter.
func nexus() *schema.Dialect {
	const format = "%Y-%m-%d %H:%M:%S.%f"
	source := plain("source_file", "source", schema.Text)
	source.Merged = true
	return &schema.Dialect{Name: "nexus", View: "nexus", Table: "flows", Text: schema.Python,
		Doc: "NexusFlowMeter. source_file stands in files with flows of several captures, and in the view.",
		Spellings: []spelling{
			derive("flow_id", schema.Text, nexusFlowID, "flow_id", "src_ip", "src_mac", "src_port", "dst_ip", "dst_mac", "dst_port", "protocol", "service"),
			text("src_ip", "src_ip"),
			text("dst_ip", "dst_ip"),
			plain("src_port", "src_port", schema.UInt16),
			plain("dst_port", "dst_port", schema.UInt16),
			derive("protocol", schema.Text, nexusProtocol, "protocol", "service"),
			moment("start_time", "start_time", format),
			moment("end_time", "end_time", format),
			float("duration_seconds", "duration_seconds"),
			whole("total_packets", "total_packets"),
			whole("forward_packets", "fwd_packets"),
			whole("backward_packets", "bwd_packets"),
			plain("is_bidirectional", "is_bidirectional", schema.Bool),
			float("forward_backward_ratio", "fwd_bwd_packet_ratio"),
			whole("total_bytes", "total_bytes"),
			whole("forward_bytes", "fwd_bytes"),
			whole("backward_bytes", "bwd_bytes"),
			whole("total_payload_bytes", "total_payload_bytes"),
			whole("forward_payload_bytes", "fwd_payload_bytes"),
			whole("backward_payload_bytes", "bwd_payload_bytes"),
			float("packets_per_second", "packets_per_second"),
			float("bytes_per_second", "bytes_per_second"),
			whole("min_packet_size", "frame_len_min"),
			whole("max_packet_size", "frame_len_max"),
			float("avg_packet_size", "frame_len_mean"),
			milliseconds("avg_inter_arrival_ms", "flow_iat_mean_us"),
			milliseconds("min_inter_arrival_ms", "flow_iat_min_us"),
			milliseconds("max_inter_arrival_ms", "flow_iat_max_us"),
			text("tcp_flags", "tcp_flags"),
			whole("syn_count", "syn_only_packets"),
			whole("fin_count", "fin_packets"),
			whole("rst_count", "rst_packets"),
			whole("ack_count", "ack_packets"),
			derive("connection_state", schema.Text, nexusState, "conn_state", "protocol"),
			source,
		}}
}
