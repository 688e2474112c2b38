-- name: retransmissions
-- group: tcp
-- doc: Pairs of addresses by retransmitted TCP packets.
-- param: min_percent number = 0: Smallest share of the packets in percent.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    src_ip, dst_ip, dst_port,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_retransmitted_packets) AS BIGINT) AS fwd_retransmitted,
    CAST(sum(bwd_retransmitted_packets) AS BIGINT) AS bwd_retransmitted,
    CAST(sum(fwd_out_of_order_packets + bwd_out_of_order_packets) AS BIGINT) AS out_of_order,
    round(100 * (fwd_retransmitted + bwd_retransmitted) / packets, 2) AS retransmitted_percent
FROM flows
WHERE protocol = 'tcp' AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY src_ip, dst_ip, dst_port
HAVING fwd_retransmitted + bwd_retransmitted > 0 AND retransmitted_percent >= $min_percent
ORDER BY fwd_retransmitted + bwd_retransmitted DESC, src_ip, dst_ip, dst_port
LIMIT $top
