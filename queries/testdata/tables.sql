-- The columns of the warehouse's tables that saved queries use.
CREATE TABLE flows (
    flow_uid VARCHAR, capture_id VARCHAR DEFAULT 'c1', source VARCHAR DEFAULT 'a.pcap', src_ip VARCHAR, dst_ip VARCHAR, src_port INTEGER, dst_port INTEGER,
    protocol VARCHAR, service VARCHAR, vlan_id INTEGER, src_mac VARCHAR, tunnel VARCHAR, tunnel_id BIGINT, icmp_type INTEGER, slice BIGINT DEFAULT 0, end_reason VARCHAR DEFAULT 'eof',
    start_time TIMESTAMP WITH TIME ZONE, date DATE AS (CAST(start_time AT TIME ZONE 'UTC' AS DATE)), end_time TIMESTAMP WITH TIME ZONE, duration_us BIGINT,
    fwd_packets BIGINT DEFAULT 0, fwd_bytes BIGINT DEFAULT 0, fwd_payload_bytes BIGINT DEFAULT 0, bwd_packets BIGINT DEFAULT 0, bwd_bytes BIGINT DEFAULT 0, bwd_payload_bytes BIGINT DEFAULT 0,
    fragments BIGINT DEFAULT 0, fwd_payload_len_max BIGINT, fwd_payload_len_std DOUBLE, bwd_payload_len_max BIGINT, bwd_payload_len_std DOUBLE,
    fwd_rst_packets BIGINT, bwd_rst_packets BIGINT, syn_only_packets BIGINT, conn_state VARCHAR, handshake_rtt_us BIGINT,
    fwd_retransmitted_packets BIGINT, bwd_retransmitted_packets BIGINT, fwd_out_of_order_packets BIGINT, bwd_out_of_order_packets BIGINT,
    fwd_zero_window_packets BIGINT, bwd_zero_window_packets BIGINT, http_host VARCHAR, tls_sni VARCHAR);
CREATE TABLE dns (time TIMESTAMP WITH TIME ZONE, date DATE AS (CAST(time AT TIME ZONE 'UTC' AS DATE)), flow_uid VARCHAR, src_ip VARCHAR, dst_ip VARCHAR, dst_port INTEGER DEFAULT 53, transport VARCHAR DEFAULT 'udp',
    query VARCHAR, qtype VARCHAR DEFAULT 'A', rcode VARCHAR, rtt_us BIGINT, answers VARCHAR[], response_bytes BIGINT);
CREATE TABLE http (time TIMESTAMP WITH TIME ZONE, date DATE AS (CAST(time AT TIME ZONE 'UTC' AS DATE)), flow_uid VARCHAR, src_ip VARCHAR, dst_ip VARCHAR, depth BIGINT DEFAULT 1, method VARCHAR, host VARCHAR, uri VARCHAR,
    user_agent VARCHAR, request_bytes BIGINT, status INTEGER, response_bytes BIGINT, latency_us BIGINT);
CREATE TABLE tls (time TIMESTAMP WITH TIME ZONE, date DATE AS (CAST(time AT TIME ZONE 'UTC' AS DATE)), src_ip VARCHAR, dst_ip VARCHAR, transport VARCHAR DEFAULT 'tcp', version VARCHAR, cipher VARCHAR, sni VARCHAR, ja3 VARCHAR, ja4 VARCHAR,
    subject VARCHAR, issuer VARCHAR, not_before TIMESTAMP WITH TIME ZONE, not_after TIMESTAMP WITH TIME ZONE, certificate_sha256 VARCHAR);
CREATE TABLE captures (capture_id VARCHAR, source VARCHAR, format VARCHAR, first_time TIMESTAMP WITH TIME ZONE, last_time TIMESTAMP WITH TIME ZONE, packets BIGINT, bytes BIGINT, flows BIGINT,
    packets_in_flows BIGINT, dropped BIGINT, warning VARCHAR);
