-- name: top_conversations
-- group: traffic
-- doc: Pairs of addresses by the bytes between them, whoever began.
-- param: top integer = 20: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    least(src_ip, dst_ip) AS a,
    greatest(src_ip, dst_ip) AS b,
    CAST(sum(flows) AS BIGINT) AS flows,
    CAST(sum(packets) AS BIGINT) AS packets,
    CAST(sum(CASE WHEN src_ip <= dst_ip THEN fwd ELSE bwd END) AS BIGINT) AS a_to_b_bytes,
    CAST(sum(CASE WHEN src_ip <= dst_ip THEN bwd ELSE fwd END) AS BIGINT) AS b_to_a_bytes,
    min(first_time) AS first_time,
    max(last_time) AS last_time
FROM (
    SELECT src_ip, dst_ip, count(*) AS flows, sum(fwd_packets + bwd_packets) AS packets, sum(fwd_bytes) AS fwd, sum(bwd_bytes) AS bwd,
        min(start_time) AS first_time, max(end_time) AS last_time
    FROM flows
    WHERE src_ip IS NOT NULL AND dst_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
)
GROUP BY ALL
ORDER BY a_to_b_bytes + b_to_a_bytes DESC, a, b
LIMIT $top
