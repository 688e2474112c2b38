-- name: tcp_totals
-- group: report
-- doc: The health of all TCP flows in one row.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_retransmitted_packets + bwd_retransmitted_packets) AS BIGINT) AS retransmitted_packets,
    round(100 * retransmitted_packets / packets, 3) AS retransmitted_percent,
    CAST(sum(fwd_out_of_order_packets + bwd_out_of_order_packets) AS BIGINT) AS out_of_order_packets,
    CAST(sum(fwd_zero_window_packets + bwd_zero_window_packets) AS BIGINT) AS zero_window_packets,
    count(*) FILTER (fwd_rst_packets + bwd_rst_packets > 0) AS reset_flows,
    count(*) FILTER (conn_state = 'REJ') AS refused_flows,
    count(*) FILTER (conn_state IN ('S0', 'RSTOS0', 'SH')) AS unanswered_flows,
    count(handshake_rtt_us) AS handshakes,
    CAST(median(handshake_rtt_us) AS BIGINT) AS median_rtt_us,
    CAST(quantile_cont(handshake_rtt_us, 0.95) AS BIGINT) AS p95_rtt_us
FROM flows
WHERE protocol = 'tcp' AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
HAVING count(*) > 0
