-- name: flows
-- group: report
-- doc: How many flows between how many addresses, what they carried, and from when to when they start.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
WITH pairs AS (
    SELECT src_ip, dst_ip, count(*) AS flows, sum(fwd_packets + bwd_packets) AS packets, sum(fwd_bytes + bwd_bytes) AS bytes,
        min(start_time) AS first_start, max(start_time) AS last_start
    FROM flows
    WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    GROUP BY ALL
)
SELECT
    CAST(coalesce(sum(flows), 0) AS BIGINT) AS flows,
    CAST(coalesce(sum(packets), 0) AS BIGINT) AS packets,
    CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes,
    (SELECT count(DISTINCT ip) FROM (SELECT src_ip AS ip FROM pairs UNION ALL SELECT dst_ip FROM pairs)) AS hosts,
    min(first_start) AS first_start,
    max(last_start) AS last_start
FROM pairs
