-- name: floods
-- group: hunting
-- doc: Hosts that receive far more packets a second than they answer.
-- param: min_packets integer = 5000: Fewest packets to the host within a window.
-- param: min_rate integer = 500: Fewest packets a second in it.
-- param: max_answered number = 0.2: Largest share of packets that are answered.
-- param: window span = 1m: The width of a window.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
WITH windows AS (
    SELECT dst_ip, protocol, time_bucket(CAST($window AS INTERVAL), start_time) AS bucket,
        CAST(sum(fwd_packets) AS BIGINT) AS packets,
        CAST(sum(bwd_packets) AS BIGINT) AS answers,
        CAST(sum(fwd_bytes) AS BIGINT) AS bytes,
        count(*) AS flows,
        count(DISTINCT src_ip) AS sources,
        count(DISTINCT dst_port) AS ports,
        CAST(coalesce(sum(syn_only_packets), 0) AS BIGINT) AS syns,
        CAST(sum(fragments) AS BIGINT) AS fragments,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM flows
    WHERE dst_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    GROUP BY dst_ip, protocol, bucket
    HAVING packets >= $min_packets AND answers <= $max_answered * packets
),
rated AS (
    SELECT *, CAST(packets / greatest(epoch(last_time) - epoch(first_time), 1) AS BIGINT) AS packets_per_second
    FROM windows
)
SELECT
    CASE WHEN packets_per_second >= 20000 THEN 'high' WHEN packets_per_second >= 2000 THEN 'medium' ELSE 'low' END AS severity,
    dst_ip, protocol, packets_per_second, packets, answers, bytes, flows, sources, ports, syns, fragments, first_time, last_time
FROM rated
WHERE packets_per_second >= $min_rate AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8'))
ORDER BY packets DESC, dst_ip, protocol, first_time
LIMIT $top
