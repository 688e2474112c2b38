-- name: one_way_traffic
-- group: traffic
-- doc: Pairs of addresses that never answered, by packets; multicast and broadcast left out.
-- param: min_packets integer = 1: Fewest packets of a pair.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    src_ip, dst_ip, protocol, dst_port,
    count(*) AS flows,
    CAST(sum(fwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes) AS BIGINT) AS bytes,
    min(start_time) AS first_time,
    max(end_time) AS last_time
FROM flows
WHERE src_ip IS NOT NULL AND dst_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY src_ip, dst_ip, protocol, dst_port
HAVING sum(bwd_packets) = 0 AND sum(fwd_packets) >= $min_packets AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8'))
ORDER BY packets DESC, src_ip, dst_ip, protocol, dst_port
LIMIT $top
